// A certificate authority for tests: real certificates, made in memory, trusted by nobody else.

// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

// Clocks of two machines (or of a test that fakes one) need not agree to the second.
const BACKDATE_MS = 60_000
const DAY_MS = 86_400_000

export interface IssueOptions {
  /** Key of the leaf; default `ec` (P-256). `rsa` is RSA-2048 and slow to make. */
  readonly key?: 'ec' | 'rsa'
  /** Default: a minute ago. */
  readonly notBefore?: Date
  /** Default: in one day. */
  readonly notAfter?: Date
  /** Default: the first name. */
  readonly commonName?: string
  /** Extended key usages; default both; [] leaves the extension out. */
  readonly usages?: readonly ('server' | 'client')[]
  /** true: a (wrong) leaf that says CA:TRUE, or an intermediate. Default false. */
  readonly ca?: boolean
}

export interface IssuedCertificate {
  readonly certPem: string
  /** PKCS#8. */
  readonly keyPem: string
}

export interface TestCa extends IssuedCertificate {
  /** `names`: DNS names, IP addresses or URIs (`spiffe://…`), each becoming a SAN of its kind. */
  issue(names: readonly string[], options?: IssueOptions): Promise<IssuedCertificate>
}

/** A self-signed P-256 root called `name`, valid for a day. */
export async function createTestCa(name: string): Promise<TestCa> {
  const keys = await generateKeys('ec')
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    notBefore: new Date(Date.now() - BACKDATE_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: await privateKeyPem(keys),
    issue: (names, options = {}) => issue(certificate, keys.privateKey, names, options),
  }
}

async function issue(
  issuer: x509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  names: readonly string[],
  options: IssueOptions,
): Promise<IssuedCertificate> {
  const keys = await generateKeys(options.key ?? 'ec')
  const usages = options.usages ?? ['server', 'client']
  const { digitalSignature, keyCertSign } = x509.KeyUsageFlags
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(options.ca ?? false, undefined, true),
    options.ca
      ? new x509.KeyUsagesExtension(digitalSignature | keyCertSign, true)
      : new x509.KeyUsagesExtension(digitalSignature, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
  ]
  if (names.length > 0) {
    extensions.push(new x509.SubjectAlternativeNameExtension(names.map(generalName)))
  }
  if (usages.length > 0) {
    extensions.push(
      new x509.ExtendedKeyUsageExtension(
        usages.map((usage) => x509.ExtendedKeyUsage[`${usage}Auth`]),
      ),
    )
  }
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [options.commonName ?? names[0] ?? 'unnamed'] }],
    issuer: issuer.subject,
    notBefore: options.notBefore ?? new Date(Date.now() - BACKDATE_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + DAY_MS),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    publicKey: keys.publicKey,
    signingKey,
    extensions,
  })
  return { certPem: `${certificate.toString('pem')}\n`, keyPem: await privateKeyPem(keys) }
}

function generalName(name: string): x509.JsonGeneralName {
  if (isIP(name) !== 0) return { type: 'ip', value: name }
  return name.includes('://') ? { type: 'url', value: name } : { type: 'dns', value: name }
}

function generateKeys(kind: 'ec' | 'rsa'): Promise<webcrypto.CryptoKeyPair> {
  return kind === 'ec'
    ? webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    : webcrypto.subtle.generateKey(
        {
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: 2048,
          publicExponent: new Uint8Array([1, 0, 1]),
          hash: 'SHA-256',
        },
        true,
        ['sign', 'verify'],
      )
}

async function privateKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n')
}

/** 16 random bytes, hex, positive (RFC 5280 section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes.toString('hex')
}
