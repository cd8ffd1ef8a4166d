// The supervisor's line to its control process, which is there from the first configuration on.

import { fork } from 'node:child_process'
import { Workers, type WorkerHandle } from './control/workers.ts'
import type { FromControl, ToControl } from './messages.ts'
import type { Clock } from '../sidecar/runtime/clock.ts'
import type { Log } from '../sidecar/telemetry/log.ts'

/** Workers are numbered from 1. */
export const CONTROL_ID = 0
const DRAIN_MS = 2000

export interface ControlLinkOptions {
  readonly clock: Clock
  readonly log: Log
  /** The program of the process. */
  readonly program: string
  /** What a control that begins must know. */
  readonly greeting: () => readonly ToControl[]
  readonly hear: (message: FromControl) => void
  readonly onGone: () => void
}

export class ControlLink {
  readonly #options: ControlLinkOptions
  #process: Workers<ToControl> | null = null

  constructor(options: ControlLinkOptions) {
    this.#options = options
  }

  /** As `Workers.live`: one id, or none. */
  live(): number[] {
    return this.#process?.live() ?? []
  }

  /** Does nothing where it was started before. */
  start(): void {
    const { clock, log, program, greeting, hear, onGone } = this.#options
    this.#process ??= new Workers<ToControl>({
      what: 'control',
      count: 1,
      clock,
      log,
      spawn: () => spawn(program),
      greeting,
      ping: { kind: 'ping' },
      onMessage: (_, message) => hear(message as FromControl),
      onGone,
    })
  }

  /** Nobody hears it while there is no control; the greeting of the next one says it all. */
  tell(message: ToControl): void {
    this.#process?.tellAll(message)
  }

  /** It ends by itself: another takes its place. */
  replace(): void {
    this.#process?.replace(CONTROL_ID)
  }

  async end(): Promise<void> {
    await this.#process?.end({ kind: 'drain', graceMs: DRAIN_MS }, DRAIN_MS)
  }
}

function spawn(program: string): WorkerHandle {
  const child = fork(program, [], { execArgv: [] })
  return {
    id: CONTROL_ID,
    process: child,
    send: (message) => void child.send(message as object),
    isConnected: () => child.connected,
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
  }
}
