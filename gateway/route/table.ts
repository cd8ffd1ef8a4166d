// Finds the route of a request. The most specific route wins, and what a look-up costs does not grow with their number.

import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import {
  compareCandidates,
  shadowedIn,
  toCandidate,
  type Candidate,
  type Routed,
} from './candidate.ts'
import { headersFit, preflightNames, queryFits } from './conditions.ts'
import { emptyNode, placeOf, walk, type PathNode, type Visitor } from './path-tree.ts'
import type { HostPattern } from './plan.ts'

/** What the table asks of a request. */
export type RoutingFacts = Pick<RequestFacts, 'host' | 'path' | 'method' | 'query' | 'headers'>

export type RouteFound<R> =
  /** `parameters`: raw canonical path segments by the template's names; escapes are not decoded. */
  | {
      readonly kind: 'route'
      readonly route: R
      readonly parameters: Readonly<Record<string, string>>
    }
  /** Routes fit but for the method; `route` is the most specific of them, `allow` what all of them take. */
  | { readonly kind: 'method_not_allowed'; readonly allow: readonly string[]; readonly route: R }
  | { readonly kind: 'not_found' }

const NOT_FOUND = { kind: 'not_found' } as const
const NO_PARAMETERS: Readonly<Record<string, string>> = Object.freeze({})

/**
 * Builds the table. The order, most specific first: exact host, longer wildcard, any host; then the path segment by
 * segment, literal, parameter, `/*`; then a route with methods; more header conditions; more query conditions; the one
 * earlier in the file. A request goes to the first route of this order that fits in everything. `onShadow` hears of each
 * route that can never be that one, and of one that takes its place.
 */
export function compileRouteTable<R extends Routed>(
  routes: readonly R[],
  onShadow: (shadowed: R, by: R) => void,
): RouteTable<R> {
  return new RouteTable(routes, onShadow)
}

/** Made by `compileRouteTable`; immutable but for its counter. */
export class RouteTable<R extends Routed> {
  readonly #exactHosts = new Map<string, PathNode<Candidate<R>>>()
  readonly #wildcardHosts = new Map<string, PathNode<Candidate<R>>>()
  readonly #anyHost: PathNode<Candidate<R>> = emptyNode()
  #visits = 0

  constructor(routes: readonly R[], onShadow: (shadowed: R, by: R) => void) {
    const candidates = routes.map(toCandidate)
    const placesOf = candidates.map((candidate) => this.#insert(candidate))
    const places = new Set(placesOf.flat())
    const shadows = new Map<Candidate<R>[], ReturnType<typeof shadowedIn<R>>>()
    for (const place of places) {
      if (place.length === 1) continue
      place.sort(compareCandidates)
      shadows.set(place, shadowedIn(place))
    }
    for (const [index, candidate] of candidates.entries()) {
      const winners = placesOf[index]!.map((place) => shadows.get(place)?.get(candidate))
      const by = winners[0]
      if (by !== undefined && !winners.includes(undefined)) onShadow(candidate.route, by.route)
    }
  }

  /** Places and routes looked at by all look-ups so far. */
  get visits(): number {
    return this.#visits
  }

  /**
   * The route of a request. With `asMethod` the request is a preflight and is matched as the request it asks for: by that
   * method, and with header conditions met where Access-Control-Request-Headers names the fields.
   */
  find(facts: RoutingFacts, asMethod?: string): RouteFound<R> {
    const search = new Search<R>(facts, asMethod)
    const found = this.#search(search)
    this.#visits += search.visits
    return found ?? search.refusal()
  }

  #search(search: Search<R>): RouteFound<R> | null {
    const { host, path } = search.facts
    const exact = this.#exactHosts.get(host)
    const byExact = exact === undefined ? null : walk(exact, path, 1, search)
    if (byExact !== null) return byExact
    if (this.#wildcardHosts.size > 0) {
      const dot = host.indexOf('.')
      const wildcard = dot > 0 ? this.#wildcardHosts.get(host.slice(dot)) : undefined
      const byWildcard = wildcard === undefined ? null : walk(wildcard, path, 1, search)
      if (byWildcard !== null) return byWildcard
    }
    return walk(this.#anyHost, path, 1, search)
  }

  /** Puts a route in its places, one for each host, and returns them. */
  #insert(candidate: Candidate<R>): Candidate<R>[][] {
    const { hosts, path } = candidate.route.match
    const places = new Set(hosts.map((host) => placeOf(this.#rootOf(host), path)))
    for (const place of places) place.push(candidate)
    return [...places]
  }

  #rootOf(host: HostPattern): PathNode<Candidate<R>> {
    if (host.kind === 'any') return this.#anyHost
    const hosts = host.kind === 'exact' ? this.#exactHosts : this.#wildcardHosts
    let root = hosts.get(host.value)
    if (root === undefined) {
      root = emptyNode()
      hosts.set(host.value, root)
    }
    return root
  }
}

/** One look-up on its way through the trees. */
class Search<R extends Routed> implements Visitor<Candidate<R>, RouteFound<R>> {
  visits = 0
  readonly facts: RoutingFacts
  readonly #method: string
  readonly #preflight: boolean
  /** Routes that fit but for the method, most specific first; null while there are none. */
  #refused: Candidate<R>[] | null = null

  constructor(facts: RoutingFacts, asMethod: string | undefined) {
    this.facts = facts
    this.#method = asMethod ?? facts.method
    this.#preflight = asMethod !== undefined
  }

  consider(candidates: readonly Candidate<R>[]): RouteFound<R> | null {
    for (const candidate of candidates) {
      this.visits++
      if (!this.#conditionsFit(candidate)) continue
      const { route, methods } = candidate
      if (methods === null || methods.has(this.#method)) {
        return { kind: 'route', route, parameters: parametersOf(candidate, this.facts.path) }
      }
      this.#refused ??= []
      this.#refused.push(candidate)
    }
    return null
  }

  refusal(): RouteFound<R> {
    if (this.#refused === null) return NOT_FOUND
    const allow = new Set(this.#refused.flatMap(({ methods }) => [...(methods ?? [])]))
    return { kind: 'method_not_allowed', allow: [...allow], route: this.#refused[0]!.route }
  }

  #conditionsFit(candidate: Candidate<R>): boolean {
    const { headers, query } = candidate.route.match
    const byHeaders = this.#preflight
      ? preflightNames(this.facts.headers, headers)
      : headersFit(this.facts.headers, headers)
    return byHeaders && queryFits(this.facts.query, query)
  }
}

function parametersOf<R extends Routed>(
  { parameters }: Candidate<R>,
  path: string,
): Readonly<Record<string, string>> {
  if (parameters.length === 0) return NO_PARAMETERS
  // The first piece is what stands before the leading slash: nothing.
  const pieces = path.split('/', parameters.at(-1)!.segment + 2)
  const values: Record<string, string> = {}
  for (const { name, segment } of parameters) values[name] = pieces[segment + 1]!
  return values
}
