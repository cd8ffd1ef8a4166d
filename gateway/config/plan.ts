// The immutable plan the data plane runs on: compiled whole from one configuration, swapped whole, never changed.

import type { EgressPlan } from '../allow/plan.ts'
import type { AuthPolicy, IssuerPlan } from '../auth/plan.ts'
import type { CorsPolicy } from '../cors/plan.ts'
import type { LimitPlan, StorePlan } from '../limit/plan.ts'
import type { HeaderRules, IpPolicy, Rewrite, RouteMatch } from '../route/plan.ts'
import type { RouteTable } from '../route/table.ts'
import type { RetryPlan, ServicePlan } from '../../sidecar/upstream/plan.ts'
import type { AdminPlan } from './admin.ts'
import type { MeshPlan } from './mesh.ts'

export interface Plan {
  /** Counts up with every configuration that was put to work. */
  readonly revision: number
  readonly production: boolean
  readonly store: StorePlan
  readonly listeners: readonly ListenerPlan[]
  readonly issuers: readonly IssuerPlan[]
  /** Those with static endpoints that some route uses. */
  readonly services: readonly ServicePlan[]
  readonly egress: EgressPlan | null
  readonly mesh: MeshPlan | null
  readonly admin: AdminPlan
  readonly routes: readonly RoutePlan[]
  /** One table for each listener name. */
  readonly tables: ReadonlyMap<string, RouteTable<RoutePlan>>
  readonly accessLog: AccessLogPlan
  /** Fields and query parameters whose values nobody is shown, besides those whose names say so; in lower case. */
  readonly secretNames: ReadonlySet<string>
  /** Where metrics are scraped; port 0: any free one. null: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null
}

export interface ListenerPlan {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly tls: TlsPlan | null
  readonly http2: boolean
  /** X-Forwarded-For hops believed, counted from the right. */
  readonly trustedHops: number
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly maxHeaderBytes: number
  readonly maxBodyBytes: number
  /** Largest WebSocket message a client may send, all fragments together. */
  readonly maxMessageBytes: number
  readonly maxConnections: number
}

export interface TlsPlan {
  /**
   * The first serves clients without SNI or with an unknown name. Empty only with `acme`, before its first certificate:
   * then no handshake succeeds.
   */
  readonly certificates: readonly CertificatePlan[]
  /** Where they come from, as written, without a slash at the end. */
  readonly folder: string
  /** null: they are put there by somebody else. */
  readonly acme: AcmePlan | null
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  readonly clientCaPem: string | null
  readonly clientAuth: 'none' | 'optional' | 'required'
}

export interface AcmePlan {
  /** URL of the authority's directory. */
  readonly directory: string
  readonly email: string
  /** Lower-case host names of the one certificate; at least one. */
  readonly names: readonly string[]
  /** Whom the directory is verified by; null: the CAs of the system. */
  readonly caPem: string | null
}

export interface CertificatePlan {
  /** File it came from, for messages. */
  readonly file: string
  /** Lower-case DNS names and addresses from the SANs; a wildcard keeps its `*.`. */
  readonly names: readonly string[]
  /** Leaf first, then intermediates. */
  readonly certPem: string
  readonly keyPem: string
  readonly notAfterMs: number
}

/** A service whose instances the registry knows. */
export interface MeshServicePlan {
  readonly mesh: true
  /** `billing`, `team/billing`. */
  readonly name: string
}

export type TargetService = ServicePlan | MeshServicePlan

export function isStatic(service: TargetService): service is ServicePlan {
  return !('mesh' in service)
}

export interface RoutePlan {
  readonly name: string
  /** Listener names, or null for every listener. */
  readonly listeners: readonly string[] | null
  readonly match: RouteMatch
  /** Weighted targets; weights are whole numbers, and at least one is above 0. */
  readonly to: readonly { readonly service: TargetService; readonly weight: number }[]
  readonly sticky:
    | { readonly kind: 'none' }
    | { readonly kind: 'cookie' }
    | { readonly kind: 'header'; readonly name: string }
  /** null: public. */
  readonly auth: AuthPolicy | null
  readonly cors: CorsPolicy | null
  readonly limits: RouteLimits
  readonly ip: IpPolicy | null
  readonly rewrite: Rewrite | null
  readonly requestHeaders: HeaderRules | null
  readonly responseHeaders: HeaderRules | null
  /** Until the response head. */
  readonly timeoutMs: number
  /** null: nothing is sent again, but for services of the mesh, which have a rule of their own for that. */
  readonly retries: RetryPlan | null
  /** Lower-case upgrade tokens let through. */
  readonly upgrade: ReadonlySet<string>
}

/** By stage: before anybody is asked for a token, counted per node; and after, counted by all nodes together. */
export interface RouteLimits {
  readonly beforeAuth: readonly LimitPlan[]
  readonly afterAuth: readonly LimitPlan[]
}

export type AccessLogPlan =
  | { readonly kind: 'failures' }
  | { readonly kind: 'all' }
  | { readonly kind: 'off' }
  | { readonly kind: 'sample'; readonly ratio: number }
