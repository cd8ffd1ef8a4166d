// Where everything stands: columns by kind, and in each column a row that a thing keeps for as long as it is there.

import type { NodeKind, TopologyEdge } from '../../api/contract.ts'
import type { ShownNode } from './group.ts'

export const NODE_WIDTH = 172
export const NODE_HEIGHT = 36
const COLUMN_WIDTH = NODE_WIDTH + 62
const ROW_HEIGHT = 50
const MARGIN = 12
/** How far a line within a column reaches out of it. */
const BULGE = 48
const COLUMN_COUNT = 5
/** Between what comes in and what goes out, where both are one column of things. */
const COLUMNS: Readonly<Record<NodeKind, number>> = {
  clients: 0,
  listener: 1,
  route: 2,
  service: 3,
  endpoint: 4,
  caller: 0,
  egress: 1,
  destination: 2,
}

/** Rows by id. */
export type Placement = ReadonlyMap<string, number>

export interface Placed extends ShownNode {
  readonly x: number
  readonly y: number
}

/**
 * What was placed before stays where it was; what is new takes the first free row of its column, at the beginning near
 * the things that lead to it.
 */
export function place(
  before: Placement,
  nodes: readonly ShownNode[],
  edges: readonly TopologyEdge[],
): Placement {
  const placement = new Map<string, number>()
  const sources = Map.groupBy(edges, ({ to }) => to)
  const columns = Map.groupBy(nodes, ({ kind }) => COLUMNS[kind])
  for (const [, column] of [...columns].toSorted(([a], [b]) => a - b)) {
    const taken = new Set<number>()
    for (const { id } of column) {
      const row = before.get(id)
      if (row === undefined) continue
      placement.set(id, row)
      taken.add(row)
    }
    const near = (id: string): number => {
      const rows = (sources.get(id) ?? []).flatMap(({ from }) => placement.get(from) ?? [])
      return rows.length === 0 ? Infinity : rows.reduce((sum, row) => sum + row, 0) / rows.length
    }
    const fresh = column
      .filter(({ id }) => !placement.has(id))
      .map(({ id }) => ({ id, near: near(id) }))
      .toSorted((a, b) => (a.near === b.near ? 0 : a.near - b.near))
    let row = 0
    for (const { id } of fresh) {
      while (taken.has(row)) row++
      taken.add(row)
      placement.set(id, row)
    }
  }
  return placement
}

export interface Drawing {
  readonly nodes: readonly Placed[]
  readonly width: number
  readonly height: number
}

export function draw(nodes: readonly ShownNode[], placement: Placement): Drawing {
  const placed = nodes.map((node) => ({
    ...node,
    x: MARGIN + COLUMNS[node.kind] * COLUMN_WIDTH,
    y: MARGIN + (placement.get(node.id) ?? 0) * ROW_HEIGHT,
  }))
  return {
    nodes: placed,
    // The same for every part, so that they are of one scale.
    width: 2 * MARGIN + (COLUMN_COUNT - 1) * COLUMN_WIDTH + NODE_WIDTH,
    height: Math.max(0, ...placed.map(({ y }) => y + NODE_HEIGHT)) + MARGIN,
  }
}

/** From the right side of one to the left side of the other; in one column, around to the right side, with a point. */
export function pathBetween(from: Placed, to: Placed): string {
  const [x1, y1] = [from.x + NODE_WIDTH, from.y + NODE_HEIGHT / 2]
  if (from.x === to.x) {
    const y = to.y + (to.y > from.y ? NODE_HEIGHT / 4 : (NODE_HEIGHT * 3) / 4)
    return `M${x1} ${y1}C${x1 + BULGE} ${y1} ${x1 + BULGE} ${y} ${x1 + 2} ${y}m7 -4l-7 4l7 4`
  }
  const [x2, y2] = [to.x, to.y + NODE_HEIGHT / 2]
  const middle = (x1 + x2) / 2
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
}

/** Where a line has its sign. */
export function middleOf(from: Placed, to: Placed): readonly [x: number, y: number] {
  const y = (from.y + to.y + NODE_HEIGHT) / 2
  if (from.x === to.x) return [from.x + NODE_WIDTH + BULGE * 0.75, y]
  return [(from.x + NODE_WIDTH + to.x) / 2, y]
}
