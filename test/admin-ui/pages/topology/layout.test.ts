import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { NodeKind, TopologyEdge } from '../../../../admin-ui/api/contract.ts'
import type { ShownNode } from '../../../../admin-ui/pages/topology/group.ts'
import { draw, middleOf, pathBetween, place } from '../../../../admin-ui/pages/topology/layout.ts'

function node(kind: NodeKind, name: string): ShownNode {
  const id = `${kind}/${name}`
  return { id, kind, name, detail: '', state: 'unknown', reason: '', count: 1 }
}

function edge(from: string, to: string): TopologyEdge {
  const figure = { requests: 0, refused: 0, failed: 0, meanMs: 0, p95Ms: null }
  return { from, to, tls: 'none', peer: null, tail: null, ...figure }
}

suite('the places of a picture', () => {
  test('are kept by everything that stays, whatever comes and goes around it', () => {
    const names = Array.from({ length: 40 }, (_, at) => `r${at}`)
    const before = names.map((name) => node('route', name))
    const first = place(new Map(), before, [])
    const left = before.filter((_, at) => at % 3 !== 0)
    const after = [node('route', 'new-a'), ...left, node('route', 'new-b')]
    const second = place(first, after, [])
    const [then, now] = [draw(before, first), draw(after, second)]
    for (const { id, x, y } of now.nodes) {
      const was = then.nodes.find((one) => one.id === id)
      if (was !== undefined) assert.deepEqual([x, y], [was.x, was.y], id)
    }
    const rows = [...second.values()]
    assert.equal(new Set(rows).size, rows.length, 'two in one place')
  })

  test('begin near what leads there', () => {
    const nodes = [
      node('route', 'a'),
      node('route', 'b'),
      node('service', 'of-b'),
      node('service', 'of-a'),
    ]
    const edges = [edge('route/b', 'service/of-b'), edge('route/a', 'service/of-a')]
    const placement = place(new Map(), nodes, edges)
    assert.equal(placement.get('service/of-a'), 0)
    assert.equal(placement.get('service/of-b'), 1)
  })

  test('stand in columns from the callers to the instances', () => {
    const kinds = ['clients', 'listener', 'route', 'service', 'endpoint'] as const
    const nodes = kinds.map((kind) => node(kind, 'x'))
    const drawn = draw(nodes, place(new Map(), nodes, [])).nodes.map(({ x }) => x)
    assert.deepEqual(
      drawn,
      drawn.toSorted((a, b) => a - b),
    )
    assert.equal(new Set(drawn).size, kinds.length)
  })

  test('lead a line within a column around it, and not through what stands between', () => {
    const nodes = ['a', 'b', 'c'].map((name) => node('service', name))
    const { nodes: placed } = draw(nodes, place(new Map(), nodes, []))
    const [a, , c] = placed as [(typeof placed)[0], unknown, (typeof placed)[0]]
    const right = a.x + 172
    assert.ok(pathBetween(a, c).startsWith(`M${right} `))
    assert.ok(middleOf(a, c)[0] > right)
    assert.notEqual(pathBetween(a, c), pathBetween(c, a))
  })
})
