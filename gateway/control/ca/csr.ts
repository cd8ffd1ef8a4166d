// Reads a certification request (PKCS#10, RFC 2986) for the one thing it proves: who holds which key.

import type { KeyObject } from 'node:crypto'
import { contextTag, DerError, DerReader, readBits, TAG } from '../../../sidecar/identity/der.ts'
import { keyHashOf } from '../../../sidecar/identity/key.ts'
import { readPemBlocks } from '../../../sidecar/identity/pem.ts'
import { isSignedBy, strongKey } from '../../../sidecar/identity/signature.ts'

export type Csr =
  | {
      readonly kind: 'proven'
      /** SubjectPublicKeyInfo, raw DER. */
      readonly spki: Buffer
      /** SHA-256 of it, base64url. */
      readonly keyHash: string
    }
  | { readonly kind: 'refused'; readonly reason: 'bad_csr' | 'weak_key' }

/** A longer request is refused unread. */
export const MAX_CSR_CHARACTERS = 8192

/**
 * What the request asks for is not even read. Its key must be P-256 or RSA of 2048 to 8192 bits, and its signature must
 * be by that key. Never throws.
 */
export function readCsr(csrPem: string): Csr {
  const blocks =
    csrPem.length > MAX_CSR_CHARACTERS ? null : readPemBlocks(csrPem, 'CERTIFICATE REQUEST')
  if (blocks?.length !== 1) return { kind: 'refused', reason: 'bad_csr' }
  try {
    return readRequest(blocks[0]!)
  } catch (error) {
    if (error instanceof DerError) return { kind: 'refused', reason: 'bad_csr' }
    throw error
  }
}

function readRequest(bytes: Buffer): Csr {
  const outer = new DerReader(bytes)
  const request = outer.enter(TAG.sequence)
  outer.end()
  const info = request.next(TAG.sequence)
  const algorithm = request.enter(TAG.sequence).oid()
  const signature = readBits(request.next(TAG.bitString).content)
  request.end()
  const fields = new DerReader(info.content)
  fields.unsigned()
  fields.next(TAG.sequence)
  const spki = fields.next(TAG.sequence).raw
  fields.optional(contextTag(0, true))
  fields.end()
  const key = strongKey(spki)
  if (key === null || !isAllowed(key)) return { kind: 'refused', reason: 'weak_key' }
  if (!isSignedBy(info.raw, algorithm, signature, key))
    return { kind: 'refused', reason: 'bad_csr' }
  return { kind: 'proven', spki, keyHash: keyHashOf(spki) }
}

function isAllowed(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}
