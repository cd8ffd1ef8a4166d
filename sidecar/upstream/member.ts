// One endpoint as balancing sees it: where its requests go, how fast it answers, whether it may be asked.

import { CLOSED } from './breaker.ts'
import type { BreakerState } from './breaker.ts'
import { PeakEwma } from './peak-ewma.ts'
import type { Transport } from './transport.ts'

export class Member {
  /** For access records and messages. */
  readonly name: string
  readonly transport: Transport
  readonly latency: PeakEwma
  /** Relative to the others; > 0. */
  weight = 1
  /** False: asked only while no healthy one is left. */
  healthy = true
  breaker: BreakerState = CLOSED
  inFlight = 0

  /** `nowMs`: monotonic. */
  constructor(name: string, transport: Transport, nowMs: number) {
    this.name = name
    this.transport = transport
    this.latency = new PeakEwma(nowMs)
  }

  /** What one more request would have to wait for, in a measure that compares members. */
  load(nowMs: number): number {
    return (this.latency.at(nowMs) * (this.inFlight + 1)) / this.weight
  }
}
