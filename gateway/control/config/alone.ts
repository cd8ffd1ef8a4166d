// A node that works alone: the supervisor puts a change to work, and what is served is written down afterwards.

import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError } from '../admin/api-error.ts'
import type { ConfigStore } from '../revisions/config-store.ts'
import {
  checksumOf,
  summaryOf,
  type Revision,
  type RevisionSummary,
} from '../revisions/revision.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from './change.ts'
import type { Current, Deployed, Deployment } from './deployment.ts'
import { invalid, notWaiting, stale } from './refusals.ts'

export interface AloneOptions {
  readonly store: ConfigStore
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: Log
  /** Asks the supervisor. */
  readonly change: (change: ConfigChange) => Promise<ChangeResult>
  readonly confirm: () => Promise<ChangeResult>
  /** Told of each revision that nobody asked us for, once it is written down: taken back by itself, or by an edit of the file. */
  readonly unasked?: (revision: RevisionSummary) => void
}

export class Alone implements Deployment {
  readonly #options: AloneOptions
  #live: LiveConfig | null = null
  /** Number of the revision that is served. */
  #number: number | null = null
  /** One change at a time. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: AloneOptions) {
    this.#options = options
  }

  async read<Result>(ask: (store: ConfigStore) => Promise<Result>): Promise<Result> {
    try {
      return await ask(this.#options.store)
    } catch (error) {
      throw new ApiError('not_available', `the revisions cannot be read: ${errorMessage(error)}`)
    }
  }

  current(): Current | null {
    return this.#live === null ? null : { live: this.#live, revision: this.#number }
  }

  learn(live: LiveConfig): void {
    this.#live = live
    void this.#inTurn(async () => {
      const written = await this.#writeDown(live)
      // The first of all changed nothing.
      const isUnasked = written?.origin === 'auto-revert' || written?.origin === 'file'
      if (isUnasked && written.number > 1) this.#options.unasked?.(summaryOf(written))
    })
  }

  apply(change: ConfigChange, expected: string): Promise<Deployed> {
    return this.#inTurn(async () => {
      const { live } = this.#served()
      if (checksumOf(live.text) !== expected) throw stale(await this.#options.store.head())
      const result = await this.#options.change({ ...change, isUnchecked: true })
      if (result.kind === 'refused') throw invalid(result.problems)
      if (result.kind === 'rejected') throw new ApiError('rejected', result.reason)
      this.#live = result.live
      await this.#writeDown(result.live)
      return { ...this.#served(), nodes: [], warnings: result.warnings }
    })
  }

  confirm(): Promise<Current> {
    return this.#inTurn(async () => {
      const { live } = this.#served()
      if (live.revertsAtMs === null) throw notWaiting()
      const result = await this.#options.confirm()
      // It was taken back while we asked: what is confirmed is not what was meant.
      if (result.kind !== 'live' || result.live.text !== live.text) throw notWaiting()
      this.#live = result.live
      return this.#served()
    })
  }

  #served(): Current {
    const current = this.current()
    if (current === null) throw new ApiError('not_available', 'no configuration is served yet')
    return current
  }

  /** The new revision; a text that is served already, or again after a restart, is none: null. */
  async #writeDown({ text, author, origin, message }: LiveConfig): Promise<Revision | null> {
    const { store, clock, log } = this.#options
    try {
      for (;;) {
        const head = await store.head()
        if (head?.checksum === checksumOf(text)) {
          this.#number = head.number
          return null
        }
        const draft = { text, author, origin, message, atMs: clock.wallMs() }
        const result = await store.append(draft, head?.number ?? 0)
        if (result.kind === 'stored') {
          this.#number = result.revision.number
          return result.revision
        }
      }
    } catch (error) {
      this.#number = null
      log.error('the revision could not be written down', { error: errorMessage(error) })
      return null
    }
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(task)
    this.#queue = result.catch(() => undefined)
    return result
  }
}
