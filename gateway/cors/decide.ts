// What CORS makes of one request (Fetch standard, CORS protocol): a pure function of facts and policy.

import { headerValue, type RequestFacts } from '../../sidecar/forward/facts.ts'
import type { CorsPolicy } from './plan.ts'

export type CorsRefusal =
  | 'origin_not_allowed'
  | 'method_not_allowed'
  | 'header_not_allowed'
  | 'private_network_not_allowed'

export type CorsDecision =
  /** No Origin, or a route without a policy: CORS has no say. */
  | { readonly kind: 'none' }
  | { readonly kind: 'simple_allowed' }
  /** The request goes on, but the page may not read the answer. */
  | { readonly kind: 'simple_foreign' }
  /** Answered here, as allowed. */
  | { readonly kind: 'preflight_allowed' }
  /** Answered here without any Access-Control field, never forwarded. */
  | { readonly kind: 'preflight_refused'; readonly reason: CorsRefusal }

export type CorsFacts = Pick<
  RequestFacts,
  'method' | 'origin' | 'accessControlRequestMethod' | 'accessControlRequestHeaders' | 'headers'
>

export type UpgradeFacts = Pick<RequestFacts, 'origin' | 'secure' | 'host' | 'port'>

const NONE: CorsDecision = { kind: 'none' }
const SIMPLE_ALLOWED: CorsDecision = { kind: 'simple_allowed' }
const SIMPLE_FOREIGN: CorsDecision = { kind: 'simple_foreign' }
const PREFLIGHT_ALLOWED: CorsDecision = { kind: 'preflight_allowed' }
const PREFLIGHT_REFUSED: Readonly<Record<CorsRefusal, CorsDecision>> = {
  origin_not_allowed: { kind: 'preflight_refused', reason: 'origin_not_allowed' },
  method_not_allowed: { kind: 'preflight_refused', reason: 'method_not_allowed' },
  header_not_allowed: { kind: 'preflight_refused', reason: 'header_not_allowed' },
  private_network_not_allowed: { kind: 'preflight_refused', reason: 'private_network_not_allowed' },
}

const LABEL = /^[a-z0-9_-]+$/

/**
 * A preflight is OPTIONS with Origin and Access-Control-Request-Method; OPTIONS without either is an ordinary request.
 * The caller has matched the route by the method the preflight asks for.
 */
export function decideCors(facts: CorsFacts, policy: CorsPolicy | null): CorsDecision {
  if (policy === null || facts.origin === null) return NONE
  const allowed = isOriginAllowed(policy, facts.origin)
  if (facts.method !== 'OPTIONS' || facts.accessControlRequestMethod === null) {
    return allowed ? SIMPLE_ALLOWED : SIMPLE_FOREIGN
  }
  if (!allowed) return PREFLIGHT_REFUSED.origin_not_allowed
  if (headerValue(facts, 'access-control-request-private-network') !== null) {
    return PREFLIGHT_REFUSED.private_network_not_allowed
  }
  if (!policy.methods.includes(facts.accessControlRequestMethod)) {
    return PREFLIGHT_REFUSED.method_not_allowed
  }
  if (!areHeadersAllowed(policy, facts.accessControlRequestHeaders)) {
    return PREFLIGHT_REFUSED.header_not_allowed
  }
  return PREFLIGHT_ALLOWED
}

/** Compared as strings, never parsed: what differs in one character is another origin. */
export function isOriginAllowed(policy: CorsPolicy, origin: string): boolean {
  return policy.anyOrigin || isOriginListed(policy, origin)
}

/**
 * Whether a WebSocket upgrade may go on (RFC 6455 section 10.2): browsers ask no preflight for it and send cookies along,
 * so an Origin must be our own or listed. `*` lists nobody here: it promises that no credentials are in play.
 */
export function originAllowedForUpgrade(facts: UpgradeFacts, policy: CorsPolicy | null): boolean {
  if (facts.origin === null || facts.origin === ownOrigin(facts)) return true
  return policy !== null && isOriginListed(policy, facts.origin)
}

function isOriginListed(policy: CorsPolicy, origin: string): boolean {
  if (policy.origins.has(origin)) return true
  return policy.wildcards.some(
    ({ prefix, suffix }) =>
      origin.startsWith(prefix) &&
      origin.endsWith(suffix) &&
      LABEL.test(origin.slice(prefix.length, -suffix.length)),
  )
}

function areHeadersAllowed(policy: CorsPolicy, asked: string | null): boolean {
  if (asked === null) return true
  const any = policy.headers.includes('*')
  return asked.split(',').every((item) => {
    const name = item.trim().toLowerCase()
    if (name === '' || policy.headers.includes(name)) return true
    // The Fetch standard leaves authorization out of `*`.
    return any && name !== 'authorization'
  })
}

function ownOrigin({ secure, host, port }: UpgradeFacts): string {
  const defaultPort = secure ? 443 : 80
  const suffix = port === null || port === defaultPort ? '' : `:${port}`
  return `${secure ? 'https' : 'http'}://${host}${suffix}`
}
