// Puts one revision after another on every worker: it is live when all confirmed it, or it is taken back from all.

import type { Clock } from '../../sidecar/runtime/clock.ts'

/** What happened to a revision. */
export type RolloutResult =
  | {
      readonly kind: 'live'
      /** That confirmed it. */
      readonly processes: number
      readonly ports: Readonly<Record<string, number>>
    }
  | { readonly kind: 'rejected'; readonly reason: string }

export interface RolloutOptions<Message extends { readonly revision: number }> {
  readonly clock: Clock
  readonly liveWorkers: () => readonly number[]
  readonly tellAll: (message: Message) => void
}

/** A worker that has not answered by then counts as one that refused. */
const ANSWER_MS = 15_000

interface Pending {
  readonly revision: number
  readonly waitingFor: Set<number>
  readonly confirmed: Set<number>
  ports: Readonly<Record<string, number>>
  readonly settle: (result: RolloutResult) => void
}

export class Rollout<Message extends { readonly revision: number }> {
  readonly #options: RolloutOptions<Message>
  #good: Message | null = null
  #trying: Message | null = null
  #pending: Pending | null = null
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: RolloutOptions<Message>) {
    this.#options = options
  }

  /** What a worker that joins must run: the last revision that went live, or the first one that is being tried. */
  get current(): Message | null {
    return this.#good ?? this.#trying
  }

  /** One revision at a time; `message` is told to all live workers and the result is known when all answered. */
  apply(message: Message): Promise<RolloutResult> {
    const result = this.#queue.then(() => this.#apply(message))
    this.#queue = result
    return result
  }

  applied(worker: number, revision: number, ports: Readonly<Record<string, number>>): void {
    const pending = this.#pending
    if (pending === null || pending.revision !== revision) return
    pending.ports = { ...pending.ports, ...ports }
    pending.waitingFor.delete(worker)
    pending.confirmed.add(worker)
    this.#checkComplete(pending)
  }

  rejected(revision: number, reason: string): void {
    if (this.#pending?.revision === revision) this.#pending.settle({ kind: 'rejected', reason })
  }

  /** A worker that died owes no answer; the one that replaces it is greeted with the current revision. */
  workerGone(): void {
    const pending = this.#pending
    if (pending === null) return
    const live = new Set(this.#options.liveWorkers())
    for (const worker of pending.waitingFor)
      if (!live.has(worker)) pending.waitingFor.delete(worker)
    this.#checkComplete(pending)
  }

  async #apply(message: Message): Promise<RolloutResult> {
    this.#trying = message
    const confirmed = new Set<number>()
    const result = await new Promise<RolloutResult>((resolve) => {
      const cancel = this.#options.clock.after(ANSWER_MS, () => {
        this.#pending?.settle({ kind: 'rejected', reason: 'a worker did not answer in time' })
      })
      this.#pending = {
        revision: message.revision,
        waitingFor: new Set(this.#options.liveWorkers()),
        confirmed,
        ports: {},
        settle: (settled) => {
          cancel()
          this.#pending = null
          resolve(settled)
        },
      }
      this.#options.tellAll(message)
    })
    this.#trying = null
    if (result.kind === 'live') {
      this.#good = message
      // Workers that joined meanwhile were greeted with the revision before; telling the others twice does no harm.
      if (this.#options.liveWorkers().some((worker) => !confirmed.has(worker))) {
        this.#options.tellAll(message)
      }
    } else if (this.#good !== null) this.#options.tellAll(this.#good)
    return result
  }

  #checkComplete(pending: Pending): void {
    if (pending.waitingFor.size > 0 || pending.confirmed.size === 0) return
    pending.settle({ kind: 'live', processes: pending.confirmed.size, ports: pending.ports })
  }
}
