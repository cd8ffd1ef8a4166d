// The counters of one node for Prometheus: what its workers told, added up, so that they never count down.

import type { CountRow, LimitCounts } from '../../decide/explain-messages.ts'
import { GATEWAY_METRICS } from '../../../sidecar/telemetry/metric-names.ts'
import { Metrics, type Counter, type Histogram } from '../../../sidecar/telemetry/metrics.ts'

export interface NodeFigures {
  readonly workers: () => number
  readonly revision: () => number | null
}

export class NodeMetrics {
  readonly #metrics = new Metrics()
  readonly #requests: Counter
  readonly #seconds: Histogram
  readonly #bytes: Counter
  readonly #upstream: Counter
  readonly #egress: Counter
  readonly #egressBytes: Counter
  readonly #limits: Counter

  constructor({ workers, revision }: NodeFigures) {
    const names = GATEWAY_METRICS
    this.#requests = this.#metrics.counter(names.edgeRequests)
    this.#seconds = this.#metrics.histogram(names.edgeSeconds)
    this.#bytes = this.#metrics.counter(names.edgeBytes)
    this.#upstream = this.#metrics.counter(names.upstreamRequests)
    this.#egress = this.#metrics.counter(names.egressRequests)
    this.#egressBytes = this.#metrics.counter(names.egressBytes)
    this.#limits = this.#metrics.counter(names.limits)
    this.#metrics.gauge(names.workers, workers)
    this.#metrics.gauge(names.revision, revision)
  }

  add(row: CountRow): void {
    const { route, service, outcomes, bytesIn, bytesOut } = row
    const isEgress = row.plane === 'egress'
    const counter = isEgress ? this.#egress : this.#requests
    for (const [status, reason, count] of outcomes) {
      counter.add([route, service, String(status), reason], count)
    }
    const bytes = isEgress ? this.#egressBytes : this.#bytes
    if (bytesIn > 0) bytes.add([route, 'in'], bytesIn)
    if (bytesOut > 0) bytes.add([route, 'out'], bytesOut)
    if (isEgress) return
    this.#seconds.merge(row.buckets, row.sumMs, [route, service])
    for (const [endpoint, requests, failures] of row.instances) {
      if (requests > failures) this.#upstream.add([service, endpoint, 'ok'], requests - failures)
      if (failures > 0) this.#upstream.add([service, endpoint, 'failed'], failures)
    }
  }

  addLimits({ limit, ...outcomes }: LimitCounts): void {
    for (const [outcome, count] of Object.entries(outcomes)) {
      if (count > 0) this.#limits.add([limit, outcome], count)
    }
  }

  text(): string {
    return this.#metrics.text()
  }
}
