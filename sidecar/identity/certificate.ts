// Reads from a certificate's own bytes (RFC 5280, DER) what the mesh decides by; never from anybody's printed form of it.

import { readExtensionFacts, readExtensions } from './certificate-extensions.ts'
import type { ExtensionFacts, ExtensionValue } from './certificate-extensions.ts'
import { contextTag, DerError, DerReader, readBits, TAG } from './der.ts'

export interface CertificateFacts extends ExtensionFacts {
  readonly version: 1 | 2 | 3
  /** Lower-case hex without leading zeros. */
  readonly serial: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** Extensions by object identifier, and whether they are critical. */
  readonly extensions: ReadonlyMap<string, boolean>
  /** Names and SubjectPublicKeyInfo, raw DER. */
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly spki: Buffer
  /** What is signed, with which algorithm (object identifier), and the signature. */
  readonly tbs: Buffer
  readonly signatureAlgorithm: string
  readonly signature: Buffer
}

/** A larger one is refused. */
export const MAX_CERTIFICATE_BYTES = 32_768
const MAX_SERIAL_BYTES = 21

/** null where the bytes are not one certificate in DER, or a field that we decide by is not well-formed. Never throws. */
export function readCertificate(bytes: Buffer): CertificateFacts | null {
  if (bytes.length > MAX_CERTIFICATE_BYTES) return null
  try {
    const outer = new DerReader(bytes)
    const certificate = outer.enter(TAG.sequence)
    outer.end()
    const tbs = certificate.next(TAG.sequence)
    const algorithm = certificate.next(TAG.sequence)
    const signature = readBits(certificate.next(TAG.bitString).content)
    certificate.end()
    const facts = readTbs(new DerReader(tbs.content), algorithm.raw)
    const signatureAlgorithm = new DerReader(algorithm.content).oid()
    return { ...facts, tbs: tbs.raw, signatureAlgorithm, signature }
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

type TbsFacts = Omit<CertificateFacts, 'tbs' | 'signature' | 'signatureAlgorithm'>

function readTbs(tbs: DerReader, algorithm: Buffer): TbsFacts {
  const version = readVersion(tbs)
  const serial = tbs.unsigned()
  if (serial.length > MAX_SERIAL_BYTES) throw new DerError('a serial number that long')
  // RFC 5280 section 4.1.1.2: the algorithm stands inside the signed part and outside, and must be the same.
  if (!tbs.next(TAG.sequence).raw.equals(algorithm)) throw new DerError('two signature algorithms')
  const issuer = tbs.next(TAG.sequence).raw
  const validity = tbs.enter(TAG.sequence)
  const notBeforeMs = readTime(validity)
  const notAfterMs = readTime(validity)
  validity.end()
  const subject = tbs.next(TAG.sequence).raw
  const spki = tbs.next(TAG.sequence).raw
  if (version > 1) {
    tbs.optional(contextTag(1, false))
    tbs.optional(contextTag(2, false))
  }
  const extensions = version === 3 ? readExtensions(tbs) : new Map<string, ExtensionValue>()
  tbs.end()
  return {
    version,
    serial: serial.toString('hex').replace(/^0+(?=.)/, ''),
    notBeforeMs,
    notAfterMs,
    issuer,
    subject,
    spki,
    extensions: new Map([...extensions].map(([oid, { critical }]) => [oid, critical])),
    ...readExtensionFacts(extensions),
  }
}

function readVersion(tbs: DerReader): 1 | 2 | 3 {
  const tagged = tbs.optional(contextTag(0, true))
  if (tagged === null) return 1
  const inner = new DerReader(tagged.content)
  const value = inner.unsigned()
  inner.end()
  if (value.length === 1 && value[0] === 1) return 2
  if (value.length === 1 && value[0] === 2) return 3
  throw new DerError('a version that does not exist')
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/

/** RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050, seconds, always Z. */
function readTime(validity: DerReader): number {
  const { tag, content } = validity.next()
  const text = content.toString('latin1')
  const match =
    tag === TAG.utcTime
      ? UTC_TIME.exec(text)
      : tag === TAG.generalizedTime
        ? GENERALIZED_TIME.exec(text)
        : null
  if (match === null) throw new DerError('a time of that form')
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map(Number)
  const fullYear = tag === TAG.utcTime ? year + (year < 50 ? 2000 : 1900) : year
  if (tag === TAG.generalizedTime && year < 2050) throw new DerError('a time of the wrong type')
  const timeMs = Date.UTC(fullYear, month - 1, day, hours, minutes, seconds)
  const written = new Date(timeMs).toISOString().replaceAll(/[-T:]/g, '').slice(0, 14)
  if (!`${written}Z`.endsWith(text)) throw new DerError('a time that does not exist')
  return timeMs
}
