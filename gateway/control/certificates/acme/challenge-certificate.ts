// The certificate by which a host proves that it is ours (RFC 8737 section 3): made for one question, then thrown away.

// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { AcmeChallenge } from '../../../decide/acme-challenges.ts'
import { der, TAG } from '../../../../sidecar/identity/der.ts'
import { pemBlock } from '../../../../sidecar/identity/pem.ts'

const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31'
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

/** `digest`: SHA-256 of the key authorization. Valid from yesterday until tomorrow. */
export async function challengeCertificate(
  name: string,
  digest: Buffer,
  nowMs: number,
): Promise<AcmeChallenge> {
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])
  const value = der(TAG.octetString, digest)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ['ACME challenge'] }],
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAY_MS),
    signingAlgorithm: ECDSA,
    keys,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      new x509.Extension(ACME_IDENTIFIER, true, new Uint8Array(value)),
    ],
  })
  const keyDer = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return {
    name,
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: pemBlock('PRIVATE KEY', keyDer),
  }
}
