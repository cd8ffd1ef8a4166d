// The compiled form of a service: where it answers, how its endpoints are chosen, when a request is sent again.

export interface EndpointPlan {
  /** As written, for logs: `http://127.0.0.1:3001`. */
  readonly url: string
  readonly secure: boolean
  /** DNS name or address, no brackets. */
  readonly host: string
  readonly port: number
}

export interface UpstreamTlsPlan {
  /** Trusted CAs (PEM), or null for the system's. */
  readonly caPem: string | null
  /** Name the certificate must carry and the SNI that is sent; null: the endpoint's host. */
  readonly serverName: string | null
  readonly certPem: string | null
  readonly keyPem: string | null
}

/** `least-loaded`: the better of two random endpoints by latency × requests in flight; `round-robin`: in turn. */
export type Balance = 'least-loaded' | 'round-robin'

export interface BreakerPlan {
  /** Failures in a row after which an endpoint gets no requests. */
  readonly failures: number
  /** For how long, until one request tries it again. */
  readonly openMs: number
}

export const DEFAULT_BREAKER: BreakerPlan = { failures: 5, openMs: 10_000 }

/** Bounds of the connections to one endpoint, in one process. */
export interface PoolPlan {
  readonly connectTimeoutMs: number
  /** No byte in either direction for this long ends a response. */
  readonly idleTimeoutMs: number
  /** Connections per endpoint and process. */
  readonly maxConnections: number
  /** Requests waiting for a connection, per endpoint and process; more are refused. */
  readonly maxQueued: number
}

/** A service with static endpoints. */
export interface ServicePlan extends PoolPlan {
  readonly name: string
  readonly endpoints: readonly EndpointPlan[]
  readonly tls: UpstreamTlsPlan
  readonly balance: Balance
  readonly breaker: BreakerPlan
}

/** What makes a request be sent again: not connected, connection lost before an answer, or this status. */
export type RetryCause = 'connect' | 'reset' | 502 | 503 | 504

export interface RetryPlan {
  /** How often a request is sent again at most. */
  readonly attempts: number
  readonly on: ReadonlySet<RetryCause>
  /** Share of a service's requests that may be sent again, 0 to 1; a small reserve comes on top. */
  readonly budget: number
}

export const DEFAULT_RETRIES: RetryPlan = {
  attempts: 1,
  on: new Set<RetryCause>(['connect', 'reset', 502, 503, 504]),
  budget: 0.2,
}
