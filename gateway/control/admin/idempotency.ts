// Idempotency keys: whoever repeats a POST with the same key gets the first answer again, and nothing is done twice.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError } from './api-error.ts'

const LIFE_MS = 24 * 3_600_000
/** Beyond these the oldest answer is forgotten, and its key does anew what it says. */
const MAX_KEYS = 1000
const MAX_BYTES = 32 * 1024 * 1024

export interface KeptAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string | readonly string[]>
  /** JSON. */
  readonly body: string
}

interface Entry {
  readonly fingerprint: string
  readonly atMs: number
  /** null: still under way. */
  answer: KeptAnswer | null
}

export type Begun =
  | { readonly kind: 'replay'; readonly answer: KeptAnswer }
  /** Call `done` after a success and `failed` after anything else: then the key is free again. */
  | {
      readonly kind: 'run'
      readonly done: (answer: KeptAnswer) => void
      readonly failed: () => void
    }

export class IdempotencyKeys {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** The oldest first. */
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** `key`: of principal, operation and what was sent as key; `fingerprint`: of all that was asked. Throws ApiError. */
  begin(key: string, fingerprint: string): Begun {
    this.#forgetOld()
    const known = this.#entries.get(key)
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) {
        throw new ApiError('invalid', 'this idempotency-key was used for another request')
      }
      if (known.answer === null) throw new ApiError('conflict', 'that request is still under way')
      return { kind: 'replay', answer: known.answer }
    }
    const entry: Entry = { fingerprint, atMs: this.#clock.monotonicMs(), answer: null }
    this.#entries.set(key, entry)
    return {
      kind: 'run',
      done: (answer) => {
        entry.answer = answer
        this.#bytes += answer.body.length
        this.#forgetOld()
      },
      failed: () => this.#entries.delete(key),
    }
  }

  #forgetOld(): void {
    const fromMs = this.#clock.monotonicMs() - LIFE_MS
    for (const [key, { atMs, answer }] of this.#entries) {
      const isMany = this.#entries.size > MAX_KEYS || this.#bytes > MAX_BYTES
      if (atMs > fromMs && !isMany) return
      // What is under way cannot be forgotten, or it could be done twice.
      if (answer === null) continue
      this.#entries.delete(key)
      this.#bytes -= answer.body.length
    }
  }
}
