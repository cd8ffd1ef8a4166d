// How an endpoint is, in one word with its reason, from everything that is known of it: a pure function.

import type { EndpointReport } from '../../decide/live-state.ts'
import type { InstanceView } from '../mesh/registry.ts'
import type { ProbeResult } from './probes.ts'

/**
 * `drained`: an operator keeps it from new requests; `ejected`: its breaker is open; `trying`: one request finds out
 * whether it works again; `failing`: the latest request got no answer, or most were answered 5xx; `unreachable`: it cannot be connected to;
 * `away`: its sidecar is well and its app is not; `silent`: its sidecar is not heard of; `leaving`, `starting`: as its
 * sidecar says; `unknown`: nobody has called it or looked.
 */
export const ENDPOINT_STATES = [
  'well',
  'unknown',
  'starting',
  'drained',
  'leaving',
  'trying',
  'failing',
  'ejected',
  'unreachable',
  'away',
  'silent',
] as const
export type EndpointState = (typeof ENDPOINT_STATES)[number]

export interface Known {
  readonly isDrained: boolean
  /** One of each worker. */
  readonly reports: readonly EndpointReport[]
  readonly check: ProbeResult | null
  /** null: it is none of the mesh. */
  readonly instance: Pick<InstanceView, 'status' | 'healthy' | 'suspect' | 'silentMs'> | null
  /** In the last five minutes. */
  readonly requests: number
  readonly failed: number
  /** Wall clock. */
  readonly nowMs: number
}

/** Fewer say nothing. */
const MANY_FAILED = 10
/** A sidecar is heard of every 5 s ± 10 %: after this a beat is missing, and its lease has 8 s left. */
const QUIET_MS = 7000

interface Said {
  readonly state: EndpointState
  readonly reason: string
}

export function endpointState(known: Known): Said {
  const { isDrained, reports, check, requests, failed, nowMs } = known
  const fault = latestFault(reports)
  const reason = fault?.text ?? ''
  if (isDrained) return { state: 'drained', reason }
  const registered = ofRegistry(known, reason)
  if (registered !== null) return registered
  if (reports.some(({ breaker }) => breaker === 'open')) {
    return { state: 'ejected', reason: reason || 'it failed several times in a row' }
  }
  if (reports.some(({ breaker }) => breaker === 'half-open')) return { state: 'trying', reason }
  // Whichever is the later one has the last word.
  const isLookedAtLater = check !== null && (fault === null || check.atMs > nowMs - fault.ageMs)
  if (isLookedAtLater && check.fault !== null) {
    return { state: 'unreachable', reason: check.fault }
  }
  if (fault !== null && !isLookedAtLater) return { state: 'failing', reason }
  if (failed >= MANY_FAILED && failed * 2 > requests) {
    return { state: 'failing', reason: `${failed} of ${requests} requests failed in five minutes` }
  }
  const isWell = check !== null || requests > failed || known.instance !== null
  return { state: isWell ? 'well' : 'unknown', reason: '' }
}

/** null where its sidecar says nothing bad. `fault`: what callers heard last; or empty. */
function ofRegistry({ instance }: Known, fault: string): Said | null {
  if (instance === null) return null
  const { status, healthy, suspect, silentMs } = instance
  if (suspect || silentMs > QUIET_MS) {
    return { state: 'silent', reason: fault || `not heard of for ${Math.round(silentMs / 1000)} s` }
  }
  if (status === 'starting') return { state: 'starting', reason: '' }
  if (status === 'draining') return { state: 'leaving', reason: 'its sidecar ends' }
  if (status === 'down' || !healthy) {
    return { state: 'away', reason: 'its app does not answer its sidecar' }
  }
  return null
}

function latestFault(reports: readonly EndpointReport[]): EndpointReport['fault'] {
  let latest: EndpointReport['fault'] = null
  for (const { fault } of reports) {
    if (fault !== null && (latest === null || fault.ageMs < latest.ageMs)) latest = fault
  }
  return latest
}
