// The keys a worker verifies with, as the supervisor tells them, and the short wait for a key nobody knows yet.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import { keySourceId } from './issuer-id.ts'
import { importKeySet, type JwksDocument, type KeySet, type VerificationKey } from './key-set.ts'
import type { IssuerPlan } from './plan.ts'
import type { TokenHeader } from './token.ts'

/** Requests of this worker that may wait for keys at the same time. */
export const MAX_WAITERS = 1024
/** Longest wait for the supervisor's answer. */
export const ANSWER_TIMEOUT_MS = 1000
/** After an answer, no new question about that issuer for this long. */
export const QUIET_MS = 1000
/** Keys tried for one token. */
export const MAX_CANDIDATES = 4

export type KeyLookup =
  | { readonly kind: 'found'; readonly version: string; readonly keys: readonly VerificationKey[] }
  /** There is such a key, but it may not verify this algorithm. */
  | { readonly kind: 'wrong_algorithm' }
  | { readonly kind: 'unknown_key' }
  /** No keys of this issuer were ever loaded, or they grew too old. */
  | { readonly kind: 'keys_unavailable' }

interface Ring {
  keySet: KeySet | null
  version: string
  /** Those who wait for an answer; each call lets one of them go. */
  readonly waiters: Set<() => void>
  /** Monotonic. */
  askedAtMs: number
  answeredAtMs: number
}

export class KeyRings {
  readonly #clock: Clock
  readonly #askRefresh: (sourceId: string, keyId: string | null) => void
  readonly #rings = new Map<string, Ring>()
  readonly #inline = new WeakMap<IssuerPlan, KeySet | null>()
  #waiting = 0

  /** `askRefresh` tells the supervisor; it answers with `update` or `settle`. */
  constructor(clock: Clock, askRefresh: (sourceId: string, keyId: string | null) => void) {
    this.#clock = clock
    this.#askRefresh = askRefresh
  }

  /** New keys of a source (`keySourceId`), or null where the last known ones grew too old. Also answers a question. */
  update(sourceId: string, document: JwksDocument | null, version: string): void {
    const ring = this.#ring(sourceId)
    if (document === null || ring.version !== version) {
      ring.keySet = document === null ? null : (importKeySet(document)?.keySet ?? null)
      ring.version = document === null ? '' : version
    }
    this.settle(sourceId)
  }

  /** The supervisor's answer where nothing changed: whoever waits looks once more and gives up. */
  settle(sourceId: string): void {
    const ring = this.#ring(sourceId)
    ring.answeredAtMs = this.#clock.monotonicMs()
    for (const release of ring.waiters) release()
  }

  /** Forgets the sources that no issuer of the current configuration uses. */
  retain(issuers: readonly IssuerPlan[]): void {
    const used = new Set(issuers.map(keySourceId))
    for (const [sourceId, ring] of this.#rings) {
      if (used.has(sourceId)) continue
      this.#rings.delete(sourceId)
      for (const release of ring.waiters) release()
    }
  }

  /** The issuer's keys of this moment, or null. */
  keySet(issuer: IssuerPlan): KeySet | null {
    if (issuer.jwks.kind !== 'inline') return this.#rings.get(keySourceId(issuer))?.keySet ?? null
    let keySet = this.#inline.get(issuer)
    if (keySet === undefined) {
      keySet = importKeySet(issuer.jwks.jwks)?.keySet ?? null
      this.#inline.set(issuer, keySet)
    }
    return keySet
  }

  /** The keys that may have signed a token with this header; without a `kid`, those of its algorithm. */
  find(issuer: IssuerPlan, { keyId, algorithm }: TokenHeader): KeyLookup {
    const keySet = this.keySet(issuer)
    if (keySet === null) return { kind: 'keys_unavailable' }
    const named = keyId === null ? keySet.keys : keySet.keys.filter((key) => key.keyId === keyId)
    const keys = named.filter((key) => key.algorithms.includes(algorithm))
    if (keys.length > 0) {
      return { kind: 'found', version: keySet.version, keys: keys.slice(0, MAX_CANDIDATES) }
    }
    return { kind: keyId !== null && named.length > 0 ? 'wrong_algorithm' : 'unknown_key' }
  }

  /**
   * Whether it is of use to ask for an unknown key: `ask` and wait, `no` (keys that never change, or a question that was
   * answered a moment ago), or `full` where too many wait already.
   */
  mayAsk(issuer: IssuerPlan): 'ask' | 'no' | 'full' {
    if (issuer.jwks.kind === 'inline') return 'no'
    const ring = this.#ring(keySourceId(issuer))
    if (this.#clock.monotonicMs() < ring.answeredAtMs + QUIET_MS) return 'no'
    return this.#waiting < MAX_WAITERS ? 'ask' : 'full'
  }

  /** Asks the supervisor, at most once a second, and resolves at its answer or after a second without one. */
  ask(issuer: IssuerPlan, keyId: string | null): Promise<void> {
    const sourceId = keySourceId(issuer)
    const ring = this.#ring(sourceId)
    return new Promise((resolve) => {
      const release = (): void => {
        if (!ring.waiters.delete(release)) return
        cancel()
        this.#waiting -= 1
        resolve()
      }
      const cancel = this.#clock.after(ANSWER_TIMEOUT_MS, release)
      ring.waiters.add(release)
      this.#waiting += 1
      const nowMs = this.#clock.monotonicMs()
      if (nowMs < ring.askedAtMs + ANSWER_TIMEOUT_MS) return
      ring.askedAtMs = nowMs
      this.#askRefresh(sourceId, keyId)
    })
  }

  #ring(sourceId: string): Ring {
    let ring = this.#rings.get(sourceId)
    if (ring === undefined) {
      const never = Number.NEGATIVE_INFINITY
      ring = {
        keySet: null,
        version: '',
        waiters: new Set(),
        askedAtMs: never,
        answeredAtMs: never,
      }
      this.#rings.set(sourceId, ring)
    }
    return ring
  }
}
