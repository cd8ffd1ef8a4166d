// Live tails of requests as server-sent events: one for each filter, shared by its readers, resumable for a while.

import { Readable } from 'node:stream'
import type { LiveAnswer, LiveQuestion, RequestFilter } from '../../decide/explain-messages.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError } from '../admin/api-error.ts'
import { forViewer } from './viewer.ts'

/** Different filters at a time. */
const MAX_TAILS = 16
const MAX_READERS = 32
/** Events kept of each, for readers that come back. */
const MAX_KEPT = 1000
/** A tail nobody reads is kept this long. */
const LINGER_MS = 30_000
/** A stream ends after this long, so that whoever reads on must still be allowed to. */
const MAX_STREAM_MS = 300_000
const HEARTBEAT_MS = 15_000
/** Workers are told of all tails this often; they forget them after 15 s. */
const RENEW_MS = 5000
/** Bytes a reader may be behind; a slower one is cut off and may come back. */
const MAX_BEHIND = 1024 * 1024
const PER_SECOND = 200

export interface TailsDeps {
  readonly clock: Clock
  readonly tellAll: (question: LiveQuestion) => void
  /** Unlike that of any process before. */
  readonly bootId: string
}

/** What readers have in common. */
export interface TailQuestion {
  readonly filter: RequestFilter
  /** Names of those whose values are told. */
  readonly claims: readonly string[]
  /** The values of queries are masked. */
  readonly isForViewer: boolean
}

interface Tail extends TailQuestion {
  readonly id: number
  readonly key: string
  readonly readers: Set<Readable>
  readonly kept: { readonly seq: number; readonly text: string }[]
  seq: number
  cancelLinger: () => void
}

export class Tails {
  readonly #deps: TailsDeps
  readonly #byKey = new Map<string, Tail>()
  #lastId = 0
  #cancelRenew = (): void => {}
  #cancelHeartbeat = (): void => {}

  constructor(deps: TailsDeps) {
    this.#deps = deps
  }

  /** `lastEventId` of a reader that comes back, or null. Throws ApiError where there are too many. */
  open(question: TailQuestion, lastEventId: string | null): Readable {
    const readers = [...this.#byKey.values()].reduce((sum, one) => sum + one.readers.size, 0)
    if (readers >= MAX_READERS) throw new ApiError('too_many_requests', 'too many tails are read')
    const tail = this.#tail(question)
    tail.cancelLinger()
    const reader = new Readable({ read: () => {} })
    tail.readers.add(reader)
    const cancelEnd = this.#deps.clock.after(MAX_STREAM_MS, () => reader.push(null))
    reader.once('close', () => {
      cancelEnd()
      this.#left(tail, reader)
    })
    reader.push('retry: 2000\n\n')
    if (lastEventId !== null) reader.push(this.#missed(tail, lastEventId))
    if (this.#byKey.size === 1 && readers === 0) this.#beat()
    return reader
  }

  hear({ tail: id, requests, skipped }: Extract<LiveAnswer, { kind: 'live-seen' }>): void {
    const tail = [...this.#byKey.values()].find((one) => one.id === id)
    if (tail === undefined) return
    for (const request of requests) {
      this.#send(tail, 'request', tail.isForViewer ? forViewer(request) : request)
    }
    if (skipped > 0) this.#send(tail, 'sampled', { skipped })
  }

  /** Ends every stream. */
  close(): void {
    this.#cancelRenew()
    this.#cancelHeartbeat()
    for (const tail of this.#byKey.values()) {
      tail.cancelLinger()
      for (const reader of tail.readers) reader.push(null)
    }
    this.#byKey.clear()
  }

  #tail(question: TailQuestion): Tail {
    const key = JSON.stringify([question.filter, question.isForViewer])
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    if (this.#byKey.size >= MAX_TAILS) {
      throw new ApiError('too_many_requests', 'too many different tails; wait half a minute')
    }
    const id = ++this.#lastId
    const tail: Tail = {
      ...question,
      id,
      key,
      readers: new Set(),
      kept: [],
      seq: 0,
      cancelLinger: () => {},
    }
    this.#byKey.set(key, tail)
    this.#renew()
    return tail
  }

  #left(tail: Tail, reader: Readable): void {
    tail.readers.delete(reader)
    if (tail.readers.size > 0 || this.#byKey.get(tail.key) !== tail) return
    tail.cancelLinger = this.#deps.clock.after(LINGER_MS, () => {
      this.#byKey.delete(tail.key)
      this.#renew()
    })
  }

  /** What happened since that event, or that some of it is lost. */
  #missed({ kept, seq }: Tail, lastEventId: string): string {
    const [boot, text] = lastEventId.split('.')
    const last = Number(text)
    const oldest = kept[0]?.seq ?? seq + 1
    const isOurs = boot === this.#deps.bootId && Number.isInteger(last) && last <= seq
    const isWhole = isOurs && last >= oldest - 1
    const gap = isWhole ? '' : eventText('gap', { missed: isOurs ? oldest - 1 - last : null })
    const since = isOurs ? kept.filter((event) => event.seq > last) : kept
    return gap + since.map((event) => event.text).join('')
  }

  #send(tail: Tail, name: string, data: unknown): void {
    const seq = ++tail.seq
    const text = `id: ${this.#deps.bootId}.${seq}\n${eventText(name, data)}`
    tail.kept.push({ seq, text })
    if (tail.kept.length > MAX_KEPT) tail.kept.shift()
    for (const reader of tail.readers) {
      if (reader.readableLength > MAX_BEHIND) reader.destroy()
      else reader.push(text)
    }
  }

  #renew(): void {
    this.#cancelRenew()
    const tails = [...this.#byKey.values()].map(({ id, filter, claims }) => {
      return { tail: id, filter, claims, perSecond: PER_SECOND }
    })
    this.#deps.tellAll({ kind: 'live-tails', tails })
    if (tails.length > 0) this.#cancelRenew = this.#deps.clock.after(RENEW_MS, () => this.#renew())
  }

  #beat(): void {
    this.#cancelHeartbeat()
    this.#cancelHeartbeat = this.#deps.clock.after(HEARTBEAT_MS, () => {
      const readers = [...this.#byKey.values()].flatMap((tail) => [...tail.readers])
      for (const reader of readers) reader.push(': heartbeat\n\n')
      if (this.#byKey.size > 0) this.#beat()
    })
  }
}

function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
