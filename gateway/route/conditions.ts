// The header and query conditions of a match, judged against one request.

import type { RequestFacts } from '../../sidecar/forward/facts.ts'

export interface Condition {
  readonly name: string
  readonly value: string
}

/**
 * Whether every condition's field is among `headers` exactly once and with exactly its value: said twice is said
 * differently to whoever reads only the first or only the last.
 */
export function headersFit(headers: readonly string[], conditions: readonly Condition[]): boolean {
  return conditions.every(({ name, value }) => {
    let found = false
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i] !== name) continue
      if (found || headers[i + 1] !== value) return false
      found = true
    }
    return found
  })
}

/** Whether a preflight asks for every condition's field (Fetch, CORS preflight): it cannot carry the values themselves. */
export function preflightNames(
  headers: RequestFacts['headers'],
  conditions: readonly Condition[],
): boolean {
  if (conditions.length === 0) return true
  const asked = new Set<string>()
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== 'access-control-request-headers') continue
    for (const name of headers[i + 1]!.split(',')) asked.add(name.trim().toLowerCase())
  }
  return conditions.every(({ name }) => asked.has(name))
}

/** Whether every condition's parameter is in the raw query exactly once and, decoded, with exactly its value. */
export function queryFits(query: string, conditions: readonly Condition[]): boolean {
  if (conditions.length === 0) return true
  const parameters = new URLSearchParams(query)
  return conditions.every(({ name, value }) => {
    const values = parameters.getAll(name)
    return values.length === 1 && values[0] === value
  })
}
