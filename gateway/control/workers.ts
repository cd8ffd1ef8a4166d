// The worker processes: started, told, respawned with back-off when they die or hang, drained at the end.

import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'

/** One worker process, as much of it as is needed here. */
export interface WorkerHandle {
  readonly id: number
  readonly process: Pick<ChildProcess, 'pid' | 'kill'>
  send(message: unknown): void
  isConnected(): boolean
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (code: number | null, signal: string | null) => void): void
}

export interface WorkersOptions<Message> {
  /** What one of them is called in the log: `a worker`. */
  readonly what: string
  readonly count: number
  readonly clock: Clock
  readonly log: Log
  readonly spawn: () => WorkerHandle
  /** What a worker that joins must be told to catch up. */
  readonly greeting: () => readonly Message[]
  /** Told now and then; whoever says nothing for long after it hangs. */
  readonly ping: Message
  readonly onMessage: (worker: number, message: unknown) => void
  /** A worker is gone, for whatever reason. */
  readonly onGone: () => void
}

const FIRST_DELAY_MS = 100
const LAST_DELAY_MS = 30_000
/** A worker that lived this long is not part of a crash loop. */
const STABLE_MS = 30_000
const PING_MS = 2000
/** A worker that leaves so many pings unanswered will not do anything any more; one that begins reads its program first. */
const MAX_UNANSWERED = 5
const MAX_UNANSWERED_AT_START = 15

interface Slot {
  worker: WorkerHandle | null
  startedAtMs: number
  delayMs: number
  cancelRespawn: () => void
  /** Pings since it said anything: counted and not timed, for we may have been stopped ourselves. */
  unanswered: number
  hasSpoken: boolean
}

export class Workers<Message> {
  readonly #options: WorkersOptions<Message>
  readonly #slots: Slot[] = []
  /** Workers that end by themselves and were replaced; each lives for its grace period at most. */
  readonly #leaving = new Set<WorkerHandle>()
  #ending = false
  #cancelPing = (): void => {}
  #onAllGone: (() => void) | null = null

  constructor(options: WorkersOptions<Message>) {
    this.#options = options
    for (let i = 0; i < options.count; i++) {
      const slot: Slot = {
        worker: null,
        startedAtMs: 0,
        delayMs: FIRST_DELAY_MS,
        cancelRespawn: () => {},
        unanswered: 0,
        hasSpoken: false,
      }
      this.#slots.push(slot)
      this.#start(slot)
    }
    this.#schedulePing()
  }

  /** Ids of the workers that live now. */
  live(): number[] {
    const ids: number[] = []
    for (const { worker } of this.#slots) if (worker?.isConnected() === true) ids.push(worker.id)
    return ids
  }

  tell(id: number, message: Message): void {
    const worker = this.#slots.find((slot) => slot.worker?.id === id)?.worker
    if (worker?.isConnected() === true) worker.send(message)
  }

  tellAll(message: Message): void {
    for (const { worker } of this.#slots) if (worker?.isConnected() === true) worker.send(message)
  }

  /** A worker that ends by itself, while it finishes what it has: another takes its place now. */
  replace(id: number): void {
    const slot = this.#slots.find(({ worker }) => worker?.id === id)
    if (slot === undefined || slot.worker === null || this.#ending) return
    this.#leaving.add(slot.worker)
    slot.worker = null
    this.#restart(slot)
  }

  /** Tells every worker to drain and resolves when all are gone; those that take longer than `graceMs` + 5 s are killed. */
  async end(message: Message, graceMs: number): Promise<void> {
    this.#ending = true
    this.#cancelPing()
    for (const slot of this.#slots) slot.cancelRespawn()
    this.tellAll(message)
    const gone = new Promise<void>((resolve) => {
      this.#onAllGone = resolve
    })
    this.#checkAllGone()
    const cancel = this.#options.clock.after(graceMs + 5000, () => {
      for (const { worker } of this.#slots) worker?.process.kill('SIGKILL')
      for (const worker of this.#leaving) worker.process.kill('SIGKILL')
    })
    await gone
    cancel()
  }

  #start(slot: Slot): void {
    const { clock, spawn, greeting, onMessage } = this.#options
    const worker = spawn()
    slot.worker = worker
    slot.startedAtMs = clock.monotonicMs()
    slot.unanswered = 0
    slot.hasSpoken = false
    worker.onMessage((message) => {
      if (slot.worker === worker) {
        slot.unanswered = 0
        slot.hasSpoken = true
      }
      onMessage(worker.id, message)
    })
    worker.onExit((code, signal) => this.#exited(slot, worker, code, signal))
    for (const message of greeting()) worker.send(message)
  }

  #schedulePing(): void {
    this.#cancelPing = this.#options.clock.after(PING_MS, () => {
      for (const slot of this.#slots) this.#ping(slot)
      this.#schedulePing()
    })
  }

  #ping(slot: Slot): void {
    const { worker } = slot
    if (worker?.isConnected() !== true) return
    const most = slot.hasSpoken ? MAX_UNANSWERED : MAX_UNANSWERED_AT_START
    slot.unanswered += 1
    if (slot.unanswered > most) {
      const { what, log } = this.#options
      log.error(`${what} hangs and is killed`, { worker: worker.id, pid: worker.process.pid ?? 0 })
      worker.process.kill('SIGKILL')
    } else worker.send(this.#options.ping)
  }

  #exited(slot: Slot, worker: WorkerHandle, code: number | null, signal: string | null): void {
    const { what, log, onGone } = this.#options
    const left = this.#leaving.delete(worker)
    if (slot.worker === worker) slot.worker = null
    onGone()
    this.#checkAllGone()
    if (left || this.#ending) return
    log.error(`${what} died`, {
      worker: worker.id,
      pid: worker.process.pid ?? 0,
      code: code ?? -1,
      signal: signal ?? '',
    })
    this.#restart(slot)
  }

  #restart(slot: Slot): void {
    const { what, clock, log } = this.#options
    const livedMs = clock.monotonicMs() - slot.startedAtMs
    slot.delayMs = livedMs >= STABLE_MS ? FIRST_DELAY_MS : Math.min(slot.delayMs * 2, LAST_DELAY_MS)
    log.info(`${what} is started in place of one that ended`, { inMs: slot.delayMs })
    slot.cancelRespawn = clock.after(slot.delayMs, () => this.#start(slot))
  }

  #checkAllGone(): void {
    if (!this.#ending || this.#leaving.size > 0) return
    if (this.#slots.every(({ worker }) => worker === null)) this.#onAllGone?.()
  }
}
