// Tokens that were verified a moment ago, so that one signature check serves the requests of a minute.

import { hash } from 'node:crypto'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { whenRefused, type Validity } from './claims.ts'
import type { Claims } from './token.ts'

/** Entries in the cache, both segments together. */
export const MAX_ENTRIES = 10_000
/** Longer tokens are verified every time. */
export const MAX_CACHED_TOKEN_LENGTH = 8 * 1024
/** A verified token is believed this long: the bound on how late a withdrawn key is noticed. */
export const MAX_AGE_MS = 60_000

// One-hit tokens pass through the small segment only, so that a flood of them cannot push out the ones in use.
const NEWCOMERS = MAX_ENTRIES / 5

export interface VerifiedToken {
  /** Frozen to their depths. */
  readonly claims: Claims
  readonly validity: Validity
  readonly keySetVersion: string
}

interface Entry extends VerifiedToken {
  /** Monotonic. */
  readonly insertedAtMs: number
}

/** The full digest of a token: the cache never holds the token itself. */
export function tokenDigest(token: string): string {
  return hash('sha256', token, 'base64')
}

export class TokenCache {
  readonly #clock: Clock
  // Map order is age of last use, oldest first.
  readonly #newcomers = new Map<string, Entry>()
  readonly #regulars = new Map<string, Entry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#newcomers.size + this.#regulars.size
  }

  /**
   * What is known of a token (its digest and the rules it was verified under), or null where it has to be verified
   * again: never seen, more than a minute ago, outside its time, or by keys that are not the current ones.
   */
  get(digest: string, rulesId: string, keySetVersion: string): VerifiedToken | null {
    const key = digest + rulesId
    const entry = this.#regulars.get(key) ?? this.#newcomers.get(key)
    if (entry === undefined) return null
    this.#regulars.delete(key)
    this.#newcomers.delete(key)
    if (
      entry.keySetVersion !== keySetVersion ||
      this.#clock.monotonicMs() > entry.insertedAtMs + MAX_AGE_MS ||
      whenRefused(entry.validity, this.#clock.wallMs()) !== null
    ) {
      return null
    }
    this.#regulars.set(key, entry)
    this.#trim()
    return entry
  }

  /** Remembers a token that was verified just now. */
  add(digest: string, rulesId: string, token: VerifiedToken): void {
    const key = digest + rulesId
    const { claims, validity, keySetVersion } = token
    const entry = { claims, validity, keySetVersion, insertedAtMs: this.#clock.monotonicMs() }
    const segment = this.#regulars.has(key) ? this.#regulars : this.#newcomers
    segment.set(key, entry)
    this.#trim()
  }

  #trim(): void {
    while (this.#regulars.size > MAX_ENTRIES - NEWCOMERS) {
      const [key, entry] = oldest(this.#regulars)
      this.#regulars.delete(key)
      this.#newcomers.set(key, entry)
    }
    while (this.#newcomers.size > NEWCOMERS) this.#newcomers.delete(oldest(this.#newcomers)[0])
  }
}

function oldest(segment: ReadonlyMap<string, Entry>): [string, Entry] {
  return segment.entries().next().value!
}
