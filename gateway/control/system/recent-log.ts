// The latest lines of control's own log, for a diagnostics bundle.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log, LogFields } from '../../../sidecar/telemetry/log.ts'

const MAX_LINES = 500
const MAX_LINE_CHARACTERS = 2000

/** Writes to another log, and remembers. */
export class RecentLog implements Log {
  readonly #log: Log
  readonly #clock: Pick<Clock, 'wallMs'>
  /** Oldest first, at most {@link MAX_LINES}. */
  readonly #lines: string[] = []

  constructor(log: Log, clock: Pick<Clock, 'wallMs'>) {
    this.#log = log
    this.#clock = clock
  }

  get lines(): readonly string[] {
    return this.#lines
  }

  info(message: string, fields?: LogFields): void {
    this.#keep('info', message, fields)
    this.#log.info(message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#keep('warn', message, fields)
    this.#log.warn(message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#keep('error', message, fields)
    this.#log.error(message, fields)
  }

  #keep(level: string, message: string, fields: LogFields = {}): void {
    const time = new Date(this.#clock.wallMs()).toISOString()
    const line = JSON.stringify({ time, level, message, ...fields })
    this.#lines.push(line.slice(0, MAX_LINE_CHARACTERS))
    if (this.#lines.length > MAX_LINES) this.#lines.shift()
  }
}
