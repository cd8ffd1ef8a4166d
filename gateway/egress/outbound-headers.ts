// The fields that leave: the caller's own, less everything that speaks about the inside, plus the configured credential.

import type { ExternalPlan } from '../allow/plan.ts'
import type { FlatHeaders } from '../../sidecar/upstream/transport.ts'

/** Identity and trace fields of meshes; admission has removed ours, `traceparent`, `baggage` and hop-by-hop ones. */
const INTERNAL = new Set(['b3', 'uber-trace-id', 'x-cloud-trace-context', 'x-amzn-trace-id'])
const INTERNAL_PREFIXES = ['x-mesh-', 'x-sallyport-', 'x-egress-', 'x-b3-', 'l5d-', 'uberctx-']

/** [name, value, …], lower-case names. `facts.headers`: as admission left them. */
export function outboundHeaders(
  headers: FlatHeaders,
  authority: string,
  external: ExternalPlan | null,
): FlatHeaders {
  const replaced = new Set(external?.headers.map(([name]) => name))
  const out = ['host', authority]
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    if (!replaced.has(name) && !isInternal(name)) out.push(name, headers[i + 1]!)
  }
  for (const [name, value] of external?.headers ?? []) out.push(name, value)
  return out
}

/** The external host's fields, less those in which only egress speaks. */
export function inboundHeaders(headers: FlatHeaders, requestId: string): FlatHeaders {
  const out: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase()
    if (name !== 'proxy-status' && name !== 'x-request-id') out.push(headers[i]!, headers[i + 1]!)
  }
  out.push('x-request-id', requestId)
  return out
}

function isInternal(name: string): boolean {
  return INTERNAL.has(name) || INTERNAL_PREFIXES.some((prefix) => name.startsWith(prefix))
}
