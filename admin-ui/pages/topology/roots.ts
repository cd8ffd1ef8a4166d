// With what the lists of the picture begin: a pure function.

import type { Shown, ShownNode } from './group.ts'

const ROOTS: ReadonlySet<string> = new Set(['clients', 'caller', 'egress'])

/** Every list begins with who calls; whom nobody leads to begins one, too, so that nothing of the picture is missing. */
export function rootsOf({ nodes, edges }: Pick<Shown, 'nodes' | 'edges'>): readonly ShownNode[] {
  const from = Map.groupBy(edges, ({ from: id }) => id)
  const called = new Set(edges.map(({ to }) => to))
  const reached = new Set<string>()
  const reach = (start: string): void => {
    const next = [start]
    for (let id = next.pop(); id !== undefined; id = next.pop()) {
      if (reached.has(id)) continue
      reached.add(id)
      next.push(...(from.get(id) ?? []).map(({ to }) => to))
    }
  }
  // Where a gateway leads to is the same for all of its callers, and is told once.
  const roots = nodes.filter(({ kind }) => ROOTS.has(kind))
  for (const { id } of roots) reach(id)
  // Those that only call each other are begun with whoever comes first.
  for (const isLast of [false, true]) {
    for (const node of nodes) {
      if (reached.has(node.id) || (called.has(node.id) && !isLast)) continue
      roots.push(node)
      reach(node.id)
    }
  }
  return roots
}
