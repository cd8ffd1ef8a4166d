// Certificates for tests of the mesh: a good chain as the authority of a mesh makes it, and every way to get one wrong.

// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { Svid, TrustBundle } from '../../sidecar/identity/svid.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage

export interface OddOptions {
  /** Default: `spiffe://mesh.test/ns/default/svc/orders`. */
  readonly uris?: readonly string[]
  readonly dnsNames?: readonly string[]
  /** Relative name; default ''. */
  readonly subject?: string
  readonly isCa?: boolean
  readonly pathLength?: number
  /** Default: digitalSignature; for authorities keyCertSign and cRLSign. null leaves the extension out. */
  readonly keyUsage?: number | null
  /** Object identifiers; default both; [] leaves the extension out. */
  readonly usages?: readonly string[]
  readonly notBeforeMs?: number
  readonly notAfterMs?: number
  readonly key?: 'P-256' | 'P-384' | 'RSA-1024' | 'RSA-2048'
  readonly hash?: 'SHA-1' | 'SHA-256'
  readonly more?: readonly x509.Extension[]
}

export interface OddCertificate {
  readonly certPem: string
  readonly der: Buffer
  readonly keyPem: string
  /** A certificate that this one signs, whether it may or not. */
  issue(options?: OddOptions): Promise<OddCertificate>
}

export const ORDERS = 'spiffe://mesh.test/ns/default/svc/orders'
export const BILLING = 'spiffe://mesh.test/ns/default/svc/billing'

interface Made {
  readonly certificate: x509.X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
}

/** A self-signed root; an authority unless the options say otherwise. */
export function oddRoot(options: OddOptions = {}): Promise<OddCertificate> {
  return make({ isCa: true, uris: [], usages: [], subject: 'CN=mesh root', ...options }, null)
}

/** A service's identity below `issuer`; `chain` is what stands between it and the root. */
export async function svidOf(
  issuer: OddCertificate,
  id: string,
  chain: readonly OddCertificate[] = [],
  options: OddOptions = {},
): Promise<Svid> {
  const leaf = await issuer.issue({ uris: [id], ...options })
  const read = new x509.X509Certificate(leaf.certPem)
  return {
    id,
    certPem: [leaf, ...chain].map(({ certPem }) => certPem).join(''),
    keyPem: leaf.keyPem,
    serial: read.serialNumber.toLowerCase(),
    notBeforeMs: read.notBefore.getTime(),
    notAfterMs: read.notAfter.getTime(),
  }
}

export function bundleOf(...roots: readonly OddCertificate[]): TrustBundle {
  return { trustDomain: 'mesh.test', rootPems: roots.map(({ certPem }) => certPem) }
}

async function make(options: OddOptions, issuer: Made | null): Promise<OddCertificate> {
  const made = await sign(options, issuer)
  return {
    certPem: `${made.certificate.toString('pem')}\n`,
    der: Buffer.from(made.certificate.rawData),
    keyPem: await keyPemOf(made.keys),
    issue: (next = {}) => make(next, made),
  }
}

async function sign(options: OddOptions, issuer: Made | null): Promise<Made> {
  const algorithm = algorithmOf(options)
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const { notBeforeMs = Date.now() - MINUTE_MS, notAfterMs = Date.now() + DAY_MS } = options
  const signer = issuer?.keys ?? keys
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: options.subject ?? '',
    issuer: issuer?.certificate.subjectName ?? new x509.Name(options.subject ?? ''),
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notAfterMs),
    signingAlgorithm: { ...signer.privateKey.algorithm, hash: options.hash ?? 'SHA-256' },
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    extensions: extensions(options),
  })
  return { certificate, keys }
}

function extensions(options: OddOptions): x509.Extension[] {
  const {
    uris = [ORDERS],
    dnsNames = [],
    isCa = false,
    usages = [serverAuth, clientAuth],
  } = options
  const { keyUsage = isCa ? keyCertSign | cRLSign : digitalSignature } = options
  const list: x509.Extension[] = [
    new x509.BasicConstraintsExtension(isCa, options.pathLength, true),
    ...(options.more ?? []),
  ]
  const names: x509.JsonGeneralName[] = [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
  ]
  if (names.length > 0) list.push(new x509.SubjectAlternativeNameExtension(names, true))
  if (keyUsage !== null) list.push(new x509.KeyUsagesExtension(keyUsage, true))
  if (usages.length > 0) list.push(new x509.ExtendedKeyUsageExtension([...usages]))
  return list
}

function algorithmOf({ key = 'P-256', hash = 'SHA-256' }: OddOptions) {
  return key.startsWith('RSA')
    ? {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: Number(key.slice(4)),
        publicExponent: new Uint8Array([1, 0, 1]),
        hash,
      }
    : { name: 'ECDSA', namedCurve: key }
}

async function keyPemOf(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`
}

function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes.toString('hex')
}
