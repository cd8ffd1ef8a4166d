// Which request fields never pass a hop, and which only we may set; both sides of every forwarder use this one table.

/** What admission does with a field, by its lower-case name. */
export type FieldRole =
  | 'end-to-end'
  | 'hop-by-hop'
  | 'reserved'
  | 'host'
  | 'connection'
  | 'content-length'
  | 'transfer-encoding'
  | 'upgrade'
  | 'expect'
  | 'forwarded-for'
  | 'request-id'
  | 'authorization'
  | 'origin'
  | 'cookie'
  | 'preflight-method'
  | 'preflight-headers'

const ROLES = new Map<string, FieldRole>([
  ['host', 'host'],
  ['connection', 'connection'],
  ['content-length', 'content-length'],
  ['transfer-encoding', 'transfer-encoding'],
  ['upgrade', 'upgrade'],
  ['expect', 'expect'],
  ['authorization', 'authorization'],
  ['origin', 'origin'],
  ['cookie', 'cookie'],
  ['access-control-request-method', 'preflight-method'],
  ['access-control-request-headers', 'preflight-headers'],
  ['x-forwarded-for', 'forwarded-for'],
  ['x-request-id', 'request-id'],
  // RFC 9110 section 7.6.1 and its historical companions.
  ['keep-alive', 'hop-by-hop'],
  ['proxy-connection', 'hop-by-hop'],
  ['proxy-authenticate', 'hop-by-hop'],
  ['proxy-authorization', 'hop-by-hop'],
  ['te', 'hop-by-hop'],
  ['trailer', 'hop-by-hop'],
  ['http2-settings', 'hop-by-hop'],
  // What upstreams believe of a gateway: a client's own copy must never arrive.
  ['forwarded', 'reserved'],
  ['via', 'reserved'],
  ['x-real-ip', 'reserved'],
  ['x-client-ip', 'reserved'],
  ['x-cluster-client-ip', 'reserved'],
  ['x-original-forwarded-for', 'reserved'],
  ['x-original-host', 'reserved'],
  ['x-originating-ip', 'reserved'],
  ['x-remote-ip', 'reserved'],
  ['x-remote-addr', 'reserved'],
  ['true-client-ip', 'reserved'],
  ['cf-connecting-ip', 'reserved'],
  ['fastly-client-ip', 'reserved'],
  ['x-client-cert', 'reserved'],
  ['x-ssl-client-cert', 'reserved'],
  ['ssl-client-cert', 'reserved'],
  ['client-cert', 'reserved'],
  ['client-cert-chain', 'reserved'],
  ['traceparent', 'reserved'],
  ['tracestate', 'reserved'],
  ['baggage', 'reserved'],
  // They make some frameworks see another path or method than the one that was decided on.
  ['x-original-url', 'reserved'],
  ['x-rewrite-url', 'reserved'],
  ['x-http-method', 'reserved'],
  ['x-http-method-override', 'reserved'],
  ['x-method-override', 'reserved'],
])

const RESERVED_PREFIXES = ['x-forwarded-', 'x-envoy-', 'x-sallyport-', 'x-ssl-client-']

export function fieldRole(lowerName: string): FieldRole {
  const role = ROLES.get(lowerName)
  if (role !== undefined) return role
  // 'x-' first: nearly every other field is decided by this one comparison.
  if (lowerName.charCodeAt(0) === 0x78 && lowerName.charCodeAt(1) === 0x2d) {
    for (const prefix of RESERVED_PREFIXES) {
      if (lowerName.startsWith(prefix)) return 'reserved'
    }
  }
  return 'end-to-end'
}

/** Fields that `Connection:` may not remove: our own, and those that carry framing or routing. */
export function isProtectedFromConnection(lowerName: string): boolean {
  const role = fieldRole(lowerName)
  return role !== 'end-to-end' && role !== 'cookie' && role !== 'authorization' && role !== 'origin'
}

/** A field name as received: lower case, what it means, and whether it is one that may travel on. */
export interface FieldName {
  readonly lower: string
  readonly role: FieldRole
  readonly fault: 'none' | 'invalid' | 'dropped'
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** The last names read: they repeat. Bounded: cleared when full, and long names are not kept. */
const names = new Map<string, FieldName>()
const MAX_NAMES = 512
const MAX_KEPT_LENGTH = 64

export function readFieldName(raw: string): FieldName {
  const known = names.get(raw)
  if (known !== undefined) return known
  const lower = raw.toLowerCase()
  const role = fieldRole(lower)
  const name: FieldName = { lower, role, fault: nameFault(lower, role) }
  if (raw.length <= MAX_KEPT_LENGTH) {
    if (names.size >= MAX_NAMES) names.clear()
    names.set(raw, name)
  }
  return name
}

function nameFault(lower: string, role: FieldRole): FieldName['fault'] {
  if (role !== 'end-to-end') return 'none'
  // `content_length` is `content-length` to some frameworks; such twins are never passed on.
  if (lower.includes('_')) return 'dropped'
  return TOKEN.test(lower) ? 'none' : 'invalid'
}
