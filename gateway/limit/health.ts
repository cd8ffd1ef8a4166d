// Whether a shard of the store can be asked: the states between a working store and one that is away.

/**
 * `normal`: asked freely. `suspect`: failed a moment ago; requests wait while one batch at a time tries again.
 * `degraded`: requests are decided without it, and it is probed. `recovery`: back, but what was admitted meanwhile is not
 * all reported yet.
 */
export type Health =
  | { readonly kind: 'normal' }
  | {
      readonly kind: 'suspect'
      readonly sinceMs: number
      readonly failures: number
      readonly retryAtMs: number
    }
  | {
      readonly kind: 'degraded'
      readonly sinceMs: number
      readonly failures: number
      readonly retryAtMs: number
    }
  | { readonly kind: 'recovery' }

export const NORMAL: Health = { kind: 'normal' }
const RECOVERY: Health = { kind: 'recovery' }

const MAX_SUSPECT_FAILURES = 3
/** The second question in a row without an answer: a quarter of a second after the first one. */
const MAX_SUSPECT_MS = 100
const FIRST_RETRY_MS = 10
const LONGEST_RETRY_MS = 1000

/** After a batch or probe failed at `nowMs`. `random`: 0 to 1. */
export function afterFailure(health: Health, nowMs: number, random: number): Health {
  switch (health.kind) {
    case 'normal': {
      const retryAtMs = nowMs + delay(1, random)
      return { kind: 'suspect', sinceMs: nowMs, failures: 1, retryAtMs }
    }
    case 'recovery':
      return { kind: 'degraded', sinceMs: nowMs, failures: 1, retryAtMs: nowMs + delay(4, random) }
    case 'suspect':
    case 'degraded': {
      const failures = health.failures + 1
      const isOver = failures >= MAX_SUSPECT_FAILURES || nowMs - health.sinceMs >= MAX_SUSPECT_MS
      const retryAtMs = nowMs + delay(failures, random)
      if (health.kind === 'suspect' && isOver) {
        return { kind: 'degraded', sinceMs: nowMs, failures, retryAtMs }
      }
      return { ...health, failures, retryAtMs }
    }
  }
}

/** After a batch or probe succeeded; `owes`: something admitted without the store is not reported yet. */
export function afterSuccess(health: Health, owes: boolean): Health {
  // A single request that was decided without it is no outage.
  return owes && health.kind !== 'normal' ? RECOVERY : NORMAL
}

function delay(failures: number, random: number): number {
  const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10))
  return ceiling * (0.5 + random / 2)
}
