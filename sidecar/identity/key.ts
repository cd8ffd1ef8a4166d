// A new private key and the certification request (PKCS#10, RFC 2986) that proves that we hold it.

import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { bitString, contextTag, der, integer, oid, sequence } from './der.ts'
import { pemBlock } from './pem.ts'

export interface MeshKey {
  /** PKCS#8. */
  readonly keyPem: string
  readonly csrPem: string
  /** SHA-256 of the SubjectPublicKeyInfo, base64url: what a join token is bound to when it is first used. */
  readonly keyHash: string
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'

/** P-256. The request names nobody: who we are is for the authority to say. */
export function createKey(): MeshKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const version = integer(Buffer.from([0]))
  const noAttributes = der(contextTag(0, true))
  const info = sequence(version, sequence(), spki, noAttributes)
  const signature = sign('sha256', info, privateKey)
  const request = sequence(info, sequence(oid(ECDSA_WITH_SHA256)), bitString(signature))
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    csrPem: pemBlock('CERTIFICATE REQUEST', request),
    keyHash: keyHashOf(spki),
  }
}

/** SHA-256 of a SubjectPublicKeyInfo (DER), base64url. */
export function keyHashOf(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64url')
}
