// Which of two routes is tried first: the order of the gateway's own table, so that a list can be sorted by it.

import { mapOf, type RouteView } from './parse.ts'

/** What the order depends on. */
export type Ranked = Pick<RouteView, 'index' | 'hosts' | 'path' | 'methods' | 'value'>

/**
 * 1 for the route that is tried first, by its index in the file. Exact host before `*.` before any host (of several the most
 * specific one counts); the path segment by segment, fixed before `{parameter}` before `/*`; then a list of methods; more
 * header conditions; more query conditions; and the one earlier in the file.
 */
export function precedenceOf(routes: readonly Ranked[]): ReadonlyMap<number, number> {
  const keyed = routes.map((route) => ({ route, key: keyOf(route) }))
  const ordered = keyed.toSorted((a, b) => compareKeys(a.key, b.key))
  return new Map(ordered.map(({ route }, at) => [route.index, at + 1]))
}

/** Compared part by part, the smaller first. */
interface Key {
  readonly host: readonly [kind: number, name: string]
  readonly path: readonly (readonly [kind: number, text: string])[]
  readonly rest: readonly number[]
}

function keyOf({ index, hosts, path, methods, value }: Ranked): Key {
  const { headers, query } = mapOf(value['match'])
  const all = hosts.length === 0 ? ['*'] : hosts
  const [host] = all.map(hostKey).toSorted(compareParts)
  return {
    host: host!,
    path: pathKey(path),
    rest: [
      methods.length === 0 ? 1 : 0,
      -Object.keys(mapOf(headers)).length,
      -Object.keys(mapOf(query)).length,
      index,
    ],
  }
}

function hostKey(host: string): readonly [number, string] {
  if (host === '*') return [2, '']
  return [host.startsWith('*.') ? 1 : 0, host]
}

/** `/a/*` takes `/a` as well, so its end comes behind that of `/a` and behind everything that goes on. */
function pathKey(path: string): Key['path'] {
  const isPrefix = path.endsWith('/*')
  const fixed = isPrefix ? path.slice(0, -2) : path
  const segments = fixed === '' ? [] : fixed.slice(1).split('/')
  const parts = segments.map((segment) =>
    segment.startsWith('{') ? ([2, ''] as const) : ([1, segment] as const),
  )
  return [...parts, isPrefix ? [3, ''] : [0, '']]
}

function compareKeys(a: Key, b: Key): number {
  const byHost = compareParts(a.host, b.host)
  if (byHost !== 0) return byHost
  for (const [at, part] of a.path.entries()) {
    const other = b.path[at]
    if (other === undefined) break
    const byPart = compareParts(part, other)
    if (byPart !== 0) return byPart
  }
  return a.rest.map((part, at) => part - b.rest[at]!).find((order) => order !== 0) ?? 0
}

function compareParts(a: readonly [number, string], b: readonly [number, string]): number {
  if (a[0] !== b[0]) return a[0] - b[0]
  if (a[1] === b[1]) return 0
  return a[1] < b[1] ? -1 : 1
}
