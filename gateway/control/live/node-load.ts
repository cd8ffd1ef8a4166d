// How busy the workers of this node are: each as it last told, and all together over time.

import type { LimitStoreState, WorkerLoad } from '../../decide/live-state.ts'
import { SHAPES, type Window } from './windows.ts'

/** A worker that is silent for so long is not counted any more. */
export const SILENT_MS = 10_000
/** And after so long it is forgotten: another has taken its place. */
const FORGET_MS = 60_000

export interface ToldLoad extends Omit<WorkerLoad, 'requests' | 'overMs'> {
  readonly worker: number
  /** Since it told. */
  readonly ageMs: number
}

/** Told loads that the rate is taken from: ten seconds. */
const RATE_LOADS = 10

/** All workers together: delay and share of the busiest, sums of the rest. */
export interface LoadPoint {
  readonly atMs: number
  readonly loopDelayMs: number
  readonly utilization: number
  readonly sockets: number
  readonly inFlight: number
  readonly egressInFlight: number
  readonly rssBytes: number
}

interface Heard {
  readonly load: WorkerLoad
  /** The latest, oldest first. */
  readonly counts: readonly Pick<WorkerLoad, 'requests' | 'overMs'>[]
  readonly atMs: number
}

/** From the best to the worst. */
const STORE_STATES: readonly LimitStoreState[] = ['normal', 'recovery', 'suspect', 'degraded']

export class NodeLoad {
  readonly #byWorker = new Map<number, Heard>()
  readonly #byWindow: Readonly<Record<Window, (LoadPoint | undefined)[]>> = {
    '5m': [],
    '1h': [],
    '24h': [],
  }

  /** `nowMs`: wall clock. */
  hear(worker: number, load: WorkerLoad, nowMs: number): void {
    const before = this.#byWorker.get(worker)?.counts ?? []
    const counts = [...before, load].slice(-RATE_LOADS)
    this.#byWorker.set(worker, { load, counts, atMs: nowMs })
    for (const [id, { atMs }] of this.#byWorker) {
      if (nowMs - atMs > FORGET_MS) this.#byWorker.delete(id)
    }
    const total = this.#total(nowMs)
    for (const [window, points] of Object.entries(this.#byWindow)) {
      const { stepMs, slots } = SHAPES[window as Window]
      const atMs = Math.floor(nowMs / stepMs) * stepMs
      const slot = (atMs / stepMs) % slots
      const known = points[slot]
      points[slot] = known?.atMs === atMs ? larger(known, total) : { atMs, ...total }
    }
  }

  /** By number; those that were silent for a minute are not among them. */
  workers(nowMs: number): readonly ToldLoad[] {
    return [...this.#byWorker]
      .map(([worker, { load, atMs }]) => {
        const { requests: _, overMs: __, ...now } = load
        return { worker, ageMs: nowMs - atMs, ...now }
      })
      .filter(({ ageMs }) => ageMs <= FORGET_MS)
      .toSorted((a, b) => a.worker - b.worker)
  }

  /** Requests of the edge that ended in a second, over the last ten; null: no worker has told. */
  perSecond(nowMs: number): number | null {
    const heard = [...this.#byWorker.values()].filter(({ atMs }) => nowMs - atMs <= SILENT_MS)
    if (heard.length === 0) return null
    return heard.reduce((sum, { counts }) => {
      const requests = counts.reduce((total, one) => total + one.requests, 0)
      const overMs = counts.reduce((total, one) => total + one.overMs, 0)
      return sum + (requests * 1000) / overMs
    }, 0)
  }

  /** As the worst off of the workers sees it; null where no store is shared, or none has told. */
  limitStore(nowMs: number): LimitStoreState | null {
    const states = this.#live(nowMs).map(({ limitStore }) => limitStore)
    return STORE_STATES.findLast((state) => states.includes(state)) ?? null
  }

  /** Oldest first. */
  points(window: Window, nowMs: number): readonly LoadPoint[] {
    const { stepMs, slots } = SHAPES[window]
    const oldestMs = (Math.floor(nowMs / stepMs) - slots) * stepMs
    return this.#byWindow[window]
      .filter((point) => point !== undefined && point.atMs > oldestMs)
      .toSorted((a, b) => a!.atMs - b!.atMs) as LoadPoint[]
  }

  #live(nowMs: number): readonly WorkerLoad[] {
    return [...this.#byWorker.values()]
      .filter(({ atMs }) => nowMs - atMs <= SILENT_MS)
      .map(({ load }) => load)
  }

  #total(nowMs: number): Omit<LoadPoint, 'atMs'> {
    const loads = this.#live(nowMs)
    const sum = (value: (load: WorkerLoad) => number): number =>
      loads.reduce((total, load) => total + value(load), 0)
    return {
      loopDelayMs: Math.max(0, ...loads.map(({ loopDelayMs }) => loopDelayMs)),
      utilization: Math.max(0, ...loads.map(({ utilization }) => utilization)),
      sockets: sum(({ sockets }) => sockets),
      inFlight: sum(({ inFlight }) => inFlight),
      egressInFlight: sum(({ egressInFlight }) => egressInFlight),
      rssBytes: sum(({ rssBytes }) => rssBytes),
    }
  }
}

function larger(a: LoadPoint, b: Omit<LoadPoint, 'atMs'>): LoadPoint {
  return {
    atMs: a.atMs,
    loopDelayMs: Math.max(a.loopDelayMs, b.loopDelayMs),
    utilization: Math.max(a.utilization, b.utilization),
    sockets: Math.max(a.sockets, b.sockets),
    inFlight: Math.max(a.inFlight, b.inFlight),
    egressInFlight: Math.max(a.egressInFlight, b.egressInFlight),
    rssBytes: Math.max(a.rssBytes, b.rssBytes),
  }
}
