// The fields an upstream receives: the client's end-to-end ones, less what only we may say, plus what we vouch for.

import type { Principal } from '../auth/auth-decision.ts'
import { withoutToken, type WithoutToken } from '../auth/present.ts'
import { isStatic, type RoutePlan, type TargetService } from '../config/plan.ts'
import { rewritePath } from '../route/rewrite.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'

export interface UpstreamHeaderInput {
  readonly facts: RequestFacts
  readonly route: RoutePlan
  /** Where it is sent. */
  readonly service: TargetService
  readonly principal: Principal | null
  /** Lower-case names that any route makes of claims: a client's own copies are dropped on every route. */
  readonly identityHeaders: ReadonlySet<string>
  /** 16 hex digits, fresh. */
  readonly spanId: string
  /** 32 hex digits, fresh. */
  readonly traceId: string
}

/** Sidecars believe it of nobody but the edge, and hand it on to the app. */
const SUBJECT_FIELD = 'x-sallyport-subject'
/** All but visible ASCII, and `%` itself, so that no two subjects look the same. */
const NOT_PLAIN = /[^!-$&-~]/gu

/** What goes upstream: origin-form target, and [name, value, …] with lower-case names, without framing fields. */
export interface UpstreamHead {
  readonly target: string
  readonly headers: string[]
}

export function upstreamHead(input: UpstreamHeaderInput): UpstreamHead {
  const { facts, route } = input
  const { auth } = route
  if (auth === null || auth.passToken) {
    return {
      target: upstreamTarget(facts.path, facts.query, route),
      headers: upstreamHeaders(input, facts),
    }
  }
  const { authorization, cookie, query } = facts
  const rest = withoutToken({ authorization, authorizationCount: 1, cookie, query }, auth.sources)
  return {
    target: upstreamTarget(facts.path, rest.query, route),
    headers: upstreamHeaders(input, rest),
  }
}

function upstreamHeaders(
  input: UpstreamHeaderInput,
  rest: Pick<WithoutToken, 'authorization' | 'cookie'>,
): string[] {
  const { facts, route, principal, identityHeaders } = input
  const rules = route.requestHeaders
  const headers = ['host', facts.authority]
  for (let i = 0; i < facts.headers.length; i += 2) {
    const name = facts.headers[i]!
    let value: string | null = facts.headers[i + 1]!
    if (identityHeaders.has(name) || (rules !== null && rules.remove.has(name))) continue
    if (name === 'authorization') value = rest.authorization
    else if (name === 'cookie') value = rest.cookie
    if (value !== null) headers.push(name, value)
  }
  pushForwarding(headers, facts)
  headers.push('x-request-id', facts.id, 'traceparent', `00-${input.traceId}-${input.spanId}-00`)
  if (principal !== null) pushPrincipal(headers, principal, input.service)
  if (rules !== null) {
    for (const { name, value } of rules.set) setHeader(headers, name, value)
  }
  return headers
}

function pushPrincipal(headers: string[], principal: Principal, service: TargetService): void {
  headers.push(...principal.headers)
  if (isStatic(service) || principal.subject === null) return
  headers.push(SUBJECT_FIELD, percentEncoded(principal.subject))
}

function percentEncoded(text: string): string {
  return text.toWellFormed().replace(NOT_PLAIN, encodeURIComponent)
}

function pushForwarding(headers: string[], facts: RequestFacts): void {
  const { authority } = facts
  const scheme = facts.secure ? 'https' : 'http'
  const node = facts.clientIp.includes(':') ? `"[${facts.clientIp}]"` : facts.clientIp
  // RFC 7239 section 4: what holds a colon is no token.
  const host = authority.includes(':') ? `"${authority}"` : authority
  headers.push(
    'x-forwarded-for',
    facts.clientIp,
    'x-forwarded-proto',
    scheme,
    'x-forwarded-host',
    authority,
    'x-real-ip',
    facts.clientIp,
    'forwarded',
    `for=${node};host=${host};proto=${scheme}`,
  )
}

export function setHeader(headers: string[], name: string, value: string): void {
  let kept = 0
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]!.toLowerCase() === name) continue
    headers[kept] = headers[i]!
    headers[kept + 1] = headers[i + 1]!
    kept += 2
  }
  headers.length = kept
  headers.push(name, value)
}

/** The route's rewrite applied to the canonical path, with the query behind it. */
export function upstreamTarget(path: string, query: string, route: RoutePlan): string {
  const { rewrite, match } = route
  const target = rewrite === null ? path : rewritePath(path, match.path, rewrite)
  return query === '' ? target : `${target}?${query}`
}
