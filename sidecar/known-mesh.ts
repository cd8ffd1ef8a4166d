// What control has told this sidecar last: kept on disk, put to work in one step, and known to be stale where control is away.

import type { Renewal } from './identity/renewal.ts'
import type { AuthorizationRule } from './policy/authorization-rule.ts'
import type { Clock } from './runtime/clock.ts'
import { errorMessage } from './runtime/errors.ts'
import type { ControlClient, WatchState } from './snapshot/control-client.ts'
import { loadSnapshot, saveSnapshot } from './snapshot/snapshot-file.ts'
import type { Snapshot } from './snapshot/snapshot.ts'
import type { Log } from './telemetry/log.ts'

/** Snapshots that come in a burst are written once. */
const SAVE_DELAY_MS = 1000

export interface KnownMeshDeps {
  readonly client: Pick<ControlClient, 'watch'>
  readonly renewal: Pick<Renewal, 'update' | 'trust'>
  readonly clock: Clock
  readonly log: Log
  /** Where the last good snapshot is kept; null: nowhere. */
  readonly file: string | null
  /** A snapshot is in force from this moment on. */
  readonly onSnapshot: (snapshot: Snapshot) => void
}

export class KnownMesh {
  readonly #deps: KnownMeshDeps
  readonly #first = Promise.withResolvers<void>()
  #snapshot: Snapshot | null = null
  #source: 'none' | 'disk' | 'control' = 'none'
  #state: WatchState = { kind: 'connecting' }
  /** Monotonic; when control was last known to be there. */
  #heardAtMs: number
  #endWatch = (): void => {}
  #cancelSave: (() => void) | null = null

  constructor(deps: KnownMeshDeps) {
    this.#deps = deps
    this.#heardAtMs = deps.clock.monotonicMs()
  }

  /** Resolves once there is a snapshot; from the disk where control does not have one for us at once. */
  start(): Promise<void> {
    const { client, file } = this.#deps
    if (file !== null) this.#load(file)
    this.#endWatch = client.watch(
      (snapshot) => this.#received(snapshot),
      (state) => this.#stateChanged(state),
    )
    return this.#first.promise
  }

  get current(): Snapshot | null {
    return this.#snapshot
  }

  get rules(): readonly AuthorizationRule[] {
    return this.#snapshot?.authorize ?? []
  }

  /** How long control has not been heard, ms; 0 while it is. */
  get staleMs(): number {
    return this.#state.kind === 'connected' ? 0 : this.#deps.clock.monotonicMs() - this.#heardAtMs
  }

  /** For the admin port. */
  describe(): Readonly<Record<string, unknown>> {
    const { kind } = this.#state
    const reason = this.#state.kind === 'stale' ? { reason: this.#state.reason } : {}
    return {
      source: this.#source,
      control: { state: kind, staleSeconds: Math.round(this.staleMs / 1000), ...reason },
      snapshot: this.#snapshot,
    }
  }

  close(): void {
    this.#endWatch()
    if (this.#cancelSave !== null) this.#save()
  }

  /** Whom to believe comes fresh with every certificate; of the disk's word only names, places and rules are taken. */
  #load(file: string): void {
    const { log, renewal } = this.#deps
    const stored = loadSnapshot(file)
    if (stored.kind === 'refused') {
      log.warn('the snapshot on disk is not used', { file, problem: stored.problem })
    }
    if (stored.kind !== 'snapshot') return
    if (stored.snapshot.trust.trustDomain !== renewal.trust.trustDomain) {
      log.warn('the snapshot on disk is of another mesh', { file })
      return
    }
    this.#use(stored.snapshot, 'disk')
  }

  #received(snapshot: Snapshot): void {
    const { renewal, log } = this.#deps
    try {
      renewal.update(snapshot.trust, snapshot.revocations)
    } catch (error) {
      const { revision } = snapshot
      log.error('a snapshot of control is not used', { revision, error: errorMessage(error) })
      return
    }
    this.#use(snapshot, 'control')
    if (this.#deps.file === null) return
    this.#cancelSave ??= this.#deps.clock.after(SAVE_DELAY_MS, () => this.#save())
  }

  #use(snapshot: Snapshot, source: 'disk' | 'control'): void {
    this.#snapshot = snapshot
    this.#source = source
    this.#deps.onSnapshot(snapshot)
    this.#first.resolve()
  }

  #save(): void {
    const { file, log } = this.#deps
    this.#cancelSave?.()
    this.#cancelSave = null
    if (file === null || this.#snapshot === null) return
    try {
      saveSnapshot(file, this.#snapshot)
    } catch (error) {
      log.warn('the snapshot could not be kept', { file, error: errorMessage(error) })
    }
  }

  #stateChanged(state: WatchState): void {
    const { log, clock } = this.#deps
    const before = this.#state.kind
    if (before === 'connected' && state.kind !== 'connected') this.#heardAtMs = clock.monotonicMs()
    // While connections are tried in vain, it stays as stale as it was.
    if (state.kind === 'connecting' && before === 'stale') return
    this.#state = state
    if (state.kind === 'stale' && before !== 'stale') {
      log.warn('control is away; the last snapshot stays in force', {
        reason: state.reason,
        revision: this.#snapshot?.revision ?? null,
      })
    }
    if (state.kind === 'connected' && before === 'stale') log.info('control is back')
  }
}
