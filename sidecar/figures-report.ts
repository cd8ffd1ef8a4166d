// Tells control every few seconds what this sidecar has counted: for people who look, so that nothing depends on it.

import type { Clock } from './runtime/clock.ts'
import { errorCode } from './runtime/errors.ts'
import type { ControlClient } from './snapshot/control-client.ts'
import type { Figures } from './snapshot/grant.ts'

const FIRST_MS = 2000
/** Control may want them more rarely, but no more rarely than that. */
const LONGEST_MS = 60_000
/** A control that does not know us (any more) does so after our next heartbeat. */
const RETRY_MS = 5000
/** Without anything new, only every so many times: enough to see that the sidecar is there. */
const QUIET_TURNS = 4

export interface FiguresReportDeps {
  readonly client: Pick<ControlClient, 'tellFigures'>
  readonly clock: Pick<Clock, 'after'>
  readonly take: () => Figures
}

export class FiguresReport {
  readonly #deps: FiguresReportDeps
  #cancel = (): void => {}
  #isClosed = false
  #quietTurns = 0

  constructor(deps: FiguresReportDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#arm(FIRST_MS)
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  /** What could not be told is left out: told late, it would look like a rush. Metrics keep the whole. */
  async #tell(): Promise<void> {
    const figures = this.#deps.take()
    const isQuiet = figures.rows.length === 0 && figures.running === 0
    if (isQuiet && ++this.#quietTurns < QUIET_TURNS) {
      this.#arm(FIRST_MS)
      return
    }
    this.#quietTurns = 0
    try {
      const { nextMs } = await this.#deps.client.tellFigures(figures)
      this.#arm(Math.min(LONGEST_MS, Math.max(FIRST_MS, nextMs)))
    } catch (error) {
      this.#arm(errorCode(error) === 'unknown_path' ? LONGEST_MS : RETRY_MS)
    }
  }

  #arm(delayMs: number): void {
    if (this.#isClosed) return
    this.#cancel = this.#deps.clock.after(delayMs, () => void this.#tell())
  }
}
