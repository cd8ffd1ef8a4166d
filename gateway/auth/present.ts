// Where a request presents its token, and what is left of the request once the token is taken out.

import type { TokenSource } from './plan.ts'

/** What authentication may look at. */
export interface Presented {
  /** The Authorization field, or null. */
  readonly authorization: string | null
  /** How many Authorization fields came; more than one is refused. */
  readonly authorizationCount: number
  /** The Cookie field (several joined by `; `), or null. */
  readonly cookie: string | null
  /** Raw query without `?`; '' where there is none. */
  readonly query: string
}

export type PickedToken =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly reason: 'authorization_malformed' | 'token_ambiguous' }

const NONE: PickedToken = { kind: 'none' }
const MALFORMED: PickedToken = { kind: 'refused', reason: 'authorization_malformed' }
const AMBIGUOUS: PickedToken = { kind: 'refused', reason: 'token_ambiguous' }

/** The token of the first source that presents one; a source that presents two is refused, never half believed. */
export function pickToken(presented: Presented, sources: readonly TokenSource[]): PickedToken {
  for (const source of sources) {
    const picked = pickFrom(presented, source)
    if (picked.kind !== 'none') return picked
  }
  return NONE
}

function pickFrom(presented: Presented, source: TokenSource): PickedToken {
  switch (source.kind) {
    case 'header':
      return pickBearer(presented)
    case 'cookie':
      return pickOnly(cookieValues(presented.cookie ?? '', source.name))
    default:
      return pickOnly(queryValues(presented.query, source.name))
  }
}

function pickBearer({ authorization, authorizationCount }: Presented): PickedToken {
  if (authorizationCount > 1) return AMBIGUOUS
  if (authorization === null || !isBearer(authorization)) return NONE
  const token = authorization.slice('Bearer '.length)
  return token === '' || token.startsWith(' ') ? MALFORMED : { kind: 'token', token }
}

/** The scheme is case-insensitive (RFC 9110 section 11.1). */
function isBearer(authorization: string): boolean {
  return /^bearer(?: |$)/i.test(authorization)
}

function pickOnly(values: readonly string[]): PickedToken {
  if (values.length === 0) return NONE
  return values.length === 1 ? { kind: 'token', token: values[0]! } : AMBIGUOUS
}

function cookieValues(cookie: string, name: string): string[] {
  return pairsNamed(cookie.split(';'), name)
}

function queryValues(query: string, name: string): string[] {
  return pairsNamed(query.split('&'), name)
}

function pairsNamed(pairs: readonly string[], name: string): string[] {
  return pairs
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}

/** The fields of a request that may carry a token, as the upstream shall see them. */
export interface WithoutToken {
  /** null: the field is removed. */
  readonly authorization: string | null
  readonly cookie: string | null
  readonly query: string
}

/**
 * Takes the token out of a request whose policy says `passToken: false`. A Bearer field goes even where the header is
 * not a source: an upstream behind this gateway would take an unverified token for a verified one.
 */
export function withoutToken(presented: Presented, sources: readonly TokenSource[]): WithoutToken {
  let { authorization, cookie, query } = presented
  if (authorization !== null && isBearer(authorization)) authorization = null
  for (const source of sources) {
    if (source.kind === 'cookie' && cookie !== null) cookie = without(cookie, ';', source.name)
    if (source.kind === 'query') query = without(query, '&', source.name)
  }
  return { authorization, cookie: cookie === '' ? null : cookie, query }
}

function without(pairs: string, separator: string, name: string): string {
  const all = pairs.split(separator)
  const kept = all.filter((pair) => !pair.trim().startsWith(`${name}=`))
  return kept.length === all.length ? pairs : kept.join(separator).trim()
}
