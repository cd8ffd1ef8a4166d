// The store that nodes share: there, near, willing to run scripts, keeping what it is given, and of one time with us.

import { errorMessage } from '../../../../sidecar/runtime/errors.ts'
import type { CheckContext, StoreAnswer } from '../check-context.ts'
import type { Finding } from '../check.ts'

/** A limit waits 50 ms at most before it decides alone. */
const SLOW_MS = 20
const SKEW_WARNING_MS = 1000
const SKEW_FAILED_MS = 5000

export async function checkStore({ plan, probes }: CheckContext): Promise<readonly Finding[]> {
  if (plan === null) return []
  if (plan.store.kind === 'embedded') {
    return [{ id: 'store.kind', status: 'ok', say: (t) => t.storeEmbedded() }]
  }
  try {
    const answer = await probes.askStore(plan.store)
    return [ping(answer), scripts(answer), eviction(answer), clock(answer)]
  } catch (error) {
    const reason = errorMessage(error)
    return [{ id: 'store.ping', status: 'failed', say: (t) => t.storeAway(reason) }]
  }
}

function ping({ pingMs }: StoreAnswer): Finding {
  const id = 'store.ping'
  const ms = pingMs.toFixed(1)
  return pingMs <= SLOW_MS
    ? { id, status: 'ok', say: (t) => t.storeGood(ms) }
    : { id, status: 'warning', say: (t) => t.storeSlow(ms) }
}

function scripts({ scriptProblem }: StoreAnswer): Finding {
  const id = 'store.scripts'
  return scriptProblem === null
    ? { id, status: 'ok', say: (t) => t.scriptsGood() }
    : { id, status: 'failed', say: (t) => t.scriptsRefused(scriptProblem) }
}

/** `volatile-…` throws only away what has an end anyway, which still counts somebody's requests. */
function eviction({ evictionPolicy }: StoreAnswer): Finding {
  const id = 'store.eviction'
  if (evictionPolicy === null) return { id, status: 'ok', say: (t) => t.evictionUnknown() }
  if (evictionPolicy === 'noeviction') return { id, status: 'ok', say: (t) => t.evictionGood() }
  const status = evictionPolicy.startsWith('allkeys') ? 'failed' : 'warning'
  return { id, status, say: (t) => t.evictionBad(evictionPolicy) }
}

function clock({ skewMs }: StoreAnswer): Finding {
  const id = 'store.clock'
  const off = Math.abs(Math.round(skewMs))
  if (off < SKEW_WARNING_MS) return { id, status: 'ok', say: (t) => t.clockGood(off) }
  const status = off < SKEW_FAILED_MS ? 'warning' : 'failed'
  return { id, status, say: (t) => t.clockOff(off) }
}
