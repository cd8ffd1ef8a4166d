// How busy this worker is, told to control every second whatever happens, so that silence means something.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { LiveAnswer } from '../decide/explain-messages.ts'
import type { WorkerLoad } from '../decide/live-state.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'

const TELL_MS = 1000
/** A coarse look is enough for what an operator acts on, and costs twenty wake-ups a second. */
const RESOLUTION_MS = 50

/** How late the event loop is, since it was last asked. */
export interface LoopProbe {
  take(): Pick<WorkerLoad, 'loopDelayMs' | 'utilization'>
  close(): void
}

export interface LoadMeterDeps {
  readonly clock: Clock
  readonly loop: LoopProbe
  readonly take: () => Omit<WorkerLoad, 'loopDelayMs' | 'utilization' | 'overMs'>
  readonly tell: (answer: LiveAnswer) => void
}

export class LoadMeter {
  readonly #deps: LoadMeterDeps
  #cancel = (): void => {}

  constructor(deps: LoadMeterDeps) {
    this.#deps = deps
    this.#tellLater()
  }

  close(): void {
    this.#cancel()
    this.#deps.loop.close()
  }

  #tellLater(): void {
    const { clock, loop, take, tell } = this.#deps
    const beganMs = clock.monotonicMs()
    this.#cancel = clock.after(TELL_MS, () => {
      const overMs = clock.monotonicMs() - beganMs
      tell({ kind: 'live-load', load: { overMs, ...loop.take(), ...take() } })
      this.#tellLater()
    })
  }
}

export function openLoopProbe(): LoopProbe {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  let before = performance.eventLoopUtilization()
  return {
    take() {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      // It counts from one look to the next, of which the pause in between was wanted.
      const loopDelayMs = Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS)
      delays.reset()
      return { loopDelayMs, utilization }
    },
    close: () => void delays.disable(),
  }
}
