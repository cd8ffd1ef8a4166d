// Takes PEM text (RFC 7468) apart into the certificates and private keys it holds.

import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { errorMessage } from '../../sidecar/runtime/errors.ts'

export interface PemKey {
  readonly pem: string
  /** Equal to `publicKeyText` of every certificate for this key. */
  readonly publicKey: string
}

export interface PemContent {
  readonly certificates: readonly X509Certificate[]
  readonly keys: readonly PemKey[]
  /** One sentence for each block that cannot be used. */
  readonly faults: readonly string[]
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g
const BEGIN = /-----BEGIN /g

/** Never throws. Blocks of other kinds (EC PARAMETERS, DH PARAMETERS, …) are passed over. */
export function readPem(text: string): PemContent {
  const certificates: X509Certificate[] = []
  const keys: PemKey[] = []
  const faults: string[] = []
  let blocks = 0
  for (const [pem, label] of text.matchAll(BLOCK)) {
    blocks += 1
    try {
      if (label === 'CERTIFICATE' || label === 'X509 CERTIFICATE') {
        certificates.push(new X509Certificate(pem))
      } else if (label?.endsWith('PRIVATE KEY')) {
        if (isEncrypted(pem)) faults.push('its private key is encrypted')
        else keys.push({ pem: `${pem}\n`, publicKey: publicPart(createPrivateKey(pem)) })
      }
    } catch (error) {
      const what = label?.endsWith('KEY') ? 'private key' : 'certificate'
      faults.push(`its ${what} cannot be read (${errorMessage(error)})`)
    }
  }
  if (blocks < (text.match(BEGIN)?.length ?? 0)) faults.push('a block in it is not complete')
  return { certificates, keys, faults }
}

/** A text that two certificates share exactly when they are for one key. */
export function publicKeyText(certificate: X509Certificate): string {
  return exported(certificate.publicKey)
}

function publicPart(privateKey: KeyObject): string {
  return exported(createPublicKey(privateKey))
}

function exported(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
}

function isEncrypted(pem: string): boolean {
  return pem.includes('BEGIN ENCRYPTED PRIVATE KEY') || /^Proc-Type:.*ENCRYPTED/m.test(pem)
}
