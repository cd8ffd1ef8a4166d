// A certificate authority of two levels, and a certificate with a key nobody should accept, for tests.

// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { IssuedCertificate } from '../../support/certificates.ts'

const DAY_MS = 86_400_000
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }

/** Self-signed, RSA with 1024 bits. */
export async function weakCertificate(name: string): Promise<IssuedCertificate> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 1024,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  })
  return { certPem: pemOf(certificate), keyPem: await keyPemOf(keys) }
}

export interface Chain {
  readonly root: string
  readonly intermediate: string
  readonly leaf: IssuedCertificate
}

/** A leaf for `name` below an intermediate below a root. */
export async function certificateChain(name: string): Promise<Chain> {
  const rootKeys = await ecKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=chain root',
    ...validity(),
    signingAlgorithm: SIGNING,
    keys: rootKeys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const middleKeys = await ecKeys()
  const intermediate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=intermediate',
    issuer: root.subject,
    ...validity(),
    signingAlgorithm: SIGNING,
    publicKey: middleKeys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const keys = await ecKeys()
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: '03',
    subject: `CN=${name}`,
    issuer: intermediate.subject,
    ...validity(),
    signingAlgorithm: SIGNING,
    publicKey: keys.publicKey,
    signingKey: middleKeys.privateKey,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      new x509.AuthorityInfoAccessExtension({ caIssuers: 'http://ca.example/ca.crt' }),
    ],
  })
  return {
    root: pemOf(root),
    intermediate: pemOf(intermediate),
    leaf: { certPem: pemOf(leaf), keyPem: await keyPemOf(keys) },
  }
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 90 * DAY_MS) }
}

function ecKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`
}

async function keyPemOf(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`
}
