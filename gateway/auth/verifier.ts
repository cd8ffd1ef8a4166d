// Signature checks: the same token at the same time is checked once, and only so many at a time.

import { compactVerify } from 'jose'
import type { VerificationKey } from './key-set.ts'

/** Checks that may be under way at the same time in one process. */
export const MAX_CONCURRENT = 256

export class Verifier {
  readonly #running = new Map<string, Promise<boolean>>()

  /** Whether one of the keys made the token's signature; null where too many checks are under way already. */
  verify(
    id: string,
    token: string,
    algorithm: string,
    keys: readonly VerificationKey[],
  ): Promise<boolean> | null {
    const running = this.#running.get(id)
    if (running !== undefined) return running
    if (this.#running.size >= MAX_CONCURRENT) return null
    const check = anyKeyVerifies(token, algorithm, keys).finally(() => this.#running.delete(id))
    this.#running.set(id, check)
    return check
  }
}

async function anyKeyVerifies(
  token: string,
  algorithm: string,
  keys: readonly VerificationKey[],
): Promise<boolean> {
  for (const { key } of keys) {
    try {
      await compactVerify(token, key, { algorithms: [algorithm] })
      return true
    } catch {
      // Not by this key: several keys may share a kid while they are rotated.
    }
  }
  return false
}
