// What a worker tells control of how it is and how the endpoints it calls are. Plain data: it crosses a pipe.

/** One worker, as of now; times since it last told. */
export interface WorkerLoad {
  /** How late timers came in the slowest hundredth of the time: what requests waited for the process, ms. */
  readonly loopDelayMs: number
  /** Share of the time in which it was busy, 0 to 1. */
  readonly utilization: number
  /** Requests of the edge that have ended. */
  readonly requests: number
  /** The time this is about. */
  readonly overMs: number
  /** Open connections of clients at the edge. */
  readonly sockets: number
  /** Requests under way at the edge. */
  readonly inFlight: number
  /** Tunnels and requests under way at egress. */
  readonly egressInFlight: number
  readonly rssBytes: number
  /** Of the store that all nodes share; null where there is none. */
  readonly limitStore: LimitStoreState | null
}

/** `normal`: asked freely; `suspect`: failed a moment ago; `degraded`: decided without it; `recovery`: just back. */
export type LimitStoreState = 'normal' | 'suspect' | 'degraded' | 'recovery'

/** One endpoint of a service as one worker's requests have shown it. */
export interface EndpointReport {
  readonly service: string
  /** URL, or `instance@address:port` of the mesh. */
  readonly endpoint: string
  readonly breaker: 'closed' | 'open' | 'half-open'
  readonly isDrained: boolean
  /** Upgraded connections too. */
  readonly inFlight: number
  /** Why its latest request got no answer; null where it got one. */
  readonly fault: { readonly text: string; readonly ageMs: number } | null
}

/** Endpoints of one answer; more are left out. */
export const MAX_REPORTED = 5000

/** No new request goes there. */
export type DrainedEndpoint = readonly [service: string, endpoint: string]

/** What one listener brought to one route since that was last told. */
export interface ListenerCounts {
  readonly listener: string
  readonly route: string
  readonly requests: number
  /** Status 400 to 499. */
  readonly refused: number
  /** Status 500 and above, or none at all. */
  readonly failed: number
}

/** The latest request of a route that was refused or went wrong. */
export interface RouteFailure {
  readonly route: string
  readonly id: string
  /** Wall clock. */
  readonly atMs: number
  /** 0: none was sent. */
  readonly status: number
  readonly reason: string
}
