// This instance's place in the registry: registered, kept alive by heartbeats, and left in an orderly way.

import type { Clock } from './runtime/clock.ts'
import { errorMessage } from './runtime/errors.ts'
import type { ControlClient } from './snapshot/control-client.ts'
import type { Heartbeat, Registration as Instance } from './snapshot/grant.ts'
import type { Log } from './telemetry/log.ts'
import type { Counter } from './telemetry/metrics.ts'

const BEAT_MS = 5000
const JITTER = 0.1
/** After a failure; doubled with each up to the beat's own interval. */
const FIRST_PAUSE_MS = 250

export type RegistryClient = Pick<ControlClient, 'register' | 'heartbeat' | 'drain' | 'deregister'>

export interface RegistrationDeps {
  readonly client: RegistryClient
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly failures: Counter
  readonly healthy: () => boolean
}

/** `none`: control does not know us yet. Where it forgets us, the client registers anew by itself. */
type State = 'none' | 'registered' | 'leaving' | 'gone'

export class Registration {
  readonly #deps: RegistrationDeps
  readonly #instance: Instance
  #state: State = 'none'
  #hasLease = false
  #failed = 0
  #busy: Promise<void> = Promise.resolve()
  #cancel = (): void => {}

  constructor(instance: Instance, deps: RegistrationDeps) {
    this.#instance = instance
    this.#deps = deps
  }

  get registered(): boolean {
    return this.#state === 'registered'
  }

  /** Resolves after the first attempt, whether it worked or not: the next ones follow by themselves. */
  start(): Promise<void> {
    return this.#beat()
  }

  /** Tells control at once what has changed. */
  report(): Promise<void> {
    return this.#beat()
  }

  /** Tells control that nobody shall call any more. Never rejects. */
  async drain(): Promise<void> {
    this.#state = 'leaving'
    this.#cancel()
    await this.#busy
    if (!this.#hasLease) return
    await this.#try('drain', () => this.#deps.client.drain())
    this.#arm(BEAT_MS)
  }

  /** Never rejects: where control is away, the lease runs out. */
  async leave(): Promise<void> {
    this.#state = 'gone'
    this.#cancel()
    await this.#busy
    if (this.#hasLease) await this.#try('deregister', () => this.#deps.client.deregister())
  }

  #beat(): Promise<void> {
    this.#cancel()
    // One call at a time: a late heartbeat must not overtake what came after it.
    this.#busy = this.#busy.then(() => this.#beatNow())
    return this.#busy
  }

  async #beatNow(): Promise<void> {
    if (this.#state === 'gone') return
    if (this.#state === 'none') await this.#register()
    else await this.#try('heartbeat', () => this.#deps.client.heartbeat(this.#now()))
    const pauseMs = this.#failed === 0 ? BEAT_MS : FIRST_PAUSE_MS * 2 ** (this.#failed - 1)
    this.#arm(Math.min(BEAT_MS, pauseMs))
  }

  async #register(): Promise<void> {
    const { client, log } = this.#deps
    const { instance } = this.#instance
    const done = await this.#try('register', () => client.register(this.#instance, this.#now()))
    if (!done) return
    this.#hasLease = true
    if (this.#state === 'none') this.#state = 'registered'
    log.info('registered', { instance })
  }

  #now(): Heartbeat {
    const healthy = this.#deps.healthy()
    if (this.#state === 'leaving') return { healthy, status: 'draining' }
    return { healthy, status: healthy ? 'up' : 'down' }
  }

  async #try(call: string, task: () => Promise<unknown>): Promise<boolean> {
    const { failures, log } = this.#deps
    try {
      await task()
      if (this.#failed > 0) log.info('control answers again', { call })
      this.#failed = 0
      return true
    } catch (error) {
      failures.add([call])
      // Only the first of a row: control's absence is told by the watch as well.
      if (this.#failed++ === 0) {
        log.warn('control could not be told', { call, error: errorMessage(error) })
      }
      return false
    }
  }

  #arm(delayMs: number): void {
    if (this.#state === 'gone') return
    const { clock, random } = this.#deps
    this.#cancel()
    const jittered = delayMs * (1 - JITTER + 2 * JITTER * random())
    this.#cancel = clock.after(jittered, () => void this.#beat())
  }
}
