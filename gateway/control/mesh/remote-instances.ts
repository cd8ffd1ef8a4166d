// The instances that are registered at other nodes' doors, as the shared store told of them last: kept while it is away.

import type { MeshEndpoint } from '../../../sidecar/snapshot/snapshot.ts'
import { endpointOf, type OwnEndpoint } from './registry.ts'
import { decodeInstance, fieldOf, type SharedInstance } from './shared-entry.ts'
import type { Everything } from './shared-store.ts'

/**
 * A node that is silent for so long takes its instances with it. Until then they are called: it may be the node that is
 * gone and not they, and whoever calls finds out who answers.
 */
export const FORGET_NODE_MS = 300_000
/** Looks in which an instance must be missing, so that a store that was emptied costs nobody. */
const MISSED_LOOKS = 2

interface Known {
  readonly entry: SharedInstance
  readonly text: string
  /** Looks since it was there. */
  readonly missed: number
}

export class RemoteInstances {
  readonly #self: string
  /** By field, then all of one service. */
  readonly #known = new Map<string, Known>()
  readonly #byService = new Map<string, Map<string, SharedInstance>>()

  /** `self`: of what this node says itself nothing is remembered. */
  constructor(self: string) {
    this.#self = self
  }

  list(): readonly SharedInstance[] {
    return [...this.#known.values()].map(({ entry }) => entry)
  }

  /** Together with those of this node; of one instance the later start counts, else what this node knows itself. */
  endpoints(service: string, own: readonly OwnEndpoint[]): readonly MeshEndpoint[] {
    const others = this.#byService.get(service)
    if (others === undefined) return own.flatMap(({ endpoint }) => endpoint ?? [])
    const merged = new Map(own.map(({ instance, endpoint }) => [instance, endpoint]))
    const epochs = new Map(own.map(({ instance, epoch }) => [instance, epoch]))
    for (const entry of others.values()) {
      const epoch = epochs.get(entry.instance)
      if (epoch === undefined || epoch < entry.epoch) merged.set(entry.instance, endpointOf(entry))
    }
    return [...merged.values()]
      .filter((endpoint) => endpoint !== null)
      .sort((a, b) => (a.instance < b.instance ? -1 : 1))
  }

  /** A single piece of news. Answers whether it was any. */
  put(text: string): boolean {
    const entry = decodeInstance(text)
    if (entry === null || entry.node === this.#self) return false
    const field = fieldOf(entry)
    const before = this.#known.get(field)
    if (before !== undefined && before.entry.epoch > entry.epoch) return false
    this.#set(field, { entry, text, missed: 0 })
    return before?.text !== text
  }

  /** `node` says that it is no more. */
  remove(field: string, node: string): boolean {
    return this.#known.get(field)?.entry.node === node && this.#delete(field)
  }

  /** All that the store knows. Answers whether anything is not what it was. */
  replace({ nowMs, nodes, instances }: Everything): boolean {
    let isNew = false
    for (const [field, text] of instances) {
      const known = this.#known.get(field)
      if (known?.text === text) this.#known.set(field, { ...known, missed: 0 })
      else if (this.put(text)) isNew = true
      // It moved to our own door.
      else if (known !== undefined && decodeInstance(text)?.node === this.#self) {
        isNew = this.#delete(field) || isNew
      }
    }
    for (const [field, known] of this.#known) {
      const heardMs = nodes.get(known.entry.node)
      const isNodeGone = heardMs !== undefined && nowMs - heardMs > FORGET_NODE_MS
      const isMissing = !instances.has(field)
      const missed = isMissing && heardMs !== undefined ? known.missed + 1 : known.missed
      if (isNodeGone || missed >= MISSED_LOOKS) isNew = this.#delete(field) || isNew
      else if (missed !== known.missed) this.#known.set(field, { ...known, missed })
    }
    return isNew
  }

  #set(field: string, known: Known): void {
    this.#known.set(field, known)
    const { service } = known.entry
    const instances = this.#byService.get(service) ?? new Map<string, SharedInstance>()
    this.#byService.set(service, instances.set(field, known.entry))
  }

  #delete(field: string): boolean {
    const known = this.#known.get(field)
    if (known === undefined) return false
    this.#known.delete(field)
    const instances = this.#byService.get(known.entry.service)
    instances?.delete(field)
    if (instances?.size === 0) this.#byService.delete(known.entry.service)
    return true
  }
}
