// What a sidecar (and the edge, as a client of the mesh) is told by control: complete each time, so absence means removal.

import type { Revocations, TrustBundle } from '../identity/svid.ts'
import type { AuthorizationRule } from '../policy/authorization-rule.ts'

export interface Snapshot {
  /** `<boot id>-<counter>`: equal means the same contents; a restarted control has another boot id. */
  readonly revision: string
  /** When control made it; by control's clock. */
  readonly madeAtMs: number
  readonly trust: TrustBundle
  readonly revocations: Revocations
  /** Services the receiver may call, by name (`billing`, `team/billing`). At most 10,000. */
  readonly services: Readonly<Record<string, MeshService>>
  /** Rules about the receiver's own service; nothing else may call it. */
  readonly authorize: readonly AuthorizationRule[]
  /** Where everything goes that is no mesh name; null: nowhere, it is refused. */
  readonly egress: MeshService | null
}

export interface MeshService {
  /** The SPIFFE id that every instance must prove. */
  readonly id: string
  /** Instances that may be called; at most 1,000. Those that drain are not among them. */
  readonly endpoints: readonly MeshEndpoint[]
}

export interface MeshEndpoint {
  readonly instance: string
  /** Address of the sidecar's inbound port, never a name. */
  readonly address: string
  readonly port: number
  /** 1 to 10,000; relative to the others. */
  readonly weight: number
  readonly zone: string | null
  readonly version: string | null
  /** As its sidecar sees the app; endpoints that are not healthy are used when no other is left. */
  readonly healthy: boolean
}
