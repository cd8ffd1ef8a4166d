// The one spelling of a destination: what rules, DNS, TLS and records all see, so that no two of them read it differently.

import { isIPv4 } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { canonicalAddress } from '../../sidecar/forward/address.ts'

/** A destination that can be decided on. */
export type CanonicalHost =
  /** Lower case, no trailing dot, international labels as A-labels (RFC 5890). */
  | { readonly kind: 'name'; readonly name: string }
  /** Dotted decimal or RFC 5952 text without brackets. */
  | { readonly kind: 'address'; readonly address: string; readonly family: 4 | 6 }

export type HostRefusal =
  | 'empty'
  | 'too_long'
  /** Neither a name nor an address: user information, a path, an escape, an empty label … */
  | 'malformed'
  /** Names go over the wire as A-labels. */
  | 'not_ascii'
  /** An `xn--` label that no international name has. */
  | 'bad_a_label'
  /** `fe80::1%eth0` means something on one machine only. */
  | 'zone_id'
  /** An address in a spelling that some parsers understand and others do not: `0x7f.1`, `127.0.0.1.`, `[::FFFF:127.0.0.1]`. */
  | 'address_spelling'
  /** No port, or none of 1 to 65535 without leading zeros. */
  | 'bad_port'
  /** An absolute URI whose scheme is not http. */
  | 'bad_scheme'

export interface RefusedHost {
  readonly kind: 'refused'
  readonly reason: HostRefusal
  /** Of `address_spelling`: the canonical address that was meant; else null. */
  readonly address: string | null
}

export interface AuthorityTarget {
  readonly kind: 'authority'
  readonly host: CanonicalHost
  readonly port: number
}

const MAX_NAME_LENGTH = 253
const MAX_AUTHORITY_LENGTH = 255
const ASCII = /^[\x00-\x7f]*$/
// Underscores stand in real names, such as those of service records.
const NAME =
  /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/
const A_LABEL = /(?:^|\.)xn--/
/** Resolvers of the inet_aton family read a name with such a last label as an address. */
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/
const PORT = /^[1-9]\d{0,4}$/
const HOST_AND_PORT = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/s

/**
 * Reads a host as it stands in a request: a name (one trailing dot is taken off), dotted decimal, or IPv6 in brackets.
 * Whatever would need mending is refused, never mended.
 */
export function canonicalHost(text: string): CanonicalHost | RefusedHost {
  if (text === '') return refused('empty')
  if (text.length > MAX_AUTHORITY_LENGTH) return refused('too_long')
  if (!ASCII.test(text)) return refusedSpelling(text, 'not_ascii')
  const lower = text.toLowerCase()
  if (lower.startsWith('[')) return canonicalIpv6(lower)
  if (isIPv4(lower)) return { kind: 'address', address: lower, family: 4 }
  const name = lower.endsWith('.') ? lower.slice(0, -1) : lower
  if (name.length > MAX_NAME_LENGTH) return refused('too_long')
  if (!NAME.test(name) || NUMERIC_END.test(name)) return refusedSpelling(lower, 'malformed')
  if (A_LABEL.test(name) && !name.split('.').every(isSoundLabel)) return refused('bad_a_label')
  return { kind: 'name', name }
}

/** CONNECT's `host:port`, or the authority of a URI where `defaultPort` stands in for a missing one (RFC 9110 section 7.2). */
export function parseAuthority(
  text: string,
  defaultPort: number | null = null,
): AuthorityTarget | RefusedHost {
  if (text.length > MAX_AUTHORITY_LENGTH) return refused('too_long')
  const match = HOST_AND_PORT.exec(text)
  if (match === null) return refusedSpelling(text, 'malformed')
  const host = canonicalHost(match[1]!)
  if (host.kind === 'refused') return host
  const port = match[2] === undefined ? defaultPort : portOf(match[2])
  return port === null ? refused('bad_port') : { kind: 'authority', host, port }
}

/**
 * A proxy request's absolute-form target (RFC 9112 section 3.2.2), http only: `target` is the origin-form that follows
 * the authority, as it was written and not yet canonical.
 */
export function parseAbsoluteForm(
  text: string,
): (AuthorityTarget & { readonly target: string }) | RefusedHost {
  const match = /^([^:/?#]*):\/\/([^/?#]*)([^#]*)$/s.exec(text)
  if (match === null) return refused('malformed')
  const [, scheme = '', authorityText = '', rest = ''] = match
  if (scheme.toLowerCase() !== 'http') return refused('bad_scheme')
  const authority = parseAuthority(authorityText, 80)
  if (authority.kind === 'refused') return authority
  return { ...authority, target: rest.startsWith('/') ? rest : `/${rest}` }
}

/** For records and the Host field: the name, or the address with brackets around IPv6. */
export function hostText(host: CanonicalHost): string {
  if (host.kind === 'name') return host.name
  return host.family === 6 ? `[${host.address}]` : host.address
}

export function isSameHost(a: CanonicalHost, b: CanonicalHost): boolean {
  return a.kind === b.kind && hostText(a) === hostText(b)
}

function canonicalIpv6(text: string): CanonicalHost | RefusedHost {
  const inside = text.endsWith(']') ? text.slice(1, -1) : ''
  if (inside.includes('%')) return refused('zone_id')
  const address = canonicalAddress(inside)
  if (address === null) return refused('malformed')
  if (address !== inside || isIPv4(inside))
    return { kind: 'refused', reason: 'address_spelling', address }
  return { kind: 'address', address, family: 6 }
}

/** What a browser's URL parser makes of `text` tells whether an address hides in it (URL Standard, host parsing). */
function refusedSpelling(text: string, otherwise: HostRefusal): RefusedHost {
  const plain = domainToASCII(text)
  const address = isIPv4(plain) ? plain : canonicalAddress(text)
  if (address === null) return refused(otherwise)
  return { kind: 'refused', reason: 'address_spelling', address }
}

/** An A-label must stand for a U-label that is spelled by this very A-label (RFC 5891 section 5.4). */
function isSoundLabel(label: string): boolean {
  if (!label.startsWith('xn--')) return true
  const unicode = domainToUnicode(label)
  return unicode !== label && domainToASCII(unicode) === label
}

function portOf(text: string): number | null {
  return PORT.test(text) && Number(text) <= 65_535 ? Number(text) : null
}

function refused(reason: HostRefusal): RefusedHost {
  return { kind: 'refused', reason, address: null }
}
