// Reads a certification request as an authority would, and issues what it asks for.

// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { createPrivateKey, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { TestCa } from './certificates.ts'

const DAY_MS = 86_400_000
const SUBJECT_ALT_NAME = '2.5.29.17'

/**
 * The names it asks for, and a certificate for them and its key, for a day. Throws where its signature is not by that
 * key. `serialNumber`: hex.
 */
export async function readRequest(
  csrPem: string,
  ca: TestCa,
  serialNumber = '5a',
): Promise<{ readonly names: readonly string[]; readonly certPem: string }> {
  const request = new x509.Pkcs10CertificateRequest(csrPem)
  if (!(await request.verify())) throw new Error('the request is not signed by its key')
  const asked = request.getExtension(SUBJECT_ALT_NAME)
  if (asked === null) throw new Error('it names nobody')
  const wanted = new x509.SubjectAlternativeNameExtension(asked.rawData)
  const issuer = new x509.X509Certificate(ca.certPem)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    publicKey: request.publicKey,
    signingKey: await webcrypto.subtle.importKey(
      'pkcs8',
      createPrivateKey(ca.keyPem).export({ type: 'pkcs8', format: 'der' }),
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    ),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      wanted,
    ],
  })
  const names = wanted.names.items.map(({ value }) => value)
  return { names, certPem: `${certificate.toString('pem')}\n` }
}
