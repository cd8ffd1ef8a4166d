// The edge as a client of the mesh: `system/edge` towards sidecars, and nothing at all where there is no mesh.

import { Membership, type MeshNews, type MeshQuestion } from '../mesh/membership.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import type { EndpointStatus } from '../../sidecar/upstream/cluster.ts'
import { transportError } from '../../sidecar/upstream/failure.ts'
import { MeshConnections } from '../../sidecar/upstream/mesh-connections.ts'
import { MeshServices } from '../../sidecar/upstream/mesh-services.ts'
import type { RetryPlan } from '../../sidecar/upstream/plan.ts'
import type { Transport } from '../../sidecar/upstream/transport.ts'

const MEMBER = 'system/edge'

export interface MeshUpstreamsDeps {
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly ask: (question: MeshQuestion) => void
}

interface Joined {
  readonly membership: Membership
  readonly connections: MeshConnections
  readonly services: MeshServices
}

export class MeshUpstreams {
  readonly #deps: MeshUpstreamsDeps
  #joined: Joined | null = null

  constructor(deps: MeshUpstreamsDeps) {
    this.#deps = deps
  }

  /** null: there is no mesh any more. */
  use(trustDomain: string | null): void {
    if (this.#joined?.membership.trustDomain === (trustDomain ?? undefined)) return
    this.#leave()
    if (trustDomain !== null) this.#joined = this.#join(trustDomain)
  }

  hear(news: MeshNews): void {
    if (news.member === MEMBER) this.#joined?.membership.hear(news)
  }

  /** To a service that need not be known yet: each request asks anew, and fails where there is no way. */
  transportTo(name: string, retries: RetryPlan): Transport {
    return this.#joined?.services.get(name, retries) ?? nowhere(name)
  }

  /** By service name. */
  status(): ReadonlyMap<string, readonly EndpointStatus[]> {
    return this.#joined?.services.status() ?? new Map()
  }

  async close(): Promise<void> {
    const services = this.#joined?.services
    this.#joined?.membership.close()
    await services?.close()
  }

  #join(trustDomain: string): Joined {
    const { clock, random, log, ask } = this.#deps
    const membership = new Membership({
      member: MEMBER,
      trustDomain,
      clock,
      random,
      log,
      ask,
      onSnapshot: (snapshot) => services.update(snapshot.services),
    })
    const connections = new MeshConnections({
      identity: membership.identity,
      clock,
      onRefused: ({ target, reason, detail }) => {
        log.warn('an instance was not believed', { target: target.name, reason, detail })
      },
    })
    const services = new MeshServices(connections, clock, random)
    membership.start()
    return { membership, connections, services }
  }

  #leave(): void {
    const left = this.#joined
    if (left === null) return
    this.#joined = null
    left.membership.close()
    void left.services.close().then(() => left.connections.close())
  }
}

/** Fails at once, and after its caller holds it. */
function nowhere(name: string): Transport {
  return {
    dispatch(_request, handler) {
      let isOver = false
      queueMicrotask(() => {
        if (isOver) return
        const fault = 'the edge may not call this service, or the mesh does not know it yet'
        handler.onError(transportError('upstream_unavailable', name, fault))
      })
      return {
        endpoint: '',
        resume: () => undefined,
        abort: () => {
          isOver = true
        },
      }
    },
    close: () => Promise.resolve(),
  }
}
