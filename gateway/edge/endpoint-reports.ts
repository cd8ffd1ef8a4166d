// How the endpoints that this worker calls are, and which of them an operator keeps from new requests.

import { MAX_REPORTED, type DrainedEndpoint, type EndpointReport } from '../decide/live-state.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { EndpointStatus } from '../../sidecar/upstream/cluster.ts'
import type { Drained } from '../../sidecar/upstream/services.ts'

type ByService = ReadonlyMap<string, readonly EndpointStatus[]>

/** At most MAX_REPORTED. */
export function endpointReports(
  clock: Pick<Clock, 'monotonicMs'>,
  ...all: readonly ByService[]
): readonly EndpointReport[] {
  const nowMs = clock.monotonicMs()
  const reports: EndpointReport[] = []
  for (const byService of all) {
    for (const [service, endpoints] of byService) {
      for (const { name, breaker, drained, inFlight, fault } of endpoints) {
        if (reports.length >= MAX_REPORTED) return reports
        reports.push({
          service,
          endpoint: name,
          breaker,
          isDrained: drained,
          inFlight,
          fault: fault === null ? null : { text: fault.text, ageMs: nowMs - fault.atMs },
        })
      }
    }
  }
  return reports
}

export function drainedByService(drained: readonly DrainedEndpoint[]): Drained {
  const byService = Map.groupBy(drained, ([service]) => service)
  return new Map(
    [...byService].map(([service, entries]) => [
      service,
      new Set(entries.map(([, endpoint]) => endpoint)),
    ]),
  )
}
