// The first step of every request: strict reading of what the parser delivered, before anything is decided on it.
// What passes is canonical and cannot be read differently by the next hop; everything else is refused here.

import type { Clock } from '../runtime/clock.ts'
import { clientAddress } from './address.ts'
import type { PeerFacts, RequestHead } from './exchange.ts'
import type { RequestFacts } from './facts.ts'
import { isProtectedFromConnection, readFieldName } from './fields.ts'
import { parseAuthority, type Authority } from './host.ts'
import { canonicalTarget } from './path.ts'
import { webSocketFault } from './websocket.ts'

/** Why a request was not admitted; its connection may be out of step and must not be used again. */
export interface Refusal {
  readonly kind: 'refused'
  readonly reason: string
}

/** `OPTIONS *` asks about the server, not about a resource: it is answered, never forwarded. */
export interface ServerOptions {
  readonly kind: 'server-options'
}

export interface Admitted {
  readonly kind: 'admitted'
  readonly facts: RequestFacts
}

export interface AdmitOptions {
  readonly trustedHops: number
  /** Names and values together; the HTTP/1 parser keeps this bound by itself. */
  readonly maxFieldBytes: number
  readonly clock: Clock
  /** A fresh request id: [A-Za-z0-9._-], unguessable. */
  readonly newId: () => string
}

const MAX_FIELDS = 100
const NO_NAMES: ReadonlySet<string> = new Set()
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/
const CONTENT_LENGTH = /^\d{1,15}$/
const GIVEN_ID = /^[A-Za-z0-9._-]{8,64}$/

interface Scan {
  readonly headers: string[]
  host: string | null
  hosts: number
  connection: string[]
  contentLength: string | null
  transferEncoding: string | null
  upgrade: string | null
  expect: string | null
  authorization: string | null
  origin: string | null
  cookie: string | null
  preflightMethod: string | null
  preflightHeaders: string | null
  forwardedFor: string[]
  givenId: string | null
}

function refused(reason: string): Refusal {
  return { kind: 'refused', reason }
}

/** Reads one request head. Pure but for the id and the time it is given. */
export function admit(
  head: RequestHead,
  peer: PeerFacts,
  options: AdmitOptions,
): Admitted | Refusal | ServerOptions {
  const fault = requestLineFault(head)
  if (fault !== null) return refused(fault)
  if (head.rawHeaders.length > MAX_FIELDS * 2) return refused('too_many_fields')
  if (head.multiplexed && fieldBytes(head) > options.maxFieldBytes) return refused('head_too_large')
  const scan = emptyScan()
  const fieldFault = scanFields(head.rawHeaders, head.multiplexed, scan)
  if (fieldFault !== null) return refused(fieldFault)
  const framing = framingFault(head, scan)
  if (framing !== null) return refused(framing)
  const authority = readAuthority(head, scan)
  if (typeof authority === 'string') return refused(authority)
  if (scan.expect !== null && scan.expect.toLowerCase() !== '100-continue') {
    return refused('expectation_unknown')
  }
  if (head.target === '*') {
    return head.method === 'OPTIONS' ? { kind: 'server-options' } : refused('target_invalid')
  }
  const target = readTarget(head, authority)
  if ('reason' in target) return refused(target.reason)
  const nominated = nominatedFields(scan.connection)
  if (nominated === null) return refused('connection_invalid')
  const upgrade = readUpgrade(head, scan, nominated)
  if (upgrade.kind === 'refused') return upgrade
  if (nominated.size > 0) removeNominated(scan.headers, nominated)
  const trusted = options.trustedHops > 0
  return {
    kind: 'admitted',
    facts: {
      id: trusted && scan.givenId !== null ? scan.givenId : options.newId(),
      protocol: head.multiplexed ? 'h2' : head.version === '1.0' ? 'http/1.0' : 'http/1.1',
      secure: peer.secure,
      method: head.method,
      host: authority.host,
      port: authority.port,
      authority: authority.text,
      path: target.path,
      query: target.query,
      clientIp: trusted
        ? clientAddress(peer.address, scan.forwardedFor, options.trustedHops)
        : clientAddress(peer.address, [], 0),
      headers: scan.headers,
      authorization: scan.authorization,
      origin: scan.origin,
      accessControlRequestMethod: scan.preflightMethod,
      accessControlRequestHeaders: scan.preflightHeaders,
      cookie: scan.cookie,
      upgrade: upgrade.token,
      contentLength: scan.transferEncoding === null ? Number(scan.contentLength ?? 0) : null,
      receivedAtMs: options.clock.monotonicMs(),
    },
  }
}

function fieldBytes(head: RequestHead): number {
  let bytes = head.target.length
  for (const text of head.rawHeaders) bytes += text.length
  return bytes
}

function emptyScan(): Scan {
  return {
    headers: [],
    host: null,
    hosts: 0,
    connection: [],
    contentLength: null,
    transferEncoding: null,
    upgrade: null,
    expect: null,
    authorization: null,
    origin: null,
    cookie: null,
    preflightMethod: null,
    preflightHeaders: null,
    forwardedFor: [],
    givenId: null,
  }
}

function requestLineFault(head: RequestHead): string | null {
  if (!head.multiplexed && head.version !== '1.1' && head.version !== '1.0') {
    return head.version === '0.9' ? 'version_missing' : 'version_not_supported'
  }
  if (!METHODS.has(head.method)) {
    if (head.method === 'TRACE' || head.method === 'CONNECT') return 'method_refused'
    return TOKEN.test(head.method) ? 'method_unknown' : 'method_invalid'
  }
  return null
}

function scanFields(raw: readonly string[], multiplexed: boolean, scan: Scan): string | null {
  for (let i = 0; i < raw.length; i += 2) {
    const value = raw[i + 1]!
    if (BAD_VALUE.test(value)) return 'field_value_invalid'
    const { lower, role, fault } = readFieldName(raw[i]!)
    if (role === 'end-to-end') {
      if (fault === 'dropped') continue
      if (fault === 'invalid') return 'field_name_invalid'
      scan.headers.push(lower, value)
      continue
    }
    if (role === 'hop-by-hop' || role === 'reserved') continue
    const refusal = scanKnown(role, lower, value, multiplexed, scan)
    if (refusal !== null) return refusal
  }
  if (scan.cookie !== null) scan.headers.push('cookie', scan.cookie)
  return null
}

function scanKnown(
  role: string,
  name: string,
  value: string,
  multiplexed: boolean,
  scan: Scan,
): string | null {
  switch (role) {
    case 'host':
      scan.hosts++
      scan.host = value
      return null
    case 'connection':
      if (multiplexed) return 'connection_invalid'
      scan.connection.push(value)
      return null
    case 'content-length':
      if (scan.contentLength !== null) return 'content_length_repeated'
      scan.contentLength = value
      return null
    case 'transfer-encoding':
      if (scan.transferEncoding !== null || multiplexed) return 'transfer_encoding_invalid'
      scan.transferEncoding = value
      return null
    case 'upgrade':
      if (scan.upgrade !== null || multiplexed) return 'upgrade_invalid'
      scan.upgrade = value
      return null
    case 'expect':
      scan.expect = scan.expect === null ? value : `${scan.expect}, ${value}`
      return null
    case 'authorization':
      if (scan.authorization !== null) return 'authorization_repeated'
      scan.authorization = value
      break
    case 'origin':
      if (scan.origin !== null) return 'origin_repeated'
      scan.origin = value
      break
    case 'cookie':
      // h2 may split cookies over several fields (RFC 9113 section 8.2.3); h1 gets them joined.
      scan.cookie = scan.cookie === null ? value : `${scan.cookie}; ${value}`
      return null
    case 'preflight-method':
      scan.preflightMethod = value
      break
    case 'preflight-headers':
      scan.preflightHeaders =
        scan.preflightHeaders === null ? value : `${scan.preflightHeaders}, ${value}`
      break
    case 'forwarded-for':
      scan.forwardedFor.push(value)
      return null
    case 'request-id':
      if (GIVEN_ID.test(value)) scan.givenId = value
      return null
  }
  scan.headers.push(name, value)
  return null
}

function framingFault(head: RequestHead, scan: Scan): string | null {
  if (scan.contentLength !== null && !CONTENT_LENGTH.test(scan.contentLength)) {
    return 'content_length_invalid'
  }
  if (scan.transferEncoding === null) return null
  if (scan.contentLength !== null) return 'framing_ambiguous'
  if (head.version === '1.0') return 'transfer_encoding_invalid'
  const coding = scan.transferEncoding.toLowerCase()
  if (coding === 'chunked') return null
  if (!/^[a-z0-9-]+(?:[ \t]*,[ \t]*[a-z0-9-]+)*$/.test(coding)) return 'transfer_encoding_invalid'
  const codings = coding.split(',').map((each) => each.trim())
  const chunkedAt = codings.indexOf('chunked')
  // `chunked` twice or not last breaks the framing; an unknown coding before it is merely not implemented.
  if (chunkedAt !== -1 && chunkedAt !== codings.length - 1) return 'transfer_encoding_invalid'
  return codings.includes('identity') ? 'transfer_encoding_invalid' : 'transfer_encoding_unknown'
}

function readAuthority(head: RequestHead, scan: Scan): Authority | string {
  if (scan.hosts > 1) return 'host_repeated'
  const text = head.authority ?? scan.host
  if (text === null) return 'host_missing'
  const authority = parseAuthority(text)
  if (authority === null) return 'host_invalid'
  if (head.authority !== null && scan.host !== null) {
    const host = parseAuthority(scan.host)
    if (host === null || host.host !== authority.host || host.port !== authority.port) {
      return 'host_mismatch'
    }
  }
  if (head.scheme !== null && head.scheme !== 'https' && head.scheme !== 'http') {
    return 'scheme_invalid'
  }
  return authority
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(\/[^#]*)?$/i

function readTarget(
  head: RequestHead,
  authority: Authority,
): { path: string; query: string } | { reason: string } {
  if (head.target.charCodeAt(0) === 0x2f) return canonicalTarget(head.target)
  const absolute = head.multiplexed ? null : ABSOLUTE.exec(head.target)
  if (absolute === null) return { reason: 'target_invalid' }
  // RFC 9112 section 3.2.2: an origin server accepts absolute-form; it must name the same place as Host.
  const named = parseAuthority(absolute[1]!)
  if (named === null || named.host !== authority.host || named.port !== authority.port) {
    return { reason: 'host_mismatch' }
  }
  return canonicalTarget(absolute[2] ?? '/')
}

/** Lower-case names from `Connection:`, or null where it is no list of tokens. Bounded by the field count and size. */
function nominatedFields(values: readonly string[]): ReadonlySet<string> | null {
  if (values.length === 0) return NO_NAMES
  const names = new Set<string>()
  for (const value of values) {
    if (value === 'keep-alive' || value === 'close' || value === '') continue
    for (const part of value.split(',')) {
      const name = part.trim().toLowerCase()
      if (name === '') continue
      if (!TOKEN.test(name)) return null
      if (name !== 'close' && name !== 'keep-alive') names.add(name)
    }
  }
  return names
}

function removeNominated(headers: string[], nominated: ReadonlySet<string>): void {
  let kept = 0
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    if (nominated.has(name) && !isProtectedFromConnection(name)) continue
    headers[kept] = name
    headers[kept + 1] = headers[i + 1]!
    kept += 2
  }
  headers.length = kept
}

function readUpgrade(
  head: RequestHead,
  scan: Scan,
  nominated: ReadonlySet<string>,
): { kind: 'ok'; token: string | null } | Refusal {
  if (scan.upgrade === null || !nominated.has('upgrade')) return { kind: 'ok', token: null }
  if (!TOKEN.test(scan.upgrade)) return refused('upgrade_invalid')
  const hasBody = scan.transferEncoding !== null || Number(scan.contentLength ?? 0) > 0
  if (head.method !== 'GET' || head.version !== '1.1' || hasBody) return refused('upgrade_invalid')
  const token = scan.upgrade.toLowerCase()
  if (token === 'websocket') {
    const fault = webSocketFault(scan.headers)
    if (fault !== null) return refused(fault)
  }
  return { kind: 'ok', token }
}
