// What control and a sidecar say to each other about one sidecar: its certificate, its place in the registry, its figures.

import type { Revocations, TrustBundle } from '../identity/svid.ts'
import type { TrafficRow } from '../telemetry/traffic-figures.ts'

/** What control answers to a join or a renewal. */
export interface Grant {
  /** The identity that was granted: control's word, whatever was asked for. */
  readonly id: string
  /** Leaf first, then intermediates; PEM. */
  readonly certPem: string
  readonly trust: TrustBundle
  readonly revocations: Revocations
}

/** How a sidecar proves that it may have an identity it does not have yet. */
export type JoinCredential =
  | { readonly kind: 'token'; readonly token: string }
  /** A projected service-account token, or another JWT of the issuer that `mesh.join` names. */
  | { readonly kind: 'jwt'; readonly jwt: string }

export interface JoinRequest {
  readonly credential: JoinCredential
  /** PKCS#10; control takes the public key of it and nothing else. */
  readonly csrPem: string
  /** `billing` or `team/billing`; refused where the credential is for another. */
  readonly service: string
}

/** One instance of the caller's own service. */
export interface Registration {
  /** Unique among the instances of the service; letters, digits, `.`, `_`, `-`; at most 64. */
  readonly instance: string
  /** Grows with every start of the instance: the start time in ms will do. */
  readonly epoch: number
  /** Of the inbound listener. */
  readonly port: number
  /** What the inbound listener speaks inside of TLS. */
  readonly protocol: 'http1'
  readonly version: string | null
  readonly zone: string | null
  /** 1 to 10,000. */
  readonly weight: number
  /** null: the address control sees. Anything else is refused, unless both are of one machine. */
  readonly address: string | null
}

export interface Lease {
  readonly leaseId: string
  /** Without a heartbeat for this long the instance is forgotten. */
  readonly ttlMs: number
  /** Control's wall clock. */
  readonly serverTimeMs: number
}

/** `starting`: not called yet. `down`: called where no other instance is left. `draining`: not called any more, for good. */
export type InstanceStatus = 'starting' | 'up' | 'down' | 'draining'

export interface Heartbeat {
  /** Whether the app answers. */
  readonly healthy: boolean
  readonly status: InstanceStatus
}

/** What an instance counted since it told last. */
export interface Figures {
  /** Requests of callers under way. */
  readonly running: number
  readonly rows: readonly TrafficRow[]
}

export interface FiguresAnswer {
  /** Control wants no more before: the more members there are, the more rarely each tells. */
  readonly nextMs: number
}
