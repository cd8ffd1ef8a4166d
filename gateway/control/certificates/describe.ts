// One certificate in the words of operators: whose it is, how long it is good for, and how urgent that is.

import type { KeyObject, X509Certificate } from 'node:crypto'
import { certificateNames } from '../../config/certificate-names.ts'
import { isLate } from '../../config/certificate-pairs.ts'
import type { Certificate, CertificateFault } from './schemas.ts'

const DAY_MS = 86_400_000
/** Days left at which somebody should look, and at which somebody must. */
const DUE_DAYS = 14
const URGENT_DAYS = 3

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

/** What is known besides the certificates themselves. */
export interface Placed {
  readonly id: string
  readonly kind: Certificate['kind']
  readonly place: string
  readonly usedBy: readonly string[]
  readonly isDefault?: boolean
  /** Default true. */
  readonly isServed?: boolean
  readonly faults?: readonly CertificateFault[]
  /** An authority renews it by itself: few days left are no reason to look, as long as it does. Default false. */
  readonly renewsItself?: boolean
}

/** `chain`: leaf first, as it is sent; never empty. */
export function describe(
  chain: readonly X509Certificate[],
  {
    isDefault = false,
    isServed = true,
    renewsItself = false,
    faults = [],
    usedBy,
    ...placed
  }: Placed,
  nowMs: number,
): Certificate {
  const leaf = chain[0]!
  // The first that runs out ends the use of all.
  const notAfterMs = Math.min(...chain.map((one) => one.validToDate.getTime()))
  return {
    ...placed,
    names: [...certificateNames(leaf)],
    subject: nameOf(leaf.subject),
    issuer: nameOf(leaf.issuer),
    serial: serialOf(leaf),
    keyType: keyTypeOf(leaf.publicKey),
    fingerprint: leaf.fingerprint256,
    notBeforeMs: leaf.validFromDate.getTime(),
    notAfterMs,
    daysLeft: daysLeft(notAfterMs, nowMs),
    state:
      renewsItself && faults.length === 0 && !isLate(leaf, nowMs)
        ? 'good'
        : stateOf(notAfterMs, faults, nowMs),
    chain: chain.map((one) => ({
      subject: nameOf(one.subject),
      issuer: nameOf(one.issuer),
      serial: serialOf(one),
      notAfterMs: one.validToDate.getTime(),
    })),
    usedBy: [...usedBy],
    isDefault,
    isServed,
    renewsItself,
    faults: [...faults],
  }
}

export function daysLeft(notAfterMs: number, nowMs: number): number {
  return Math.floor((notAfterMs - nowMs) / DAY_MS)
}

/** As the rest of the product writes it. */
export function serialOf({ serialNumber }: X509Certificate): string {
  return serialNumber.toLowerCase().replace(/^0+(?=.)/, '')
}

function stateOf(
  notAfterMs: number,
  faults: readonly CertificateFault[],
  nowMs: number,
): Certificate['state'] {
  if (notAfterMs <= nowMs) return 'expired'
  if (faults.some(({ severity }) => severity === 'error')) return 'faulty'
  const days = daysLeft(notAfterMs, nowMs)
  if (days <= URGENT_DAYS) return 'urgent'
  return days <= DUE_DAYS ? 'due' : 'good'
}

/** `CN=a.example, O=…`: the most specific part first; '' for an empty name, for which node has none. */
export function nameOf(lines: string | undefined): string {
  return lines?.split('\n').toReversed().join(', ') ?? ''
}

function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { namedCurve, modulusLength } = asymmetricKeyDetails
  if (asymmetricKeyType === 'ec') return `EC ${CURVES[namedCurve ?? ''] ?? namedCurve ?? ''}`.trim()
  if (modulusLength !== undefined) return `RSA ${modulusLength}`
  return asymmetricKeyType === 'ed25519' ? 'Ed25519' : (asymmetricKeyType ?? '')
}
