// Changes of the configuration that come by the API: put to work first, then into the file, and taken back unless confirmed.

import type { LoadedConfig, LoadResult } from './config/load.ts'
import { writeConfig, writeProblem } from './config/write.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from './control/config/change.ts'
import { Reverting } from './control/config/reverting.ts'
import { ErrorGuard } from './control/releases/error-guard.ts'
import { checksumOf } from './control/revisions/revision.ts'
import type { CountRow } from './decide/explain-messages.ts'
import type { ToControl } from './messages.ts'
import type { Clock } from '../sidecar/runtime/clock.ts'
import { errorMessage } from '../sidecar/runtime/errors.ts'
import type { Log } from '../sidecar/telemetry/log.ts'

export interface ChangesOptions {
  readonly clock: Clock
  readonly log: Log
  readonly file: string
  /** `isUnchecked`: policy tests that fail refuse it. */
  readonly load: (text: string, isUnchecked: boolean) => Promise<LoadResult>
  /** Puts it to work on every process of this node: its number, or why not. */
  readonly apply: (loaded: LoadedConfig) => Promise<{ serial: number } | { reason: string }>
  readonly tell: (message: ToControl) => void
}

const FROM_FILE = { author: '', origin: 'file', message: '', revertsAtMs: null } as const
const AUTO_REVERT = { author: '', origin: 'auto-revert', confirmWithinMs: null } as const
const NOT_CONFIRMED = 'auto-reverted: the change before was not confirmed in time'
/** A guarded change that nobody has to confirm is watched for so long. */
const GUARDED_MS = 300_000

export class Changes {
  readonly #options: ChangesOptions
  readonly #reverting: Reverting
  readonly #guard: ErrorGuard
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
      void this.#takeBack({ ...AUTO_REVERT, text, message: NOT_CONFIRMED })
    })
    this.#guard = new ErrorGuard({
      clock,
      onBreach: (text, message) => {
        log.warn('requests fail since the change, and it is taken back', { file, reason: message })
        const { text: failing } = this.#live!
        void this.#takeBack({ ...AUTO_REVERT, text, message }, checksumOf(failing))
      },
      onEnd: () => {
        const { guard: _, ...live } = this.#live!
        this.#tellLive(live)
      },
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
    this.#stays()
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

  /** What a worker counted of its requests since it told last. */
  counted(rows: readonly CountRow[]): void {
    this.#guard.heard(rows)
  }

  /** What is served now stays. */
  confirm(id: number): void {
    this.#stays()
    const { guard: _, ...kept } = this.#live!
    const live = this.#tellLive({ ...kept, revertsAtMs: null })
    this.#options.tell({ kind: 'changed', id, result: { kind: 'live', live, warnings: [] } })
  }

  close(): void {
    this.#stays()
  }

  #stays(): void {
    this.#reverting.cancel()
    this.#guard.cancel()
  }

  /** `tookBack`: checksum of the text whose requests failed. */
  async #takeBack(change: ConfigChange, tookBack?: string): Promise<void> {
    const { log, file } = this.#options
    const result = await this.#inTurn(change, tookBack)
    if (result.kind === 'live') return
    const reason = result.kind === 'rejected' ? result.reason : result.problems[0]?.message
    log.error('the change could not be taken back and serves on', { file, reason: reason ?? '' })
  }

  #inTurn(change: ConfigChange, tookBack?: string): Promise<ChangeResult> {
    const result = this.#queue.then(() => this.#change(change, tookBack))
    this.#queue = result.catch(() => undefined)
    return result
  }

  async #change(change: ConfigChange, tookBack?: string): Promise<ChangeResult> {
    const { text, confirmWithinMs } = change
    const { file, load, apply } = this.#options
    // What the file cannot be made to say would be forgotten at the next start.
    const problem = writeProblem(file)
    if (problem !== null)
      return { kind: 'rejected', reason: `the file is not ours to write: ${problem}` }
    const before = this.#live
    // Somebody was faster than the guard: what failed is not what is served any more.
    if (tookBack !== undefined && before !== null && checksumOf(before.text) !== tookBack)
      return { kind: 'live', live: before, warnings: [] }
    if (before?.text === text) return this.#keep(before, confirmWithinMs)
    const loaded = await load(text, change.isUnchecked === true)
    if (loaded.kind === 'refused') return { kind: 'refused', problems: loaded.problems }
    const applied = await apply(loaded)
    if ('reason' in applied) return { kind: 'rejected', reason: applied.reason }
    this.#arm(change, before)
    this.#write(text)
    const live = this.#now(change, applied.serial, tookBack)
    return { kind: 'live', live, warnings: loaded.warnings }
  }

  #arm({ confirmWithinMs, guard }: ConfigChange, before: LiveConfig | null): void {
    this.#guard.cancel()
    if (confirmWithinMs === null) this.#reverting.cancel()
    if (before === null) return
    const back = this.#reverting.text ?? before.text
    if (confirmWithinMs !== null) this.#reverting.arm(back, confirmWithinMs)
    if (guard !== undefined) this.#guard.arm(guard, back, confirmWithinMs ?? GUARDED_MS)
  }

  /** It is served already: but the file may say something else, and a change may wait that is to stay. */
  #keep(live: LiveConfig, confirmWithinMs: number | null): ChangeResult {
    if (confirmWithinMs === null) this.#stays()
    this.#write(live.text)
    return { kind: 'live', live: this.#now(live, live.serial), warnings: [] }
  }

  #now(
    { text, author, origin, message }: Omit<ConfigChange, 'confirmWithinMs'>,
    serial: number,
    tookBack?: string,
  ): LiveConfig {
    const revertsAtMs = this.#reverting.atMs
    const { guard } = this.#guard
    const more = { ...(guard && { guard }), ...(tookBack !== undefined && { tookBack }) }
    return this.#tellLive({ serial, text, author, origin, message, revertsAtMs, ...more })
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
