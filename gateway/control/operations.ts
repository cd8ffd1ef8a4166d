// Everything the admin API of a node can do besides signing in, the audit and the system's own.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import { writeProblem } from '../config/write.ts'
import type { Operation } from './admin/operation.ts'
import type { Acme } from './certificates/acme/acme.ts'
import { acmeOperations } from './certificates/acme/operations.ts'
import type { Certificates } from './certificates/certificates.ts'
import { certificateOperations } from './certificates/operations.ts'
import type { Configurations } from './config/configurations.ts'
import type { Deployment } from './config/deployment.ts'
import { configOperations } from './config/operations.ts'
import { sourceOperations } from './config/source.ts'
import type { EgressControl } from './egress/egress-control.ts'
import type { Ignored } from './egress/ignored.ts'
import { egressOperations } from './egress/operations.ts'
import type { Sightings } from './egress/sightings.ts'
import type { Fleet } from './fleet/fleet.ts'
import { fleetOperations } from './fleet/operations.ts'
import type { Keys } from './limits/keys.ts'
import { limitOperations } from './limits/operations.ts'
import type { Live } from './live/live.ts'
import { liveOperations } from './live/operations.ts'
import { meshOperations } from './mesh/admin-operations.ts'
import type { MeshControl } from './mesh/mesh-control.ts'
import { ownAddresses } from './own-addresses.ts'
import type { KeySourceStatus } from './policies/issuers.ts'
import { livePolicyOperations } from './policies/live-policies.ts'
import { releaseOperations } from './releases/operations.ts'
import type { Releases } from './releases/releases.ts'
import { wholeSystemOperations } from './system/operations.ts'
import type { System } from './system/system.ts'

export interface ControlParts {
  readonly clock: Clock
  readonly name: string
  readonly version: string
  readonly keySources: () => Promise<readonly KeySourceStatus[]>
  readonly configurations: Configurations
  readonly deployment: () => Deployment
  readonly ignored: Ignored
  readonly releases: Releases
  readonly fleet: () => Fleet | null
  readonly mesh: () => MeshControl | null
  readonly certificates: Certificates
  readonly acme: Acme
  readonly view: Live
  readonly limitKeys: Keys
  readonly egress: EgressControl
  readonly sightings: Sightings
  /** Of the workers' doors, by name. */
  readonly ports: () => Readonly<Record<string, number>>
  /** Absolute path of the configuration. */
  readonly file: () => string
  readonly system: System
}

export function controlOperations(parts: ControlParts): readonly Operation[] {
  const { clock, configurations, view, mesh, ports } = parts
  const { keySources, file } = parts
  return [
    ...configOperations(configurations),
    ...releaseOperations(parts.releases),
    ...fleetOperations(parts),
    ...meshOperations(mesh),
    ...certificateOperations(parts.certificates),
    ...acmeOperations(parts.acme),
    ...liveOperations(view),
    ...limitOperations(parts.limitKeys),
    ...livePolicyOperations({ clock, keySources, view, ports, addresses: ownAddresses }),
    ...sourceOperations({ file, writeProblem }),
    ...egressOperations(parts),
    ...wholeSystemOperations(parts.system, configurations),
  ]
}
