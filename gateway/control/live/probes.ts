// Looks whether configured endpoints can be connected to, for as long as somebody wants to see it: nobody watching, no
// connection.

import { connect } from 'node:net'
import type { Clock } from '../../../sidecar/runtime/clock.ts'

/** So often while it is watched. */
const EVERY_MS = 3000
/** Not asked for so long, it is not watched any more. */
const WATCHED_MS = 15_000
const LONGEST_MS = 2000
/** Whoever asks first waits so long for an answer. */
const FIRST_MS = 1000
/** Connections at a time. */
const AT_ONCE = 32
const MAX_TARGETS = 500

export interface ProbeTarget {
  /** As configured. */
  readonly url: string
  readonly host: string
  readonly port: number
}

export interface ProbeResult {
  /** Wall clock. */
  readonly atMs: number
  readonly tookMs: number
  /** What the system said: `connect ECONNREFUSED 127.0.0.1:9001`; null: it could be connected to. */
  readonly fault: string | null
}

/** Resolves with the fault, or null; never rejects. */
export type Dial = (host: string, port: number, longestMs: number) => Promise<string | null>

export class Probes {
  readonly #clock: Clock
  readonly #dial: Dial
  #targets: readonly ProbeTarget[] = []
  readonly #results = new Map<string, ProbeResult>()
  #watchedUntilMs = 0
  #round: Promise<void> | null = null
  #cancelNext: (() => void) | null = null
  #isClosed = false

  constructor(clock: Clock, dial: Dial = dialTcp) {
    this.#clock = clock
    this.#dial = dial
  }

  /** By URL. */
  get results(): ReadonlyMap<string, ProbeResult> {
    return this.#results
  }

  /** From now on, and for a while, these are looked at: at most 500. Resolves when something is known, after 1 s at most. */
  async watch(targets: readonly ProbeTarget[]): Promise<void> {
    this.#targets = targets.slice(0, MAX_TARGETS)
    const urls = new Set(this.#targets.map(({ url }) => url))
    for (const url of this.#results.keys()) if (!urls.has(url)) this.#results.delete(url)
    this.#watchedUntilMs = this.#clock.monotonicMs() + WATCHED_MS
    const isKnown = this.#targets.every(({ url }) => this.#results.has(url))
    if (this.#round === null && (this.#cancelNext === null || !isKnown)) this.#begin()
    if (!isKnown && this.#round !== null) await this.#atMost(this.#round, FIRST_MS)
  }

  close(): void {
    this.#isClosed = true
    this.#cancelNext?.()
  }

  #begin(): void {
    this.#cancelNext?.()
    this.#cancelNext = null
    this.#round = this.#lookAtAll().finally(() => {
      this.#round = null
      if (!this.#isClosed) this.#cancelNext = this.#clock.after(EVERY_MS, () => this.#again())
    })
  }

  #again(): void {
    this.#cancelNext = null
    if (this.#clock.monotonicMs() <= this.#watchedUntilMs) this.#begin()
    // What was seen then says nothing of a later day.
    else this.#results.clear()
  }

  async #lookAtAll(): Promise<void> {
    const left = [...this.#targets]
    const worker = async (): Promise<void> => {
      for (let target = left.pop(); target !== undefined; target = left.pop()) {
        const startedMs = this.#clock.monotonicMs()
        const fault = await this.#dial(target.host, target.port, LONGEST_MS)
        const tookMs = this.#clock.monotonicMs() - startedMs
        this.#results.set(target.url, { atMs: this.#clock.wallMs(), tookMs, fault })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  #atMost(task: Promise<void>, longestMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(longestMs, resolve)
      void task.finally(() => {
        cancel()
        resolve()
      })
    })
  }
}

/** Connects, and sends nothing. */
export function dialTcp(host: string, port: number, longestMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (fault: string | null): void => {
      socket.destroy()
      resolve(fault)
    }
    socket.setTimeout(longestMs, () => end(`no connection within ${longestMs} ms`))
    socket.once('connect', () => end(null))
    socket.once('error', (error) => end(error.message || error.name))
  })
}
