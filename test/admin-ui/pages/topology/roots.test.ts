import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { NodeKind, TopologyEdge } from '../../../../admin-ui/api/contract.ts'
import type { ShownNode } from '../../../../admin-ui/pages/topology/group.ts'
import { rootsOf } from '../../../../admin-ui/pages/topology/roots.ts'

function node(kind: NodeKind, name: string): ShownNode {
  const id = `${kind}/${name}`
  return { id, kind, name, detail: '', state: 'unknown', reason: '', count: 1 }
}

function edge(from: string, to: string): TopologyEdge {
  const figure = { requests: 0, refused: 0, failed: 0, meanMs: 0, p95Ms: null }
  return { from, to, tls: 'mtls', peer: null, tail: null, ...figure }
}

suite('the lists of the picture', () => {
  test('begin with who calls, and leave nothing out that nobody leads to', () => {
    const nodes = [
      node('clients', ''),
      node('route', 'shop'),
      node('service', 'orders'),
      node('service', 'web'),
      node('endpoint', 'web-1'),
      node('service', 'ping'),
      node('service', 'pong'),
    ]
    const edges = [
      edge('clients/', 'route/shop'),
      edge('route/shop', 'service/orders'),
      edge('service/web', 'service/orders'),
      edge('service/web', 'endpoint/web-1'),
      edge('service/ping', 'service/pong'),
      edge('service/pong', 'service/ping'),
    ]
    const ids = rootsOf({ nodes, edges }).map(({ id }) => id)
    assert.deepEqual(ids, ['clients/', 'service/web', 'service/ping'])
  })
})
