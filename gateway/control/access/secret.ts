// Secrets that are shown once and kept as hashes: API tokens, session ids, the setup token.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits, base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** SHA-256, hex: enough for what was random to begin with. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

export function isSecret(given: string, hash: string): boolean {
  const expected = Buffer.from(hash, 'hex')
  const actual = createHash('sha256').update(given).digest()
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
