// The services that the current snapshot lets this sidecar call, each a Transport that outlives the snapshot it came with.

import type { Clock } from './runtime/clock.ts'
import type { MeshService, Snapshot } from './snapshot/snapshot.ts'
import type { Dialer } from './upstream/dialer.ts'
import type { MeshConnections } from './upstream/mesh-connections.ts'
import { MeshDialer } from './upstream/mesh-dialer.ts'
import { MeshServices } from './upstream/mesh-services.ts'
import { DEFAULT_RETRIES } from './upstream/plan.ts'
import type { Transport } from './upstream/transport.ts'
import { meshHosts } from './mesh-name.ts'
import type { Destinations } from './outbound.ts'

/** What the egress gateway is called in records; no service can have a name like it. */
const EGRESS = 'egress gateway'

export class Peers implements Destinations {
  readonly #connections: MeshConnections
  readonly #random: () => number
  readonly #services: MeshServices
  #hosts: ReadonlyMap<string, string> = new Map()
  #egress: MeshService | null = null

  /** `random`: [0, 1). */
  constructor(connections: MeshConnections, clock: Clock, random: () => number) {
    this.#connections = connections
    this.#random = random
    this.#services = new MeshServices(connections, clock, random)
  }

  /** Complete each time: what the snapshot does not name cannot be called any more. */
  update({ services, egress }: Pick<Snapshot, 'services' | 'egress'>): void {
    this.#services.update(egress === null ? services : { ...services, [EGRESS]: egress })
    this.#hosts = meshHosts(Object.keys(services))
    this.#egress = egress
  }

  serviceAt(host: string): { readonly name: string; readonly transport: Transport } | null {
    const name = this.#hosts.get(host)
    const transport = name === undefined ? null : this.#services.get(name, DEFAULT_RETRIES)
    return name === undefined || transport === null ? null : { name, transport }
  }

  /** What leaves the mesh is sent again by the gateway or by nobody. */
  egress(): Transport | null {
    return this.#services.get(EGRESS, null)
  }

  /** To one instance of the egress gateway, for a connection of its own; null where there is none. */
  egressDialer(): Dialer | null {
    if (this.#egress === null) return null
    const { id, endpoints } = this.#egress
    const healthy = endpoints.filter((endpoint) => endpoint.healthy)
    const choice = healthy.length > 0 ? healthy : endpoints
    const endpoint = choice[Math.floor(this.#random() * choice.length)]
    if (endpoint === undefined) return null
    const { address, port, instance } = endpoint
    return new MeshDialer(this.#connections, { name: `${instance}@${address}`, address, port, id })
  }

  close(): Promise<void> {
    return this.#services.close()
  }
}
