// Which keys and signatures are strong enough, and whether a signature is right.

import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { DerReader, readBits, TAG } from './der.ts'

const MIN_RSA_BITS = 2048
// A larger modulus only costs whoever has to check it.
const MAX_RSA_BITS = 8192

const RSA = '1.2.840.113549.1.1.1'
const EC = '1.2.840.10045.2.1'
const ED25519 = '1.3.101.112'
/** P-256, P-384, P-521. */
const CURVES = new Set(['1.2.840.10045.3.1.7', '1.3.132.0.34', '1.3.132.0.35'])

/** By object identifier; SHA-1 and older are left out on purpose. */
const ALGORITHMS: ReadonlyMap<string, { keyType: string; hash: string | null }> = new Map([
  ['1.2.840.10045.4.3.2', { keyType: 'ec', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { keyType: 'ec', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { keyType: 'ec', hash: 'sha512' }],
  ['1.2.840.113549.1.1.11', { keyType: 'rsa', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { keyType: 'rsa', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { keyType: 'rsa', hash: 'sha512' }],
  [ED25519, { keyType: 'ed25519', hash: null }],
])

/**
 * Whether a SubjectPublicKeyInfo is of RSA with 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519. Curves that are spelled
 * out instead of named do not count (CVE-2020-0601 began there), nor do bytes that are no key. Never throws.
 */
export function isStrong(spki: Buffer): boolean {
  try {
    return isStrongKind(new DerReader(spki).enter(TAG.sequence))
  } catch {
    return false
  }
}

/** The key of a SubjectPublicKeyInfo; null where it is not strong, or no key at all. */
export function strongKey(spki: Buffer): KeyObject | null {
  if (!isStrong(spki)) return null
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch {
    return null
  }
}

// Read by ourselves, since OpenSSL needs as long to import a key as to check a signature with it.
function isStrongKind(info: DerReader): boolean {
  const algorithm = info.enter(TAG.sequence)
  const bits = readBits(info.next(TAG.bitString).content)
  switch (algorithm.oid()) {
    case EC:
      return CURVES.has(algorithm.oid())
    case RSA: {
      const modulus = new DerReader(bits).enter(TAG.sequence).unsigned()
      const size = BigInt(`0x${modulus.toString('hex')}`).toString(2).length
      return size >= MIN_RSA_BITS && size <= MAX_RSA_BITS
    }
    case ED25519:
      return algorithm.isAtEnd
    default:
      return false
  }
}

/** false also for algorithms that are not in the list above. Never throws. */
export function isSignedBy(
  data: Buffer,
  algorithm: string,
  signature: Buffer,
  key: KeyObject,
): boolean {
  const known = ALGORITHMS.get(algorithm)
  if (known === undefined || known.keyType !== key.asymmetricKeyType) return false
  try {
    return verify(known.hash, data, key, signature)
  } catch {
    return false
  }
}
