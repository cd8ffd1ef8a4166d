import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { NodeKind, TopologyEdge, TopologyNode } from '../../../../admin-ui/api/contract.ts'
import {
  firstWord,
  grouped,
  matching,
  MAX_SHOWN,
  ungrouped,
} from '../../../../admin-ui/pages/topology/group.ts'

const FIGURE = { requests: 10, refused: 1, failed: 2, meanMs: 3, p95Ms: 5 }

function node(kind: NodeKind, name: string, state: TopologyNode['state'] = 'well'): TopologyNode {
  return { id: `${kind}/${name}`, kind, name, detail: '', state, reason: '' }
}

function edge(from: string, to: string, given: Partial<TopologyEdge> = {}): TopologyEdge {
  return { from, to, tls: 'mtls', peer: 'x', tail: `to=${to}`, ...FIGURE, ...given }
}

function graphOf(routes: number, endpoints: number, nameOf = (at: number) => `shop-${at}`) {
  const nodes = [node('clients', ''), node('listener', 'public')]
  const edges = [edge('clients/', 'listener/public')]
  for (let at = 0; at < routes; at++) {
    const name = nameOf(at)
    nodes.push(node('route', name), node('service', name))
    edges.push(edge('listener/public', `route/${name}`), edge(`route/${name}`, `service/${name}`))
    for (let n = 0; n < endpoints; n++) {
      const endpoint = `http://10.0.${at}.${n}`
      nodes.push(node('endpoint', endpoint, at === 3 && n === 1 ? 'troubled' : 'well'))
      edges.push(edge(`service/${name}`, `endpoint/${endpoint}`))
    }
  }
  return { nodes, edges }
}

suite('a large picture', () => {
  test('is left as it is up to its bound', () => {
    const graph = graphOf(30, 2)
    const shown = grouped(graph)
    assert.equal(shown.isGrouped, false)
    assert.deepEqual(shown, ungrouped(graph))
  })

  test('has one thing for all endpoints of a service, and loses no figure and no trouble', () => {
    const graph = graphOf(40, 4)
    const shown = grouped(graph)
    assert.ok(shown.nodes.length <= MAX_SHOWN)
    assert.deepEqual([shown.isGrouped, shown.total], [true, graph.nodes.length])
    const counted = shown.nodes.reduce((sum, { count }) => sum + count, 0)
    assert.equal(counted, graph.nodes.length)
    const way = shown.edges.find(({ from, to }) => from === 'service/shop-3' && to.includes('*'))
    assert.deepEqual([way?.requests, way?.failed, way?.p95Ms, way?.tls], [40, 8, 5, 'mtls'])
    assert.equal(shown.nodes.filter(({ state }) => state === 'troubled').length, 1)
  })

  test('is small enough however things are called', () => {
    for (const nameOf of [(at: number) => `shop-${at}`, (at: number) => `${at}`]) {
      const graph = graphOf(500, 3, nameOf)
      const shown = grouped(graph)
      assert.ok(shown.nodes.length <= MAX_SHOWN, `${shown.nodes.length}`)
      const requests = (edges: readonly TopologyEdge[]): number =>
        edges.reduce((sum, one) => sum + one.requests, 0)
      assert.equal(requests(shown.edges), requests(graph.edges))
      const ids = new Set(shown.nodes.map(({ id }) => id))
      assert.ok(shown.edges.every(({ from, to }) => ids.has(from) && ids.has(to)))
    }
  })

  test('is filtered to what a name is connected with', () => {
    const { nodes } = matching(graphOf(40, 2), 'ＳＨＯＰ-7')
    assert.deepEqual(
      nodes.map(({ id }) => id),
      [
        'clients/',
        'listener/public',
        'route/shop-7',
        'service/shop-7',
        'endpoint/http://10.0.7.0',
        'endpoint/http://10.0.7.1',
      ],
    )
  })

  test('puts together by the first word of a name', () => {
    assert.equal(firstWord('orders-v2'), 'orders')
    assert.equal(firstWord('team/billing'), 'team')
    assert.equal(firstWord('https://10.0.0.1:8443'), '10.0.0.1')
    assert.equal(firstWord('http://[::1]:80'), '[::1]')
    assert.equal(firstWord('-odd'), '-odd')
  })
})
