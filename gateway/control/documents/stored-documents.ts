// Documents where `store:` says: in the folder of a node that works alone, or in the store of its fleet.

import type { Cluster, Redis } from 'ioredis'
import { closeRedis, connectRedis } from '../../limit/redis-client.ts'
import type { StorePlan } from '../../limit/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { Document, Documents } from './documents.ts'
import { FleetDocuments } from './fleet-documents.ts'
import { FolderDocuments } from './folder-documents.ts'
import { RedisDocuments } from './redis-documents.ts'

export interface StoredDocumentsOptions {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  /** [0, 1). */
  readonly random: () => number
}

/** A new connection is waited for so long before the first answer; then the store is away. */
const CONNECT_MS = 2000

interface Joined {
  readonly client: Redis | Cluster
  readonly documents: FleetDocuments
}

export class StoredDocuments implements Documents {
  readonly #options: StoredDocumentsOptions
  readonly #folder: FolderDocuments
  #store = ''
  #joined: Joined | null = null

  /** In the folder, until `use` says otherwise. Throws the system's error where it cannot be used. */
  constructor(options: StoredDocumentsOptions) {
    this.#options = options
    this.#folder = new FolderDocuments(options.folder)
  }

  get isAway(): boolean {
    return this.#joined?.documents.isAway ?? false
  }

  /** From now on there. */
  use(plan: StorePlan): void {
    const store = JSON.stringify(plan)
    if (store === this.#store) return
    this.#store = store
    this.close()
    if (plan.kind !== 'redis') return
    const { clock, log, random } = this.#options
    const client = connectRedis(plan, random, () => undefined)
    const shared = new RedisDocuments(client, plan.prefix)
    const ready = firstWord(client, clock)
    const documents = new FleetDocuments({ shared, copies: this.#folder, clock, log, ready })
    this.#joined = { client, documents }
  }

  read(name: string): Promise<Document> {
    return this.#now().read(name)
  }

  write(name: string, text: string, version: number): Promise<boolean> {
    return this.#now().write(name, text, version)
  }

  close(): void {
    if (this.#joined === null) return
    this.#joined.documents.close()
    closeRedis(this.#joined.client)
    this.#joined = null
  }

  #now(): Documents {
    return this.#joined?.documents ?? this.#folder
  }
}

function firstWord(client: Redis | Cluster, clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(CONNECT_MS, resolve)
    client.once('ready', () => {
      cancel()
      resolve()
    })
  })
}
