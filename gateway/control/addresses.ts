// Whether the addresses of a plan can be bound, tried before any worker is told.

import { createServer } from 'node:net'
import type { ListenerPlan } from '../config/plan.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import { listen } from '../../sidecar/runtime/listen.ts'

/**
 * Why the first address that is new in `wanted` cannot be bound, or null where all can. A worker must not find out: the
 * cluster module keeps a handle that failed, and trying it again ends the process.
 */
export async function firstTaken(
  wanted: readonly ListenerPlan[],
  bound: readonly ListenerPlan[],
): Promise<string | null> {
  const known = new Set(bound.map(addressOf))
  for (const listener of wanted) {
    if (listener.port === 0 || known.has(addressOf(listener))) continue
    const probe = createServer()
    try {
      await listen(probe, listener.port, listener.host)
    } catch (error) {
      return `listener ${listener.name}: ${errorMessage(error)}${ownHolder(listener, bound)}`
    }
    await new Promise((resolve) => probe.close(resolve))
  }
  return null
}

function addressOf({ host, port }: ListenerPlan): string {
  return `${host} ${port}`
}

/** The same port on another address of this gateway: it cannot be taken over without letting it go first. */
function ownHolder(listener: ListenerPlan, bound: readonly ListenerPlan[]): string {
  const holder = bound.find(({ port }) => port === listener.port)
  if (holder === undefined) return ''
  return ` (our own listener ${holder.name} holds that port on ${holder.host}: take another port, or restart)`
}
