// The store of a worker whose counters are kept by the supervisor: batches and answers as plain messages.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { ANSWER_MS } from './answer-in-time.ts'
import type { LimitStore } from './store.ts'
import type { TakeAnswer, TakeItem } from './take-item.ts'

/** Batches under way; a further one is refused at once. */
const MAX_OUTSTANDING = 256

/** From the worker. `id` names the answer; ids of one worker never repeat. */
export type LimitRequest =
  | { readonly kind: 'limit-take'; readonly id: number; readonly items: readonly TakeItem[] }
  | { readonly kind: 'limit-beat'; readonly id: number; readonly instance: string }

/** To the worker. */
export type LimitReply =
  | { readonly kind: 'limit-taken'; readonly id: number; readonly answers: readonly TakeAnswer[] }
  | { readonly kind: 'limit-beaten'; readonly id: number; readonly instances: number }

interface Pending {
  readonly resolve: (reply: LimitReply) => void
  readonly reject: (error: Error) => void
  readonly cancel: () => void
}

export interface RemoteStoreOptions {
  readonly clock: Clock
  /** Sends a message to the supervisor; may throw where that is gone. */
  readonly send: (request: LimitRequest) => void
}

export class RemoteStore implements LimitStore {
  readonly shards = 1
  readonly #options: RemoteStoreOptions
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  constructor(options: RemoteStoreOptions) {
    this.#options = options
  }

  /** An answer has come. One that nobody waits for any more is dropped. */
  receive(reply: LimitReply): void {
    const pending = this.#pending.get(reply.id)
    if (pending === undefined) return
    this.#pending.delete(reply.id)
    pending.cancel()
    pending.resolve(reply)
  }

  async take(_shard: number, items: readonly TakeItem[]): Promise<readonly TakeAnswer[]> {
    const reply = await this.#ask((id) => ({ kind: 'limit-take', id, items }))
    if (reply.kind !== 'limit-taken' || reply.answers.length !== items.length) {
      throw new TypeError('the answer is not to what was asked')
    }
    return reply.answers
  }

  async probe(_shard: number): Promise<void> {
    await this.#ask((id) => ({ kind: 'limit-take', id, items: [] }))
  }

  async beat(instance: string): Promise<number> {
    const reply = await this.#ask((id) => ({ kind: 'limit-beat', id, instance }))
    return reply.kind === 'limit-beaten' ? reply.instances : 1
  }

  close(): void {
    const error = new SallyportError('limit_store_closed', 'the limit store is closed')
    for (const { cancel, reject } of this.#pending.values()) {
      cancel()
      reject(error)
    }
    this.#pending.clear()
  }

  #ask(request: (id: number) => LimitRequest): Promise<LimitReply> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= MAX_OUTSTANDING) {
        reject(new SallyportError('limit_store_busy', 'too many batches are under way'))
        return
      }
      const id = ++this.#lastId
      const giveUp = (): void => {
        if (!this.#pending.delete(id)) return
        reject(new SallyportError('limit_store_timeout', 'the supervisor did not answer in time'))
      }
      // A busy process sees its timers before the answers that came meanwhile; those are read first.
      const cancel = this.#options.clock.after(ANSWER_MS, () => setImmediate(giveUp))
      this.#pending.set(id, { resolve, reject, cancel })
      this.#options.send(request(id))
    })
  }
}

/** The supervisor's side: answers one message from `store`; rejects where the store does. */
export async function answerLimitRequest(
  store: LimitStore,
  request: LimitRequest,
): Promise<LimitReply> {
  const { id } = request
  if (request.kind === 'limit-beat') {
    return { kind: 'limit-beaten', id, instances: await store.beat(request.instance) }
  }
  const answers = request.items.length === 0 ? [] : await store.take(0, request.items)
  return { kind: 'limit-taken', id, answers }
}
