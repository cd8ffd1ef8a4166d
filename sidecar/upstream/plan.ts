// The compiled form of a service with static endpoints.

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

export interface ServicePlan {
  readonly name: string
  readonly endpoints: readonly EndpointPlan[]
  readonly tls: UpstreamTlsPlan
  readonly connectTimeoutMs: number
  /** No byte in either direction for this long ends a response. */
  readonly idleTimeoutMs: number
  /** Connections per endpoint and process. */
  readonly maxConnections: number
  /** Requests waiting for a connection, per endpoint and process; more are refused. */
  readonly maxQueued: number
}
