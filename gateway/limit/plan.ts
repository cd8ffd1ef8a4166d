// The compiled forms of `limits:` and `store:`; the arithmetic of a limit stands in its LimitParams.

/** `count` requests' worth of cost per `perMs`. */
export interface Rate {
  readonly count: number
  readonly perMs: number
}

/** `exact`: every token comes from the store when it is needed. `leased`: nodes hold some in advance, for `leaseMs`. */
export type LimitMode = 'exact' | 'leased'

/**
 * Promise: at most `max` admitted in any `windowMs`, for any number of nodes. Admissions are counted in sub-windows of
 * `subUs`; the newest and the `slots` before it count, the oldest of them whole, so that the error is one-sided.
 */
export interface WindowParams {
  readonly kind: 'window'
  readonly max: number
  readonly windowMs: number
  readonly subUs: number
  readonly slots: number
  /** How long a node may hold tokens; 0 in exact mode. `subUs * slots` covers it. */
  readonly leaseMs: number
  /** Tokens whose answer took longer than this are never spent. */
  readonly lateMs: number
}

/**
 * Promise: at most burst + rate × t admitted in any interval t (GCRA), for any number of nodes. `size + outstanding` is
 * the promised burst: what nodes hold in advance is taken off the bucket, not put on top of it.
 */
export interface BucketParams {
  readonly kind: 'bucket'
  /** Time in which one token is refilled; a multiple of 1/32 µs, so that sums of it are exact in a double. */
  readonly tokenUs: number
  readonly size: number
  /** Most tokens that nodes hold in advance, all nodes together; 0 in exact mode. */
  readonly outstanding: number
  /** As of WindowParams. */
  readonly leaseMs: number
  readonly lateMs: number
  /** What was written, for the answer's header fields. */
  readonly rate: Rate
}

export type LimitParams = WindowParams | BucketParams

export type KeyPart =
  | { readonly kind: 'ip' | 'sub' | 'issuer' | 'route' }
  | { readonly kind: 'claim' | 'header'; readonly name: string }

/** A rate that a token carries in a claim; `fallback` where the claim is missing or no rate. */
export interface ClaimRate {
  readonly kind: 'claim'
  readonly claim: string
  /** A claim that is a bare number counts per this. */
  readonly perMs: number
  readonly burst: number | null
  readonly mode: LimitMode | null
  readonly fallback: LimitParams
}

export type LimitRate = { readonly kind: 'fixed'; readonly params: LimitParams } | ClaimRate

/** Which callers the header fields tell of a limit. */
export type Announcement = 'always' | 'authenticated' | 'never'

/** What happens to requests while the store cannot be asked. */
export type OnStoreDown = 'local' | 'open' | 'closed'

export interface LimitPlan {
  /** Whose counters these are: limits of the same id share them. */
  readonly id: string
  /** What people see: in logs, metrics and header fields. Printable ASCII. */
  readonly name: string
  readonly rate: LimitRate
  readonly key: readonly KeyPart[]
  /** Tokens one request takes. */
  readonly cost: number
  readonly onStoreDown: OnStoreDown
  /** true: never refuses, but what it would have refused is recorded. */
  readonly shadow: boolean
  /** Default `always`. */
  readonly headers?: Announcement
  /**
   * `before_auth`: before any signature is checked, counted by each node for itself. `after_auth`: counted by all nodes
   * together.
   */
  readonly stage: 'before_auth' | 'after_auth'
}

export interface Endpoint {
  readonly host: string
  readonly port: number
}

export type RedisTopology =
  | { readonly kind: 'single'; readonly endpoint: Endpoint; readonly database: number }
  | { readonly kind: 'cluster'; readonly endpoints: readonly Endpoint[] }
  | { readonly kind: 'sentinel'; readonly endpoints: readonly Endpoint[]; readonly name: string }

export interface RedisPlan {
  readonly kind: 'redis'
  readonly topology: RedisTopology
  readonly username: string | null
  readonly password: string | null
  /** null: cleartext. `caPem` null: the system's trust store. */
  readonly tls: { readonly caPem: string | null; readonly serverName: string | null } | null
  /** Every key begins with `<prefix>:`. */
  readonly prefix: string
}

export type StorePlan = { readonly kind: 'embedded' } | RedisPlan
