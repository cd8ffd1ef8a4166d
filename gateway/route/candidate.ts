// A route as the table keeps it, the order among routes of one host and path template, and which of them can never win.

import type { RouteMatch } from './plan.ts'

/** What the table needs of a route. */
export interface Routed {
  readonly name: string
  readonly match: RouteMatch
}

export interface Candidate<R extends Routed> {
  readonly route: R
  /** Place in the file. */
  readonly index: number
  /** With HEAD where there is GET; null for all. */
  readonly methods: ReadonlySet<string> | null
  /** Parameters of the template and the number of their segment, from 0. */
  readonly parameters: readonly { readonly name: string; readonly segment: number }[]
}

export function toCandidate<R extends Routed>(route: R, index: number): Candidate<R> {
  const { methods, path } = route.match
  const parameters = path.segments.flatMap((segment, position) =>
    segment.kind === 'parameter' ? [{ name: segment.name, segment: position }] : [],
  )
  return { route, index, methods: methods === null ? null : withHead(methods), parameters }
}

/** Sort order at one host and template: a method list, then more headers, then more query, then earlier in the file. */
export function compareCandidates<R extends Routed>(a: Candidate<R>, b: Candidate<R>): number {
  const left = a.route.match
  const right = b.route.match
  return (
    Number(left.methods === null) - Number(right.methods === null) ||
    right.headers.length - left.headers.length ||
    right.query.length - left.query.length ||
    a.index - b.index
  )
}

/**
 * Those of a sorted list that can never win there, each with one that wins instead: earlier routes with the same header
 * and query conditions take all its methods. (Other conditions make no shadow: they let some request through.)
 */
export function shadowedIn<R extends Routed>(
  candidates: readonly Candidate<R>[],
): Map<Candidate<R>, Candidate<R>> {
  const shadowed = new Map<Candidate<R>, Candidate<R>>()
  const takenByConditions = new Map<string, Map<string, Candidate<R>>>()
  for (const candidate of candidates) {
    const key = conditionKey(candidate.route.match)
    const taken = takenByConditions.get(key) ?? new Map<string, Candidate<R>>()
    takenByConditions.set(key, taken)
    // No method is spelled `*`, so it can stand for all of them.
    const methods = [...(candidate.methods ?? ['*'])]
    const by = taken.get(methods[0]!)
    if (by !== undefined && methods.every((method) => taken.has(method))) {
      shadowed.set(candidate, by)
    }
    for (const method of methods) if (!taken.has(method)) taken.set(method, candidate)
  }
  return shadowed
}

function withHead(methods: ReadonlySet<string>): ReadonlySet<string> {
  return methods.has('GET') ? new Set([...methods, 'HEAD']) : methods
}

function conditionKey({ headers, query }: RouteMatch): string {
  if (headers.length === 0 && query.length === 0) return ''
  return JSON.stringify([sortedPairs(headers), sortedPairs(query)])
}

function sortedPairs(conditions: RouteMatch['headers']): string[] {
  return conditions.map(({ name, value }) => JSON.stringify([name, value])).sort()
}
