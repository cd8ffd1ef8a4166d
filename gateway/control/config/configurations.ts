// The configuration as operators see it: what is served, what it was before, and how it is changed. One change at a time.

import type { LoadResult } from '../../config/load.ts'
import type { LocatedProblem } from '../../config/problems.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError } from '../admin/api-error.ts'
import type { ConfigStore } from '../revisions/config-store.ts'
import { checksumOf, type Origin, type Revision } from '../revisions/revision.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from './change.ts'
import { fieldProblems } from './located.ts'
import { unifiedDiff } from './text-diff.ts'

export interface ConfigurationsOptions {
  readonly store: ConfigStore
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: Log
  /** Asks the supervisor. Rejects where it does not answer. */
  readonly change: (change: ConfigChange) => Promise<ChangeResult>
  readonly confirm: () => Promise<ChangeResult>
  /** Everything that is wrong with a text, as `check` says it; changes nothing. */
  readonly check: (text: string) => Promise<LoadResult>
}

export interface ChangeWanted {
  readonly text: string
  readonly author: string
  readonly origin: Origin
  readonly message: string
  readonly confirmWithinMs: number | null
  /** Checksum of what the author saw. */
  readonly expected: string
}

/** What a text would mean. */
export interface Trial {
  readonly warnings: readonly LocatedProblem[]
  /** '' where nothing changes. */
  readonly diff: string
}

export interface Served {
  readonly text: string
  readonly checksum: string
  /** null until it is written down. */
  readonly revision: number | null
  readonly revertsAtMs: number | null
}

export class Configurations {
  readonly #options: ConfigurationsOptions
  #live: LiveConfig | null = null
  /** Number of the revision that is served. */
  #number: number | null = null
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: ConfigurationsOptions) {
    this.#options = options
  }

  get store(): ConfigStore {
    return this.#options.store
  }

  /** The supervisor serves this now. */
  learn(live: LiveConfig): Promise<void> {
    this.#live = live
    return this.#inTurn(() => this.#writeDown(live))
  }

  /** Throws ApiError `not_available` before the first configuration is known. */
  served(): Served {
    if (this.#live === null) throw new ApiError('not_available', 'no configuration is served yet')
    const { text, revertsAtMs } = this.#live
    return { text, checksum: checksumOf(text), revision: this.#number, revertsAtMs }
  }

  /** Throws ApiError `config_invalid` with every problem. */
  async trial(text: string): Promise<Trial> {
    const result = await this.#options.check(text)
    if (result.kind === 'refused') throw invalid(result.problems)
    const names = { before: 'served', after: 'wanted' }
    return { warnings: result.warnings, diff: unifiedDiff(this.served().text, text, names) }
  }

  /** Throws ApiError: `stale` where somebody else was faster, `config_invalid`, `rejected`. */
  apply(wanted: ChangeWanted): Promise<Served & Trial> {
    return this.#inTurn(async () => {
      const { expected, ...change } = wanted
      await this.#checkExpected(expected)
      const { diff } = await this.trial(change.text)
      const result = await this.#options.change(change)
      if (result.kind === 'refused') throw invalid(result.problems)
      if (result.kind === 'rejected') throw new ApiError('rejected', result.reason)
      this.#live = result.live
      await this.#writeDown(result.live)
      return { ...this.served(), warnings: result.warnings, diff }
    })
  }

  /** The change that waits stays. */
  async confirm(): Promise<Served> {
    if (this.served().revertsAtMs === null) {
      throw new ApiError('conflict', 'there is no change that waits to be confirmed')
    }
    const result = await this.#options.confirm()
    if (result.kind === 'live') this.#live = result.live
    return this.served()
  }

  async revision(number: number): Promise<Revision> {
    const revision = await this.store.get(number)
    if (revision === null) throw new ApiError('not_found', `there is no revision ${number}`)
    return revision
  }

  async #checkExpected(expected: string): Promise<void> {
    const { checksum } = this.served()
    if (checksum === expected) return
    const head = await this.store.head()
    const who = head === null ? 'somebody' : head.author || head.origin
    const when =
      head === null ? '' : ` (revision ${head.number}, ${new Date(head.atMs).toISOString()})`
    throw new ApiError(
      'stale',
      `${who} changed the configuration meanwhile${when}; look at it again`,
    )
  }

  /** A text that is served already, or again after a restart, is no new revision. */
  async #writeDown({ text, author, origin, message }: LiveConfig): Promise<void> {
    const { store, clock, log } = this.#options
    try {
      for (;;) {
        const head = await store.head()
        if (head?.checksum === checksumOf(text)) {
          this.#number = head.number
          return
        }
        const draft = { text, author, origin, message, atMs: clock.wallMs() }
        const result = await store.append(draft, head?.number ?? 0)
        if (result.kind === 'stored') {
          this.#number = result.revision.number
          return
        }
      }
    } catch (error) {
      this.#number = null
      log.error('the revision could not be written down', { error: errorMessage(error) })
    }
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(task)
    this.#queue = result.catch(() => undefined)
    return result
  }
}

function invalid(problems: readonly LocatedProblem[]): ApiError {
  const errors = problems.filter(({ severity }) => severity === 'error')
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  const message = `the configuration is not valid: ${first?.message ?? ''}${more}`
  return new ApiError('config_invalid', message, fieldProblems(problems))
}
