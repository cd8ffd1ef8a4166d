// What policy steps may know of a request: validated, canonical, and free of anything a client may not say.

/** All strings are canonical: host lower case without trailing dot or port, path decoded once where that is safe. */
export interface RequestFacts {
  /** Ours, never the client's. */
  readonly id: string
  readonly protocol: 'http/1.0' | 'http/1.1' | 'h2'
  readonly secure: boolean
  readonly method: string
  /** Canonical host without port: `api.example.com`, `127.0.0.1`, `[::1]`. */
  readonly host: string
  /** Port named in Host/:authority, or null. */
  readonly port: number | null
  /** Both: `api.example.com`, `127.0.0.1:8080`. */
  readonly authority: string
  /** Canonical path: one decoding, merged slashes, no dot segments; what routing, policy and upstream all see. */
  readonly path: string
  /** Raw query without `?`; '' where there is none. */
  readonly query: string
  /** The client's address after trusted hops were taken off, canonical (IPv4-mapped IPv6 folded to IPv4). */
  readonly clientIp: string
  /** End-to-end fields the client sent, lower-case names: [name, value, …]; reserved and hop-by-hop fields are gone. */
  readonly headers: readonly string[]
  /** Fields that steps ask for often; null where absent. */
  readonly authorization: string | null
  readonly origin: string | null
  readonly accessControlRequestMethod: string | null
  readonly accessControlRequestHeaders: string | null
  readonly cookie: string | null
  /** Lower-case token of an upgrade request (`websocket`), or null. */
  readonly upgrade: string | null
  /** Announced body length; null for chunked or unknown; 0 for none. */
  readonly contentLength: number | null
  readonly receivedAtMs: number
}

/** First value of a field (lower-case name) among `facts.headers`, or null. */
export function headerValue(
  facts: { readonly headers: readonly string[] },
  name: string,
): string | null {
  const { headers } = facts
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === name) return headers[i + 1]!
  }
  return null
}
