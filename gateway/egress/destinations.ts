// The destinations that HTTP requests go to: made when first asked for, kept while they are used, bounded in number.

import { isDeepStrictEqual } from 'node:util'
import { hostText, type CanonicalHost } from '../allow/canonical-host.ts'
import type { EgressTimeouts, ExternalPlan } from '../allow/plan.ts'
import { DEFAULT_BREAKER } from '../../sidecar/upstream/plan.ts'
import { Destination, type DestinationDeps, type DestinationPlan } from './destination.ts'
import type { Locator } from './locator.ts'

/** Beyond that, one that rests and was used longest ago makes room. */
const MAX_DESTINATIONS = 1024
/** Of one caller to one host that the plan says nothing about. */
const MAX_CONNECTIONS = 256
const MAX_QUEUED = 1024

interface Kept {
  readonly plan: DestinationPlan
  readonly destination: Destination
}

export class Destinations {
  readonly #deps: Omit<DestinationDeps, 'locator'>
  /** By caller and host: what a connection was told about one caller must not serve another. */
  readonly #kept = new Map<string, Kept>()
  readonly #retiring = new Set<Destination>()
  #locator: Locator | null = null
  #timeouts: EgressTimeouts | null = null

  constructor(deps: Omit<DestinationDeps, 'locator'>) {
    this.#deps = deps
  }

  get size(): number {
    return this.#kept.size
  }

  /** From now on; destinations whose plan is another one are replaced when they are next asked for. */
  use(locator: Locator, timeouts: EgressTimeouts): void {
    if (locator !== this.#locator) for (const key of this.#kept.keys()) this.#retire(key)
    this.#locator = locator
    this.#timeouts = timeouts
  }

  /** `external` null: plain HTTP as it came. Only after `use`. */
  get(
    caller: string,
    host: CanonicalHost,
    port: number,
    external: ExternalPlan | null,
  ): Destination {
    const key = `${caller} ${external === null ? 'http' : 'https'} ${hostText(host)} ${port}`
    const plan = this.#planOf(host, port, external)
    const known = this.#kept.get(key)
    if (known !== undefined && isDeepStrictEqual(known.plan, plan)) {
      this.#kept.delete(key)
      this.#kept.set(key, known)
      return known.destination
    }
    if (known !== undefined) this.#retire(key)
    if (this.#kept.size >= MAX_DESTINATIONS) this.#makeRoom()
    const destination = new Destination(plan, { ...this.#deps, locator: this.#locator! })
    this.#kept.set(key, { plan, destination })
    return destination
  }

  async close(): Promise<void> {
    const all = [...this.#kept.values()].map(({ destination }) => destination)
    await Promise.all([...all, ...this.#retiring].map((destination) => destination.close()))
  }

  #planOf(host: CanonicalHost, port: number, external: ExternalPlan | null): DestinationPlan {
    return {
      host,
      port,
      tls: external?.tls ?? null,
      breaker: external?.breaker ?? DEFAULT_BREAKER,
      retries: external?.retries ?? 0,
      connectTimeoutMs: this.#timeouts!.dialMs,
      idleTimeoutMs: external?.idleTimeoutMs ?? this.#timeouts!.idleMs,
      maxConnections: external?.maxConnections ?? MAX_CONNECTIONS,
      maxQueued: external?.maxQueued ?? MAX_QUEUED,
    }
  }

  #makeRoom(): void {
    for (const [key, { destination }] of this.#kept) {
      if (!destination.resting) continue
      this.#retire(key)
      return
    }
  }

  #retire(key: string): void {
    const { destination } = this.#kept.get(key)!
    this.#kept.delete(key)
    this.#retiring.add(destination)
    void destination.retire().then(() => this.#retiring.delete(destination))
  }
}
