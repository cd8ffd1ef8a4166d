// Changes of the configuration that come by the API: put to work first, then into the file, and taken back unless confirmed.

import type { LoadedConfig, LoadResult } from './config/load.ts'
import { writeConfig, writeProblem } from './config/write.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from './control/config/change.ts'
import { Reverting } from './control/config/reverting.ts'
import type { ToControl } from './messages.ts'
import type { Clock } from '../sidecar/runtime/clock.ts'
import { errorMessage } from '../sidecar/runtime/errors.ts'
import type { Log } from '../sidecar/telemetry/log.ts'

export interface ChangesOptions {
  readonly clock: Clock
  readonly log: Log
  readonly file: string
  readonly load: (text: string) => Promise<LoadResult>
  /** Puts it to work on every process of this node: its number, or why not. */
  readonly apply: (loaded: LoadedConfig) => Promise<{ serial: number } | { reason: string }>
  readonly tell: (message: ToControl) => void
}

const FROM_FILE = { author: '', origin: 'file', message: '', revertsAtMs: null } as const
const AUTO_REVERT = {
  author: '',
  origin: 'auto-revert',
  message: 'the change before was not confirmed in time',
  confirmWithinMs: null,
} as const

export class Changes {
  readonly #options: ChangesOptions
  readonly #reverting: Reverting
  #live: LiveConfig | null = null
  /** What the file says, while the fleet has not said whether it will be. */
  #edit: string | null = null
  /** One change at a time. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: ChangesOptions) {
    const { clock, log, file } = options
    this.#options = options
    this.#reverting = new Reverting(clock, (text) => {
      log.warn('the change was not confirmed and is taken back', { file })
      void this.#takeBack(text)
    })
  }

  /** For a control that begins. */
  greeting(): readonly ToControl[] {
    return [
      ...(this.#live === null ? [] : [{ kind: 'live', ...this.#live } as const]),
      ...(this.#edit === null ? [] : [{ kind: 'edited', text: this.#edit } as const]),
    ]
  }

  /** The file itself was edited and is served: whoever did that has seen what was there, and means what it says now. */
  edited(serial: number, text: string): void {
    // What we wrote ourselves comes back as an edit that changes nothing; so does a certificate that was renewed.
    if (this.#live?.text === text) return
    this.#reverting.cancel()
    this.#edit = null
    this.#tellLive({ ...FROM_FILE, serial, text })
  }

  /** The file of a node of a fleet was edited: served only once all nodes agree, which control finds out. */
  propose(text: string): void {
    this.#edit = text === this.#live?.text ? null : text
    if (this.#edit !== null) this.#options.tell({ kind: 'edited', text })
  }

  async make(id: number, change: ConfigChange): Promise<void> {
    this.#options.tell({ kind: 'changed', id, result: await this.#inTurn(change) })
  }

  /** What is served now stays. */
  confirm(id: number): void {
    this.#reverting.cancel()
    const live = this.#tellLive({ ...this.#live!, revertsAtMs: null })
    this.#options.tell({ kind: 'changed', id, result: { kind: 'live', live, warnings: [] } })
  }

  close(): void {
    this.#reverting.cancel()
  }

  async #takeBack(text: string): Promise<void> {
    const { log, file } = this.#options
    const result = await this.#inTurn({ ...AUTO_REVERT, text })
    if (result.kind === 'live') return
    const reason = result.kind === 'rejected' ? result.reason : result.problems[0]?.message
    log.error('the change could not be taken back and serves on', { file, reason: reason ?? '' })
  }

  #inTurn(change: ConfigChange): Promise<ChangeResult> {
    const result = this.#queue.then(() => this.#change(change))
    this.#queue = result.catch(() => undefined)
    return result
  }

  async #change(change: ConfigChange): Promise<ChangeResult> {
    const { text, confirmWithinMs } = change
    const { file, load, apply } = this.#options
    // What the file cannot be made to say would be forgotten at the next start.
    const problem = writeProblem(file)
    if (problem !== null)
      return { kind: 'rejected', reason: `the file is not ours to write: ${problem}` }
    const before = this.#live
    if (before?.text === text) return this.#keep(before, confirmWithinMs)
    const loaded = await load(text)
    if (loaded.kind === 'refused') return { kind: 'refused', problems: loaded.problems }
    const applied = await apply(loaded)
    if ('reason' in applied) return { kind: 'rejected', reason: applied.reason }
    if (confirmWithinMs === null) this.#reverting.cancel()
    else if (before !== null) this.#reverting.arm(before.text, confirmWithinMs)
    this.#write(text)
    return { kind: 'live', live: this.#now(change, applied.serial), warnings: loaded.warnings }
  }

  /** It is served already: but the file may say something else, and a change may wait that is to stay. */
  #keep(live: LiveConfig, confirmWithinMs: number | null): ChangeResult {
    if (confirmWithinMs === null) this.#reverting.cancel()
    this.#write(live.text)
    return { kind: 'live', live: this.#now(live, live.serial), warnings: [] }
  }

  #now(
    { text, author, origin, message }: Omit<ConfigChange, 'confirmWithinMs'>,
    serial: number,
  ): LiveConfig {
    const revertsAtMs = this.#reverting.atMs
    return this.#tellLive({ serial, text, author, origin, message, revertsAtMs })
  }

  #write(text: string): void {
    const { file, log } = this.#options
    this.#edit = null
    try {
      writeConfig(file, text)
    } catch (error) {
      const said = { file, error: errorMessage(error) }
      log.error('the configuration is served but could not be written to its file', said)
    }
  }

  #tellLive(live: LiveConfig): LiveConfig {
    this.#live = live
    this.#options.tell({ kind: 'live', ...live })
    return live
  }
}
