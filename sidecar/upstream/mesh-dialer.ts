// Opens mTLS connections to one instance of a mesh service, which must prove the id it is called by.

import type { Dialled, Dialer } from './dialer.ts'
import type { MeshConnections, MeshTarget } from './mesh-connections.ts'

export class MeshDialer implements Dialer {
  readonly isSecure = true
  readonly #connections: MeshConnections
  readonly #target: MeshTarget

  constructor(connections: MeshConnections, target: MeshTarget) {
    this.#connections = connections
    this.#target = target
  }

  dial(handOver: boolean, onBytes: (chunk: Buffer) => void): Dialled {
    return this.#connections.dial(this.#target, handOver, onBytes)
  }
}
