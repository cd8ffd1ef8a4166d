// The compiled forms of issuers and of a route's `auth:`; plain values, nothing is looked up at request time.

/** Where an issuer's keys come from. */
export type JwksLocation =
  | { readonly kind: 'discovery' }
  | { readonly kind: 'url'; readonly url: string }
  | {
      readonly kind: 'inline'
      readonly jwks: { readonly keys: readonly Record<string, unknown>[] }
    }

export interface IssuerPlan {
  readonly name: string
  /** Compared with `iss` as an exact string (RFC 8725 section 3.8). */
  readonly issuer: string
  readonly jwks: JwksLocation
  /** The only algorithms accepted; never taken from a token. */
  readonly algorithms: readonly string[]
  readonly clockSkewMs: number
  /** Longest accepted exp − iat, or null. */
  readonly maxLifetimeMs: number | null
  /** Required `typ` of the token header (`at+jwt`), or null. */
  readonly type: string | null
  /** Trusted CAs for fetching keys (PEM), or null for the system's. */
  readonly caPem: string | null
}

export type TokenSource =
  | { readonly kind: 'header' }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'query'; readonly name: string }

export interface AuthPolicy {
  /** Names of the issuers whose tokens are accepted (any one of them). */
  readonly issuers: readonly IssuerPlan[]
  /** Any one must be in `aud`; null: every audience (written `audience: "*"`). */
  readonly audience: readonly string[] | null
  /** All must be in `scope` / `scp`. */
  readonly scopes: readonly string[]
  /** claim → accepted values; every claim must match one of its values. */
  readonly claims: readonly { readonly claim: string; readonly values: readonly string[] }[]
  /** request header (lower case) ← claim. */
  readonly forward: readonly { readonly header: string; readonly claim: string }[]
  readonly sources: readonly TokenSource[]
  /** true: the upstream gets the token as the client sent it; false: it is removed. */
  readonly passToken: boolean
}
