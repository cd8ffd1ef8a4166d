// A development certificate authority, so that the demo and the tests run on real TLS without any set-up.

// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { DEVELOPMENT_ORGANISATION } from '../config/tls-material.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'

export interface IssueRequest {
  /** DNS names and IP addresses the certificate is for; at least one. */
  readonly names: readonly string[]
  /** Days until it expires, at most the authority's own. */
  readonly days: number
  /** true: it may also identify a client. Default false. */
  readonly client?: boolean
}

export interface KeyPairPem {
  /** Leaf first, PEM. */
  readonly certPem: string
  /** PKCS#8, PEM. */
  readonly keyPem: string
}

export interface Authority extends KeyPairPem {
  /** A new P-256 key and its certificate. */
  issue(request: IssueRequest): Promise<KeyPairPem>
}

const DAY_MS = 86_400_000
const AUTHORITY_DAYS = 365
// The clocks of two machines need not agree to the second.
const BACKDATE_MS = 300_000
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }

/**
 * A self-signed P-256 root named `name`, valid for a year. `production: true` refuses what it issues: its key has been
 * in the memory of an ordinary process.
 */
export async function createAuthority(
  name: string,
  clock: Pick<Clock, 'wallMs'>,
): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ O: [DEVELOPMENT_ORGANISATION] }, { CN: [name] }],
    ...validity(clock.wallMs(), AUTHORITY_DAYS),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    certPem: certificatePem(certificate),
    keyPem: await privateKeyPem(keys.privateKey),
    issue: (request) => issue(certificate, keys.privateKey, clock.wallMs(), request),
  }
}

async function issue(
  authority: x509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  nowMs: number,
  { names, days, client = false }: IssueRequest,
): Promise<KeyPairPem> {
  const [first] = names
  if (first === undefined) throw new TypeError('a certificate needs at least one name')
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])
  const usages = [x509.ExtendedKeyUsage.serverAuth]
  if (client) usages.push(x509.ExtendedKeyUsage.clientAuth)
  const { notBefore, notAfter } = validity(nowMs, days)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [first] }],
    issuer: authority.subject,
    notBefore,
    notAfter: notAfter < authority.notAfter ? notAfter : authority.notAfter,
    signingAlgorithm: SIGNING,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  return { certPem: certificatePem(certificate), keyPem: await privateKeyPem(keys.privateKey) }
}

function validity(nowMs: number, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(nowMs - BACKDATE_MS), notAfter: new Date(nowMs + days * DAY_MS) }
}

function certificatePem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key)
  return x509.PemConverter.encode(der, 'PRIVATE KEY') + '\n'
}

/** 16 random bytes, hex, positive and without leading zero (RFC 5280 section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes.toString('hex')
}
