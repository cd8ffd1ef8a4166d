// Whether the endpoints of the services take connections from here.

import type { ServicePlan } from '../../../../sidecar/upstream/plan.ts'
import type { CheckContext, Probes } from '../check-context.ts'
import type { Finding } from '../check.ts'
import { shortList } from './shown.ts'

/** A check is no port scan: beyond these it says how many it left out. */
const MAX_ENDPOINTS = 100

export async function checkUpstreams({ plan, probes }: CheckContext): Promise<readonly Finding[]> {
  const services = plan?.services ?? []
  const all = services.flatMap(({ endpoints }) => endpoints).length
  if (all === 0) return []
  let left = MAX_ENDPOINTS
  const tried = services.map((service) => {
    const endpoints = service.endpoints.slice(0, left)
    left -= endpoints.length
    return { ...service, endpoints }
  })
  const found = await Promise.all(tried.map((service) => checkService(service, probes)))
  const wrong = found.filter((finding) => finding !== null)
  const id = 'upstreams.reachable'
  if (all > MAX_ENDPOINTS) {
    wrong.push({ id, status: 'ok', say: (t) => t.upstreamsSkipped(all, MAX_ENDPOINTS) })
  }
  return wrong.length > 0 ? wrong : [{ id, status: 'ok', say: (t) => t.upstreamsGood(all) }]
}

async function checkService(
  { name, endpoints }: ServicePlan,
  { tryToConnect }: Probes,
): Promise<Finding | null> {
  const reasons = await Promise.all(
    endpoints.map(async ({ url, host, port }) => {
      const reason = await tryToConnect(host, port)
      return reason === null ? null : `${url} (${reason})`
    }),
  )
  const silent = reasons.filter((reason) => reason !== null)
  if (silent.length === 0) return null
  const id = `upstreams.${name}`
  const shown = shortList(silent)
  return silent.length < endpoints.length
    ? { id, status: 'warning', say: (t) => t.upstreamSome(name, shown) }
    : { id, status: 'failed', say: (t) => t.upstreamNone(name, shown) }
}
