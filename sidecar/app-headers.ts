// The fields the app receives: the caller's own, less everything that claims an identity, plus what its certificate proves.

import type { RequestFacts } from './forward/facts.ts'
import type { FlatHeaders } from './upstream/transport.ts'

/** Only the edge may say these; from anybody else admission has taken them out for good. */
const EDGE_FIELDS: ReadonlySet<string> = new Set([
  'x-sallyport-subject',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-real-ip',
  'forwarded',
])
/** Every member of the mesh may hand its trace on. */
const TRACE_FIELDS: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'baggage'])
/** End-to-end for a stranger to meshes, an identity to some apps. */
const CLAIM_PREFIXES = ['x-mesh-', 'l5d-', 'x-spiffe-']

export const CALLER_FIELD = 'x-mesh-client-id'

export interface Caller {
  readonly id: string
  readonly isEdge: boolean
}

/** `rawHeaders`: as received, from where the fields come that admission holds back. */
export function appHeaders(
  facts: RequestFacts,
  rawHeaders: readonly string[],
  caller: Caller,
): string[] {
  const headers = hostAndOwnFields(facts)
  carryFields(headers, rawHeaders, TRACE_FIELDS)
  if (caller.isEdge) carryFields(headers, rawHeaders, EDGE_FIELDS)
  headers.push('x-request-id', facts.id, CALLER_FIELD, caller.id)
  return headers
}

/** What leaves for another service: the app's own fields and its trace. Who calls is told by our certificate alone. */
export function peerHeaders(facts: RequestFacts, rawHeaders: readonly string[]): string[] {
  const headers = hostAndOwnFields(facts)
  carryFields(headers, rawHeaders, TRACE_FIELDS)
  headers.push('x-request-id', facts.id)
  return headers
}

function hostAndOwnFields(facts: RequestFacts): string[] {
  const headers = ['host', facts.authority]
  for (let i = 0; i < facts.headers.length; i += 2) {
    const name = facts.headers[i]!
    if (!claimsIdentity(name)) headers.push(name, facts.headers[i + 1]!)
  }
  return headers
}

function claimsIdentity(name: string): boolean {
  return CLAIM_PREFIXES.some((prefix) => name.startsWith(prefix))
}

/** A field that comes twice is not carried: the two sides could take a different one for the true one. */
function carryFields(headers: string[], rawHeaders: FlatHeaders, names: ReadonlySet<string>): void {
  const found = new Map<string, string | null>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    if (names.has(name)) found.set(name, found.has(name) ? null : rawHeaders[i + 1]!)
  }
  for (const [name, value] of found) if (value !== null) headers.push(name, value)
}
