// Whom a limit counts: from a request to the value of the limit's key, and to what may be shown of it.

import { hash } from 'node:crypto'
import type { KeyPart, LimitPlan } from './plan.ts'
import { countedNetwork } from './address.ts'

/** What a limit may know of a request. */
export interface LimitSubject {
  /** Canonical address of the client. */
  readonly clientIp: string
  /** Name of the route. */
  readonly route: string
  /** End-to-end fields with lower-case names: [name, value, …]. */
  readonly headers: readonly string[]
  /** null before authentication, and on a public route. */
  readonly caller: {
    readonly issuer: string
    readonly subject: string | null
    readonly claims: Readonly<Record<string, unknown>>
  } | null
}

/** Longer values are counted by their digest. */
const LONGEST_VALUE = 128
const LONGEST_LABEL = 80

/**
 * The value of a limit's key for a request; different callers never share one. Where a part is missing (no such header,
 * no such claim), all requests without it count together: leaving something out is no way around a limit.
 */
export function keyOf(plan: LimitPlan, subject: LimitSubject): string {
  let key = plan.id
  for (const part of plan.key) {
    const value = partValue(part, subject)
    // The length in front keeps two values apart whatever characters they hold.
    key += value === null ? '|-' : `|${value.length}:${value}`
  }
  return key
}

/** What is kept of a key in the store: a digest of 128 bits, in hexadecimal. */
export function storeKeyOf(key: string): string {
  return hash('sha256', key).slice(0, 32)
}

/** Who is meant, for the record of who was limited; header fields may be secrets, so only a digest of them is shown. */
export function labelOf(plan: LimitPlan, subject: LimitSubject): string {
  return plan.key.map((part) => partLabel(part, subject)).join(', ')
}

function partLabel(part: KeyPart, subject: LimitSubject): string {
  const value = partValue(part, subject)
  const name = part.kind === 'header' || part.kind === 'claim' ? part.name : part.kind
  if (value === null) return `no ${name}`
  if (part.kind === 'header') return `${name} sha256:${hash('sha256', value).slice(0, 12)}`
  if (part.kind === 'sub') return `sub ${shortened(subject.caller?.subject ?? '')}`
  return `${name} ${shortened(value)}`
}

function partValue(part: KeyPart, subject: LimitSubject): string | null {
  const { caller } = subject
  switch (part.kind) {
    case 'ip':
      return countedNetwork(subject.clientIp)
    case 'route':
      return subject.route
    case 'issuer':
      return caller === null ? null : caller.issuer
    case 'sub':
      // Two issuers may each have an `alice`.
      if (caller === null || caller.subject === null) return null
      return bounded(JSON.stringify([caller.issuer, caller.subject]))
    case 'claim':
      return caller === null ? null : claimKey(caller.claims, part.name)
    case 'header':
      return headerKey(subject.headers, part.name)
  }
}

function claimKey(claims: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = claimNamed(claims, name)
  if (value === undefined || value === null) return null
  return bounded(typeof value === 'string' ? value : JSON.stringify(value))
}

/** The claim of that name; only where there is none, the member a dotted name leads to. undefined: absent. */
export function claimNamed(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let value: unknown = claims
  for (const step of name.split('.')) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || !Object.hasOwn(value as object, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

/** All fields of the name together, so that no second one can stand in for the first. */
function headerKey(headers: readonly string[], name: string): string | null {
  let all: string | null = null
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== name) continue
    const value = headers[i + 1]!.trim()
    all = all === null ? value : `${all},${value}`
  }
  return all === null ? null : bounded(all)
}

function bounded(value: string): string {
  return value.length <= LONGEST_VALUE ? value : `sha256:${hash('sha256', value)}`
}

function shortened(text: string): string {
  return text.length <= LONGEST_LABEL ? text : `${text.slice(0, LONGEST_LABEL)}…`
}
