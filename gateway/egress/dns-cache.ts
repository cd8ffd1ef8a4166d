// Remembers resolutions for a short, bounded time, and asks once for all who want the same name at the same moment.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { Resolution, Resolver } from './resolver.ts'

/** An answer is kept as long as it says, but within these. */
const LEAST_KEPT_MS = 1000
const MOST_KEPT_MS = 60_000
const FAULT_KEPT_MS = 5000
/** Names remembered; the one that was asked for longest ago is forgotten first. */
const MAX_NAMES = 1024
/** Names being asked for; more are refused at once. */
const MAX_PENDING = 512

interface Kept {
  readonly resolution: Resolution
  readonly untilMs: number
}

export class DnsCache implements Resolver {
  readonly #resolver: Resolver
  readonly #clock: Clock
  readonly #answerMs: number
  readonly #kept = new Map<string, Kept>()
  readonly #pending = new Map<string, Promise<Resolution>>()

  /** `answerMs`: whoever asks hears something by then. */
  constructor(resolver: Resolver, clock: Clock, answerMs: number) {
    this.#resolver = resolver
    this.#clock = clock
    this.#answerMs = answerMs
  }

  /** What is known of `name` now, or null. */
  recall(name: string): Resolution | null {
    const kept = this.#kept.get(name)
    if (kept === undefined) return null
    this.#kept.delete(name)
    if (this.#clock.monotonicMs() >= kept.untilMs) return null
    this.#kept.set(name, kept)
    return kept.resolution
  }

  async resolve(name: string): Promise<Resolution> {
    const known = this.recall(name)
    if (known !== null) return known
    const pending = this.#pending.get(name)
    if (pending !== undefined) return pending
    if (this.#pending.size >= MAX_PENDING) return { kind: 'failed', reason: 'dns_overloaded' }
    const asked = this.#inTime(name).then((resolution) => {
      this.#pending.delete(name)
      this.#keep(name, resolution)
      return resolution
    })
    this.#pending.set(name, asked)
    return asked
  }

  #inTime(name: string): Promise<Resolution> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#answerMs, () => {
        resolve({ kind: 'failed', reason: 'dns_timeout' })
      })
      const settle = (resolution: Resolution): void => {
        cancel()
        resolve(resolution)
      }
      this.#resolver
        .resolve(name)
        .then(settle, () => settle({ kind: 'failed', reason: 'dns_failed' }))
    })
  }

  #keep(name: string, resolution: Resolution): void {
    const keptMs =
      resolution.kind === 'found'
        ? Math.min(MOST_KEPT_MS, Math.max(LEAST_KEPT_MS, resolution.ttlMs))
        : FAULT_KEPT_MS
    const oldest = this.#kept.keys().next()
    if (this.#kept.size >= MAX_NAMES && !oldest.done) this.#kept.delete(oldest.value)
    this.#kept.set(name, { resolution, untilMs: this.#clock.monotonicMs() + keptMs })
  }
}
