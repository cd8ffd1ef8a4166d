// A JSON Web Key Set (RFC 7517) reduced to the public signature keys that are safe to verify with.

import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { hasRocaFingerprint } from './roca.ts'
import { isJsonObject } from './strict-json.ts'
import { MAX_KID_LENGTH } from './token.ts'

/** Keys of one set that are looked at; the rest is refused. */
export const MAX_KEYS = 100

const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const EC_ALGORITHMS: Readonly<Record<string, string>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
}
const OKP_ALGORITHMS = ['EdDSA', 'Ed25519']

/** Every algorithm a token may be signed with, where the issuer's configuration lists it. */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = [
  ...RSA_ALGORITHMS,
  ...Object.values(EC_ALGORITHMS),
  ...OKP_ALGORITHMS,
]

// RFC 7517 and 7518: members that make a key private or symmetric.
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']
const BASE64URL = /^[A-Za-z0-9_-]+$/

/** A JWK with nothing but the members that verification needs: safe to store, to log and to send to workers. */
export type PublicJwk = Readonly<Record<string, string>>

export interface JwksDocument {
  readonly keys: readonly PublicJwk[]
}

export interface VerificationKey {
  /** Several keys of a set may share one, or have none. */
  readonly keyId: string | null
  /** The algorithms this key may verify: the one it names, else all of its type and curve. */
  readonly algorithms: readonly string[]
  readonly key: KeyObject
}

export interface KeySet {
  /** Digest of the usable keys: the same keys in any order have the same version. */
  readonly version: string
  readonly keys: readonly VerificationKey[]
}

export type RefusedKeyReason =
  | 'not_a_key'
  | 'symmetric'
  | 'private'
  | 'unsupported_type'
  | 'not_for_signatures'
  | 'unsupported_algorithm'
  | 'bad_kid'
  | 'bad_encoding'
  | 'invalid_key'
  | 'rsa_too_small'
  | 'rsa_bad_exponent'
  | 'rsa_roca'
  | 'too_many_keys'

export interface RefusedKey {
  /** Position in the document. */
  readonly index: number
  /** Shortened to 64 characters; null where the key has none. */
  readonly keyId: string | null
  readonly reason: RefusedKeyReason
}

export interface ImportedKeys {
  readonly keySet: KeySet
  /** The usable keys as a document that imports to the same set again. */
  readonly document: JwksDocument
  readonly refused: readonly RefusedKey[]
}

/** Imports a key set, leaving out every key that is not safe to use; null where `document` is no key set at all. */
export function importKeySet(document: unknown): ImportedKeys | null {
  if (!isJsonObject(document) || !Array.isArray(document['keys'])) return null
  const usable: { text: string; jwk: PublicJwk; key: VerificationKey }[] = []
  const refused: RefusedKey[] = []
  for (const [index, jwk] of (document['keys'] as unknown[]).entries()) {
    const imported = index < MAX_KEYS ? importKey(jwk) : 'too_many_keys'
    if (typeof imported === 'string')
      refused.push({ index, keyId: shortKeyId(jwk), reason: imported })
    else usable.push({ ...imported, text: JSON.stringify(imported.jwk) })
    if (index === MAX_KEYS) break
  }
  usable.sort((a, b) => (a.text < b.text ? -1 : 1))
  const digest = createHash('sha256')
  for (const { text } of usable) digest.update(text).update('\n')
  return {
    keySet: { version: digest.digest('base64url'), keys: usable.map(({ key }) => key) },
    document: { keys: usable.map(({ jwk }) => jwk) },
    refused,
  }
}

function importKey(jwk: unknown): { jwk: PublicJwk; key: VerificationKey } | RefusedKeyReason {
  if (!isJsonObject(jwk)) return 'not_a_key'
  if (jwk['kty'] === 'oct') return 'symmetric'
  if (SECRET_MEMBERS.some((member) => member in jwk)) return 'private'
  const shape = keyShape(jwk)
  if (shape === null) return 'unsupported_type'
  if (!isForSignatures(jwk)) return 'not_for_signatures'
  const { alg, kid } = jwk
  if (alg !== undefined && !shape.algorithms.includes(alg as string)) return 'unsupported_algorithm'
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH))
    return 'bad_kid'
  const members: Record<string, string> = {}
  for (const name of shape.members) {
    const value = jwk[name]
    if (typeof value !== 'string' || !BASE64URL.test(value)) return 'bad_encoding'
    members[name] = value
  }
  const material = { kty: jwk['kty'] as string, ...shape.curve, ...members }
  const key = importMaterial(material)
  if (typeof key === 'string') return key
  const algorithms = alg === undefined ? shape.algorithms : [alg as string]
  return {
    jwk: {
      ...(kid === undefined ? {} : { kid }),
      ...(alg === undefined ? {} : { alg: alg as string }),
      ...material,
    },
    key: { keyId: kid ?? null, algorithms, key },
  }
}

interface KeyShape {
  readonly algorithms: readonly string[]
  readonly curve: { readonly crv?: string }
  readonly members: readonly string[]
}

function keyShape({ kty, crv }: Readonly<Record<string, unknown>>): KeyShape | null {
  if (kty === 'RSA') return { algorithms: RSA_ALGORITHMS, curve: {}, members: ['n', 'e'] }
  if (typeof crv !== 'string') return null
  if (kty === 'EC' && Object.hasOwn(EC_ALGORITHMS, crv)) {
    return { algorithms: [EC_ALGORITHMS[crv]!], curve: { crv }, members: ['x', 'y'] }
  }
  if (kty === 'OKP' && crv === 'Ed25519') {
    return { algorithms: OKP_ALGORITHMS, curve: { crv }, members: ['x'] }
  }
  return null
}

function isForSignatures({ use, key_ops: operations }: Readonly<Record<string, unknown>>): boolean {
  if (use !== undefined && use !== 'sig') return false
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
}

function importMaterial(material: Record<string, string>): KeyObject | RefusedKeyReason {
  let key: KeyObject
  try {
    // Refuses points off the curve and members of a wrong length.
    key = createPublicKey({ key: material, format: 'jwk' })
  } catch {
    return 'invalid_key'
  }
  if (key.asymmetricKeyType !== 'rsa') return key
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < 2048) return 'rsa_too_small'
  if (publicExponent < 65_537n || publicExponent % 2n === 0n) return 'rsa_bad_exponent'
  const modulus = BigInt(`0x${Buffer.from(material['n']!, 'base64url').toString('hex')}`)
  return hasRocaFingerprint(modulus) ? 'rsa_roca' : key
}

function shortKeyId(jwk: unknown): string | null {
  const kid = isJsonObject(jwk) ? jwk['kid'] : undefined
  return typeof kid === 'string' ? kid.slice(0, 64) : null
}
