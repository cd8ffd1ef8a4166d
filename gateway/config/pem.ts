// Takes PEM text (RFC 7468) apart into the certificates and private keys it holds.

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { errorMessage } from '../../sidecar/runtime/errors.ts'

export interface PemContent {
  readonly certificates: readonly X509Certificate[]
  readonly keys: readonly { readonly key: KeyObject; readonly pem: string }[]
  /** One sentence for each block that cannot be used. */
  readonly faults: readonly string[]
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g
const BEGIN = /-----BEGIN /g

/** Never throws. Blocks of other kinds (EC PARAMETERS, DH PARAMETERS, …) are passed over. */
export function readPem(text: string): PemContent {
  const certificates: X509Certificate[] = []
  const keys: { key: KeyObject; pem: string }[] = []
  const faults: string[] = []
  let blocks = 0
  for (const [pem, label] of text.matchAll(BLOCK)) {
    blocks += 1
    try {
      if (label === 'CERTIFICATE' || label === 'X509 CERTIFICATE') {
        certificates.push(new X509Certificate(pem))
      } else if (label?.endsWith('PRIVATE KEY')) {
        if (isEncrypted(pem)) faults.push('its private key is encrypted')
        else keys.push({ key: createPrivateKey(pem), pem: `${pem}\n` })
      }
    } catch (error) {
      const what = label?.endsWith('KEY') ? 'private key' : 'certificate'
      faults.push(`its ${what} cannot be read (${errorMessage(error)})`)
    }
  }
  if (blocks < (text.match(BEGIN)?.length ?? 0)) faults.push('a block in it is not complete')
  return { certificates, keys, faults }
}

function isEncrypted(pem: string): boolean {
  return pem.includes('BEGIN ENCRYPTED PRIVATE KEY') || /^Proc-Type:.*ENCRYPTED/m.test(pem)
}
