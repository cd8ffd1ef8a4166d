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
  /** One change at a time. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: ChangesOptions) {
    const { clock, log, file } = options
    this.#options = options
    this.#reverting = new Reverting(clock, (text) => {
      log.warn('the change was not confirmed and is taken back', { file })
      void this.#inTurn({ ...AUTO_REVERT, text })
    })
  }

  /** For a control that begins. */
  greeting(): readonly ToControl[] {
    return this.#live === null ? [] : [{ kind: 'live', ...this.#live }]
  }

  /** The file itself was edited and is served: whoever did that has seen what was there, and means what it says now. */
  edited(serial: number, text: string): void {
    this.#reverting.cancel()
    // What we wrote ourselves comes back as an edit that changes nothing.
    if (this.#live?.text !== text) this.#tellLive({ ...FROM_FILE, serial, text })
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

  #inTurn(change: ConfigChange): Promise<ChangeResult> {
    const result = this.#queue.then(() => this.#change(change))
    this.#queue = result.catch(() => undefined)
    return result
  }

  async #change({
    text,
    author,
    origin,
    message,
    confirmWithinMs,
  }: ConfigChange): Promise<ChangeResult> {
    const { file, load, apply } = this.#options
    // What the file cannot be made to say would be forgotten at the next start.
    const problem = writeProblem(file)
    if (problem !== null)
      return { kind: 'rejected', reason: `the file is not ours to write: ${problem}` }
    const before = this.#live
    const loaded = await load(text)
    if (loaded.kind === 'refused') return { kind: 'refused', problems: loaded.problems }
    const applied = await apply(loaded)
    if ('reason' in applied) return { kind: 'rejected', reason: applied.reason }
    if (confirmWithinMs === null) this.#reverting.cancel()
    else if (before !== null) this.#reverting.arm(before.text, confirmWithinMs)
    this.#write(text)
    const { serial } = applied
    const revertsAtMs = this.#reverting.atMs
    const live = this.#tellLive({ serial, text, author, origin, message, revertsAtMs })
    return { kind: 'live', live, warnings: loaded.warnings }
  }

  #write(text: string): void {
    const { file, log } = this.#options
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
