// The compiled form of a route's `cors:`.

export interface CorsPolicy {
  /** Exact origins: `https://app.example.com`, as browsers serialise them (RFC 6454 section 6.2). */
  readonly origins: ReadonlySet<string>
  /** Wildcard origins, leftmost label only: `https://*.example.com` → { prefix: 'https://', suffix: '.example.com' }. */
  readonly wildcards: readonly { readonly prefix: string; readonly suffix: string }[]
  /** `*`: every origin, never together with credentials. */
  readonly anyOrigin: boolean
  readonly methods: readonly string[]
  /** Lower-case request header names a preflight may ask for. */
  readonly headers: readonly string[]
  readonly expose: readonly string[]
  readonly credentials: boolean
  readonly maxAgeSeconds: number
}
