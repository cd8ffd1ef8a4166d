// The fields a client receives: the upstream's, less what the gateway owns, plus CORS, our rules and the request's id.

import type { CorsPolicy } from '../cors/plan.ts'
import type { HeaderRules } from '../route/plan.ts'
import type { FlatHeaders } from '../../sidecar/upstream/transport.ts'
import { setHeader } from './upstream-headers.ts'

export interface ResponseHeaderInput {
  readonly requestId: string
  /** The route's policy: with one, the gateway owns every Access-Control-* field. */
  readonly cors: CorsPolicy | null
  /** What @fastify/cors put on the reply. */
  readonly corsHeaders: FlatHeaders
  /** What our limits tell the caller, if anything; null: the route has none, and the upstream's fields of that kind pass. */
  readonly limitHeaders: FlatHeaders | null
  readonly rules: HeaderRules | null
  readonly setCookie: string | null
}

/** Every draft's names of the fields that tell of limits, and those that were common before. */
const LIMIT_FIELD = /^(?:x-)?rate-?limit(?:-|$)/

/** [name, value, …]; hop-by-hop fields were already removed by the transport. */
export function responseHeaders(upstream: FlatHeaders, input: ResponseHeaderInput): string[] {
  const headers: string[] = []
  const { cors, rules, limitHeaders } = input
  const limited = limitHeaders !== null
  let vary: string | null = null
  for (let i = 0; i < upstream.length; i += 2) {
    const name = upstream[i]!
    const value = upstream[i + 1]!
    // Most fields need no look: only these three first letters can matter here.
    const first = name.charCodeAt(0) | 0x20
    if (
      first === 0x78 ||
      (cors !== null && (first === 0x61 || first === 0x76)) ||
      (limited && first === 0x72) ||
      rules !== null
    ) {
      const lower = name.toLowerCase()
      if (lower === 'x-request-id' || rules?.remove.has(lower) === true) continue
      if (cors !== null && lower.startsWith('access-control-')) continue
      if (limited && LIMIT_FIELD.test(lower)) continue
      if (cors !== null && lower === 'vary') {
        vary = vary === null ? value : `${vary}, ${value}`
        continue
      }
    }
    headers.push(name, value)
  }
  headers.push('x-request-id', input.requestId, ...(limitHeaders ?? []))
  if (cors !== null) pushCors(headers, input.corsHeaders, vary)
  if (input.setCookie !== null) headers.push('set-cookie', input.setCookie)
  if (rules !== null) for (const { name, value } of rules.set) setHeader(headers, name, value)
  return headers
}

function pushCors(headers: string[], corsHeaders: FlatHeaders, upstreamVary: string | null): void {
  let vary = upstreamVary
  for (let i = 0; i < corsHeaders.length; i += 2) {
    if (corsHeaders[i] === 'vary') vary = mergeVary(vary, corsHeaders[i + 1]!)
    else headers.push(corsHeaders[i]!, corsHeaders[i + 1]!)
  }
  if (vary !== null) headers.push('vary', vary)
}

export function mergeVary(before: string | null, added: string): string {
  if (before === null || before.trim() === '') return added
  const names = before.split(',').map((name) => name.trim().toLowerCase())
  if (names.includes('*')) return '*'
  const missing = added
    .split(',')
    .map((name) => name.trim())
    .filter((name) => !names.includes(name.toLowerCase()))
  return missing.length === 0 ? before : `${before}, ${missing.join(', ')}`
}
