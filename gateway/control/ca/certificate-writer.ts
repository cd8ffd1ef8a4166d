// Writes certificates (RFC 5280, DER) byte for byte: the issuer's name as it stands in its own certificate, nothing else.

import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto'
import {
  KEY_USAGES,
  EXTENSION,
  type KeyUsage,
} from '../../../sidecar/identity/certificate-extensions.ts'
import {
  bitString,
  contextTag,
  der,
  DerReader,
  integer,
  oid,
  sequence,
  TAG,
} from '../../../sidecar/identity/der.ts'
import { pemBlock } from '../../../sidecar/identity/pem.ts'

export interface CertificateTemplate {
  /** Names, raw DER. */
  readonly issuer: Buffer
  readonly subject: Buffer
  /** SubjectPublicKeyInfo, raw DER. */
  readonly spki: Buffer
  /** Whole seconds count; what is below is cut off. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** null: a leaf; else how many authorities may follow below it. */
  readonly pathLength: number | null
  readonly keyUsage: readonly KeyUsage[]
  /** Object identifiers; [] leaves the extension out. */
  readonly extendedKeyUsage: readonly string[]
  readonly uri: string
  /** Of the issuer; null leaves the extension out. */
  readonly authorityKeyId: Buffer | null
}

export interface WrittenCertificate {
  readonly certPem: string
  /** Lower-case hex without leading zeros. */
  readonly serial: string
}

const SERIAL_BYTES = 16
const COMMON_NAME = '2.5.4.3'
const ORGANISATION = '2.5.4.10'

/** Signs with an RSA (PKCS#1, SHA-256), EC or Ed25519 key. The serial number is 127 random bits. */
export function writeCertificate(
  template: CertificateTemplate,
  signingKey: KeyObject,
): WrittenCertificate {
  const serial = randomBytes(SERIAL_BYTES)
  // Positive, and without leading zero (RFC 5280 section 4.1.2.2).
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const { hash, algorithm } = signatureOf(signingKey)
  const tbs = sequence(
    der(contextTag(0, true), integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    template.issuer,
    sequence(time(template.notBeforeMs), time(template.notAfterMs)),
    template.subject,
    template.spki,
    der(contextTag(3, true), sequence(...extensions(template))),
  )
  const certificate = sequence(tbs, algorithm, bitString(sign(hash, tbs, signingKey)))
  return { certPem: pemBlock('CERTIFICATE', certificate), serial: serial.toString('hex') }
}

/** `O=…, CN=…`, raw DER. */
export function writeName(organisation: string, commonName: string): Buffer {
  const part = (type: string, value: string): Buffer =>
    der(TAG.set, sequence(oid(type), der(TAG.utf8String, Buffer.from(value))))
  return sequence(part(ORGANISATION, organisation), part(COMMON_NAME, commonName))
}

/** The first 160 bits of the SHA-256 of the public key (RFC 7093 section 2). */
export function keyIdOf(spki: Buffer): Buffer {
  const fields = new DerReader(spki).enter(TAG.sequence)
  fields.next(TAG.sequence)
  const bits = fields.next(TAG.bitString).content.subarray(1)
  return createHash('sha256').update(bits).digest().subarray(0, 20)
}

function extensions(template: CertificateTemplate): readonly Buffer[] {
  const { pathLength, keyUsage, extendedKeyUsage, uri, authorityKeyId, spki } = template
  const constraints =
    pathLength === null
      ? sequence()
      : sequence(der(TAG.boolean, Buffer.from([0xff])), integer(Buffer.from([pathLength])))
  const uriName = der(contextTag(6, false), Buffer.from(uri, 'latin1'))
  const list = [
    extension(EXTENSION.basicConstraints, true, constraints),
    extension(EXTENSION.keyUsage, true, keyUsageBits(keyUsage)),
    // Without a subject it is the only name, and then it must not be passed over (RFC 5280 section 4.2.1.6).
    extension(EXTENSION.subjectAltName, template.subject.length === 2, sequence(uriName)),
    extension(EXTENSION.subjectKeyId, false, der(TAG.octetString, keyIdOf(spki))),
  ]
  if (extendedKeyUsage.length > 0) {
    const usages = sequence(...extendedKeyUsage.map(oid))
    list.push(extension(EXTENSION.extendedKeyUsage, false, usages))
  }
  if (authorityKeyId !== null) {
    const keyId = sequence(der(contextTag(0, false), authorityKeyId))
    list.push(extension(EXTENSION.authorityKeyId, false, keyId))
  }
  return list
}

function extension(identifier: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(TAG.boolean, Buffer.from([0xff]))] : []
  return sequence(oid(identifier), ...flag, der(TAG.octetString, value))
}

function keyUsageBits(usages: readonly KeyUsage[]): Buffer {
  const positions = usages.map((usage) => KEY_USAGES.indexOf(usage))
  const last = Math.max(...positions)
  const bytes = Buffer.alloc((last >> 3) + 1)
  for (const position of positions) bytes[position >> 3]! |= 0x80 >> (position & 7)
  return bitString(bytes, 7 - (last & 7))
}

function signatureOf(key: KeyObject): { hash: string | null; algorithm: Buffer } {
  if (key.asymmetricKeyType === 'rsa')
    return { hash: 'sha256', algorithm: sequence(oid('1.2.840.113549.1.1.11'), der(TAG.null)) }
  if (key.asymmetricKeyType === 'ed25519')
    return { hash: null, algorithm: sequence(oid('1.3.101.112')) }
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'secp384r1':
      return { hash: 'sha384', algorithm: sequence(oid('1.2.840.10045.4.3.3')) }
    case 'secp521r1':
      return { hash: 'sha512', algorithm: sequence(oid('1.2.840.10045.4.3.4')) }
    default:
      return { hash: 'sha256', algorithm: sequence(oid('1.2.840.10045.4.3.2')) }
  }
}

/** RFC 5280 section 4.1.2.5. */
function time(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replaceAll(/[-T:]/g, '').slice(0, 14)
  const isUtcTime = Number(digits.slice(0, 4)) < 2050
  return isUtcTime
    ? der(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : der(TAG.generalizedTime, Buffer.from(`${digits}Z`))
}
