// Whether this node works alone or in a fleet: as `store:` says, and from then on until it says something else.

import { resolve } from 'node:path'
import type { LoadResult } from '../../config/load.ts'
import type { Plan } from '../../config/plan.ts'
import { connectRedis } from '../../limit/redis-client.ts'
import type { RedisPlan } from '../../limit/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { Alone } from '../config/alone.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from '../config/change.ts'
import type { Deployment } from '../config/deployment.ts'
import { FolderStore } from '../revisions/folder-store.ts'
import type { RevisionSummary } from '../revisions/revision.ts'
import { Fleet } from './fleet.ts'
import type { EgressSaid } from './member.ts'
import { keepRefused, readNode, writeNode } from './node-file.ts'
import { prepare } from './prepare.ts'

export interface FleetControlDeps {
  readonly clock: Clock
  readonly log: Log
  /** [0, 1). */
  readonly random: () => number
  /** 32 hexadecimal digits. */
  readonly newId: () => string
  /** Absolute paths. */
  readonly file: string
  readonly dataDir: string
  /** What people call this node, and which program it runs. */
  readonly name: string
  readonly version: string
  readonly addresses: () => readonly string[]
  /** How its workers let calls out. */
  readonly egress?: () => EgressSaid | null
  /** Everything that is wrong with a text; changes nothing. */
  readonly check: (text: string) => Promise<LoadResult>
  /** Asks the supervisor. */
  readonly change: (change: ConfigChange) => Promise<ChangeResult>
  readonly confirm: () => Promise<ChangeResult>
  /** Told of each revision that nobody asked for: taken back by itself, or by an edit of the file. */
  readonly unasked: (revision: RevisionSummary) => void
}

export class FleetControl {
  readonly #deps: FleetControlDeps
  #plan: Plan
  /** How its store was reached. */
  #store = ''
  #fleet: Fleet | null = null
  #alone: Alone | null = null
  #live: LiveConfig | null = null

  /** Throws the system's error where the data folder cannot be used. */
  constructor(plan: Plan, deps: FleetControlDeps) {
    this.#deps = deps
    this.#plan = plan
    this.use(plan)
  }

  get deployment(): Deployment {
    return this.#fleet ?? this.#alone!
  }

  /** null: this node works alone. */
  get fleet(): Fleet | null {
    return this.#fleet
  }

  /** This plan is put to work. */
  use(plan: Plan): void {
    this.#plan = plan
    const store = JSON.stringify(plan.store)
    if (store === this.#store) return
    this.#store = store
    const edit = this.#fleet?.edit ?? null
    void this.#fleet?.close()
    this.#fleet = plan.store.kind === 'redis' ? this.#join(plan.store) : null
    this.#alone = plan.store.kind === 'redis' ? null : this.#open()
    if (this.#live !== null) this.deployment.learn(this.#live)
    if (edit !== null) this.#fleet?.learnEdit(edit)
  }

  learn(live: LiveConfig): void {
    this.#live = live
    this.deployment.learn(live)
  }

  /** The file was edited, and this node waits for what the fleet says to it. */
  learnEdit(text: string): void {
    this.#fleet?.learnEdit(text)
  }

  async close(): Promise<void> {
    await this.#fleet?.close()
  }

  #open(): Alone {
    const { clock, log, dataDir, change, confirm, unasked } = this.#deps
    const store = new FolderStore(resolve(dataDir, 'revisions'))
    return new Alone({ store, clock, log, change, confirm, unasked })
  }

  #join(store: RedisPlan): Fleet {
    const { dataDir, newId, random, clock, file, check } = this.#deps
    return new Fleet({
      ...this.#deps,
      connect: (onError) => connectRedis(store, random, onError),
      prefix: store.prefix,
      remembered: readNode(dataDir, newId),
      remember: (remembered) => writeNode(dataDir, remembered),
      check,
      prepare: (text) => prepare(text, { clock, file, check, plan: () => this.#plan }),
      keepRefused: (text) => keepRefused(dataDir, text),
    })
  }
}
