// Makes a picture of hundreds of things small enough to look at, before anything of it is drawn: pure functions.

import type { Topology, TopologyEdge, TopologyNode } from '../../api/contract.ts'

/** More are put together by name. */
export const MAX_SHOWN = 150
/** Of one kind. */
const MAX_ALONE = 15
/** Of one kind; the rest is one more. */
const MAX_GROUPS = 10

export interface ShownNode extends TopologyNode {
  /** How many it stands for. */
  readonly count: number
}

export interface Shown {
  readonly nodes: readonly ShownNode[]
  readonly edges: readonly TopologyEdge[]
  /** How many things there are. */
  readonly total: number
  readonly isGrouped: boolean
}

type Graph = Pick<Topology, 'nodes' | 'edges'>

interface Group {
  readonly id: string
  readonly name: string
}

export function ungrouped({ nodes, edges }: Graph): Shown {
  const shown = nodes.map((node) => ({ ...node, count: 1 }))
  return { nodes: shown, edges, total: nodes.length, isGrouped: false }
}

/** As it is where that is at most MAX_SHOWN things; else by service, then the less important ones by their names. */
export function grouped(graph: Graph): Shown {
  const whole = ungrouped(graph)
  if (whole.nodes.length <= MAX_SHOWN) return whole
  const byService = merged(whole, serviceGroups(graph))
  if (byService.nodes.length <= MAX_SHOWN) return byService
  return merged(byService, bounded(byService.nodes, wordGroups(byService)))
}

/** Those whose name holds every word, and everything before and behind them. */
export function matching(graph: Graph, words: string): Graph {
  const wanted = words.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return graph
  const found = graph.nodes.filter(({ name, detail }) => {
    const text = `${name}\n${detail}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
  const kept = new Set(found.map(({ id }) => id))
  const follow = (next: (edge: TopologyEdge) => readonly [from: string, to: string]): void => {
    const ways = Map.groupBy(graph.edges, (edge) => next(edge)[0])
    const left = found.map(({ id }) => id)
    const seen = new Set(left)
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      kept.add(id)
      for (const edge of ways.get(id) ?? []) {
        const [, to] = next(edge)
        if (!seen.has(to)) left.push(to)
        seen.add(to)
      }
    }
  }
  follow(({ from, to }) => [from, to])
  follow(({ from, to }) => [to, from])
  return {
    nodes: graph.nodes.filter(({ id }) => kept.has(id)),
    edges: graph.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  }
}

/** Endpoints of one service are one thing. */
function serviceGroups({ nodes, edges }: Graph): ReadonlyMap<string, Group> {
  const names = new Map(nodes.map(({ id, name }) => [id, name]))
  return new Map(
    edges
      .filter(({ to }) => to.startsWith('endpoint/'))
      .map(({ from, to }) => [to, { id: `endpoint/*${from}`, name: names.get(from) ?? '' }]),
  )
}

const ALONE: ReadonlySet<string> = new Set(['clients', 'egress', 'listener'])

/** Those that matter most stay themselves; the others of a kind are put together by the first word of their name. */
function wordGroups({ nodes, edges }: Shown): ReadonlyMap<string, Group> {
  const busy = new Map<string, number>()
  for (const { from, to, requests } of edges) {
    for (const id of [from, to]) busy.set(id, (busy.get(id) ?? 0) + requests)
  }
  const byKind = Map.groupBy(
    nodes.filter(({ kind }) => !ALONE.has(kind)),
    ({ kind }) => kind,
  )
  const rest = [...byKind.values()].flatMap((all) =>
    all
      .toSorted((a, b) => weight(b, busy) - weight(a, busy))
      .slice(MAX_ALONE)
      .map(({ id, kind, name }): [string, Group] => {
        const word = firstWord(name)
        return [id, { id: `${kind}/*${word}`, name: `${word}…` }]
      }),
  )
  return new Map(rest)
}

/** Orders of magnitude, so that a picture does not change with every request. */
function weight({ id, state }: ShownNode, busy: ReadonlyMap<string, number>): number {
  return (state === 'troubled' ? 100 : 0) + Math.floor(Math.log10(1 + (busy.get(id) ?? 0)))
}

/** `orders-v2` is of `orders`, `http://10.0.0.1:80` of its host. */
export function firstWord(name: string): string {
  const [, host] = /^https?:\/\/(\[[^\]]*\]|[^:/]+)/.exec(name) ?? []
  return host ?? /^[^-_./:@]+/.exec(name)?.[0] ?? name
}

function bounded(
  nodes: readonly ShownNode[],
  groups: ReadonlyMap<string, Group>,
): ReadonlyMap<string, Group> {
  const kept = new Map<string, Set<string>>()
  return new Map(
    nodes.flatMap(({ id, kind }): [string, Group][] => {
      const group = groups.get(id)
      if (group === undefined) return []
      const known = kept.get(kind) ?? new Set<string>()
      kept.set(kind, known)
      if (known.has(group.id) || known.size < MAX_GROUPS) {
        known.add(group.id)
        return [[id, group]]
      }
      return [[id, { id: `${kind}/**`, name: '…' }]]
    }),
  )
}

function merged({ nodes, edges, total }: Shown, groups: ReadonlyMap<string, Group>): Shown {
  const members = Map.groupBy(nodes, ({ id }) => groups.get(id)?.id ?? id)
  const shown = [...members].map(([id, all]) => {
    const [first] = all as [ShownNode]
    const name = groups.get(first.id)?.name
    return all.length === 1 || name === undefined ? { ...first, id } : { ...sumOf(all), id, name }
  })
  const idOf = (id: string): string => groups.get(id)?.id ?? id
  // What goes on within a group is no line.
  const outside = edges.filter(({ from, to }) => idOf(from) !== idOf(to))
  const byWay = Map.groupBy(outside, ({ from, to }) => `${idOf(from)} ${idOf(to)}`)
  const ways = [...byWay.values()].map((all) => {
    const [{ from, to }] = all as [TopologyEdge]
    return { ...together(all), from: idOf(from), to: idOf(to) }
  })
  return { nodes: shown, edges: ways, total, isGrouped: true }
}

function sumOf(all: readonly ShownNode[]): ShownNode {
  const [first] = all as [ShownNode]
  const worst = all.find(({ state }) => state === 'troubled')
  const isWell = all.some(({ state }) => state === 'well')
  return {
    ...first,
    detail: '',
    count: all.reduce((total, { count }) => total + count, 0),
    state: worst === undefined ? (isWell ? 'well' : 'unknown') : 'troubled',
    reason: worst === undefined ? '' : `${worst.name}: ${worst.reason}`,
  }
}

function together(all: readonly TopologyEdge[]): TopologyEdge {
  const [first] = all as [TopologyEdge]
  if (all.length === 1) return first
  const sum = (value: (edge: TopologyEdge) => number): number =>
    all.reduce((total, edge) => total + value(edge), 0)
  const requests = sum((edge) => edge.requests)
  const p95s = all.flatMap(({ p95Ms }) => (p95Ms === null ? [] : [p95Ms]))
  return {
    ...first,
    tls: all.every(({ tls }) => tls === first.tls) ? first.tls : 'none',
    peer: null,
    tail: all.every(({ tail }) => tail === first.tail) ? first.tail : null,
    requests,
    refused: sum((edge) => edge.refused),
    failed: sum((edge) => edge.failed),
    meanMs: requests === 0 ? 0 : sum((edge) => edge.meanMs * edge.requests) / requests,
    p95Ms: p95s.length === 0 ? null : Math.max(...p95s),
  }
}
