// One issuer as the fields of a form, and back into the file: the short form where its address says it all.

import { listOf, mapOf } from '../../config-text/parse.ts'
import { plainText } from '../../language/typed-text.ts'
import { putAt } from './put-at.ts'

export interface IssuerFields {
  readonly issuer: string
  /** Address or file of the keys; '': found by discovery. null: they stand in the file, and the form leaves them alone. */
  readonly jwks: string | null
  readonly algorithms: readonly string[]
  readonly clockSkew: string
  readonly maxLifetime: string
  readonly type: string
}

/** What the gateway verifies, in the order in which they are shown. */
export const ALGORITHMS = [
  'RS256',
  'PS256',
  'ES256',
  'ES384',
  'EdDSA',
  'RS384',
  'RS512',
  'PS384',
  'PS512',
  'ES512',
  'Ed25519',
] as const
/** What an issuer that names none has. */
export const DEFAULT_ALGORITHMS: readonly string[] = ALGORITHMS.slice(0, 5)
/** Offered nowhere, and shown so that everybody can read why. */
export const NEVER = ['none', 'HS256', 'HS384', 'HS512'] as const
export const DEFAULT_SKEW = '60s'

const DURATION = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/

/** Of what stands under `issuers:`. */
export function issuerFields(written: unknown): IssuerFields {
  const { issuer, jwks, algorithms, clockSkew, maxLifetime, type } =
    typeof written === 'string' ? { issuer: written } : mapOf(written)
  const chosen = listOf(algorithms)
  return {
    issuer: text(issuer),
    jwks: typeof jwks === 'object' && jwks !== null ? null : text(jwks),
    algorithms: chosen.length === 0 ? DEFAULT_ALGORITHMS : chosen,
    clockSkew: text(clockSkew) || DEFAULT_SKEW,
    maxLifetime: text(maxLifetime),
    type: text(type),
  }
}

export type IssuerFault = 'issuer' | 'algorithms' | 'clockSkew' | 'maxLifetime'

/** What the file would be refused for; the gateway looks closer. */
export function issuerFaults(fields: IssuerFields): ReadonlySet<IssuerFault> {
  const { issuer, algorithms, clockSkew, maxLifetime } = read(fields)
  const faults = new Set<IssuerFault>()
  if (!URL.canParse(issuer)) faults.add('issuer')
  if (algorithms.length === 0) faults.add('algorithms')
  if (clockSkew !== '' && !DURATION.test(clockSkew)) faults.add('clockSkew')
  if (maxLifetime !== '' && !DURATION.test(maxLifetime)) faults.add('maxLifetime')
  return faults
}

/** As it stands under its name; keys that the form does not show are not among them. */
export function issuerValue(fields: IssuerFields): string | Readonly<Record<string, unknown>> {
  const special = Object.entries(specialOf(fields)).filter(([, value]) => value !== undefined)
  const issuer = plainText(fields.issuer)
  return special.length === 0 ? issuer : { issuer, ...Object.fromEntries(special) }
}

/** A new entry of `issuers:`. Throws NotEditable. */
export function addIssuer(text: string, name: string, fields: IssuerFields): string {
  return putAt(text, ['issuers', name], issuerValue(fields))
}

/** Writes what differs from `written` and leaves every other byte alone. Throws NotEditable. */
export function changeIssuer(
  text: string,
  name: string,
  written: unknown,
  fields: IssuerFields,
): string {
  const at = ['issuers', name]
  const value = issuerValue(fields)
  if (typeof written === 'string') return value === written ? text : putAt(text, at, value)
  const before = issuerFields(written)
  const [old, wanted] = [specialOf(before), specialOf(fields)]
  let next = text
  const issuer = plainText(fields.issuer)
  if (issuer !== before.issuer) next = putAt(next, [...at, 'issuer'], issuer)
  for (const key of ['jwks', 'algorithms', 'clockSkew', 'maxLifetime', 'type'] as const) {
    if (String(old[key]) !== String(wanted[key])) next = putAt(next, [...at, key], wanted[key])
  }
  return next
}

/** undefined: not written, as it is what the gateway does anyway. */
function specialOf(fields: IssuerFields) {
  const { jwks, algorithms, clockSkew, maxLifetime, type } = read(fields)
  const isDefault =
    algorithms.length === DEFAULT_ALGORITHMS.length &&
    DEFAULT_ALGORITHMS.every((one) => algorithms.includes(one))
  return {
    jwks: jwks || undefined,
    algorithms: isDefault ? undefined : algorithms,
    clockSkew: clockSkew === '' || clockSkew === DEFAULT_SKEW ? undefined : clockSkew,
    maxLifetime: maxLifetime || undefined,
    type: type || undefined,
  }
}

function read({ issuer, jwks, algorithms, clockSkew, maxLifetime, type }: IssuerFields) {
  return {
    issuer: plainText(issuer),
    jwks: jwks === null ? '' : plainText(jwks),
    algorithms,
    clockSkew: plainText(clockSkew),
    maxLifetime: plainText(maxLifetime),
    type: plainText(type),
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
