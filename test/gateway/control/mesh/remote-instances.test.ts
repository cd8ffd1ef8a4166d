// What other nodes say of their instances: the later start counts, and nothing vanishes because a store or a node is away.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  FORGET_NODE_MS,
  RemoteInstances,
} from '../../../../gateway/control/mesh/remote-instances.ts'
import {
  decodeInstance,
  type SharedInstance,
} from '../../../../gateway/control/mesh/shared-entry.ts'
import type { Everything } from '../../../../gateway/control/mesh/shared-store.ts'

const FIELD = 'billing b1'

function text(changes: Partial<SharedInstance> = {}): string {
  const entry: SharedInstance = {
    node: 'other',
    service: 'billing',
    id: 'spiffe://mesh.test/ns/default/svc/billing',
    instance: 'b1',
    epoch: 5,
    address: '10.0.0.7',
    port: 15_443,
    protocol: 'http1',
    version: null,
    zone: null,
    weight: 1,
    healthy: true,
    status: 'up',
    certificate: { serial: 'a1', notAfterMs: 1 },
    ...changes,
  }
  return JSON.stringify(entry)
}

function all(instances: readonly string[], heardAgoMs: number | null = 0): Everything {
  return {
    nowMs: 1_000_000,
    nodes: new Map(heardAgoMs === null ? [] : [['other', 1_000_000 - heardAgoMs]]),
    instances: new Map(instances.map((one) => [FIELD, one])),
    revocations: new Map(),
  }
}

const ports = (remote: RemoteInstances, own: Parameters<RemoteInstances['endpoints']>[1] = []) =>
  remote.endpoints('billing', own).map(({ port }) => port)

const own = (epoch: number, port: number) => {
  const facts = { instance: 'b1', address: '10.0.0.8', weight: 1, zone: null, version: null }
  return { instance: 'b1', epoch, endpoint: { ...facts, port, healthy: true } }
}

suite('instances of other nodes', () => {
  test('are called beside our own; of one instance the later start counts', () => {
    const remote = new RemoteInstances('self')
    assert.ok(remote.put(text()))
    assert.deepEqual(ports(remote), [15_443])
    assert.deepEqual(ports(remote, [own(4, 1)]), [15_443])
    assert.deepEqual(ports(remote, [own(5, 1)]), [1])
    assert.deepEqual(ports(remote, [own(6, 1)]), [1])
    assert.equal(remote.put(text({ epoch: 4, port: 2 })), false)
    assert.ok(remote.put(text({ epoch: 6, port: 2 })))
    assert.deepEqual(ports(remote), [2])
  })

  test('that start or drain are not called, not even where we hold an older word of them', () => {
    const remote = new RemoteInstances('self')
    remote.put(text({ status: 'draining' }))
    assert.deepEqual(ports(remote), [])
    assert.deepEqual(ports(remote, [own(4, 1)]), [])
  })

  test('leave by the word of their own node, and of no other', () => {
    const remote = new RemoteInstances('self')
    remote.put(text())
    assert.equal(remote.remove(FIELD, 'third'), false)
    assert.ok(remote.remove(FIELD, 'other'))
    assert.deepEqual(remote.list(), [])
  })

  test('stay where the store was emptied, until their node has been heard without them twice', () => {
    const remote = new RemoteInstances('self')
    remote.replace(all([text()]))
    for (let look = 0; look < 5; look++) assert.equal(remote.replace(all([], null)), false)
    assert.equal(remote.replace(all([])), false)
    assert.equal(remote.replace(all([text()])), false)
    assert.equal(remote.replace(all([])), false)
    assert.ok(remote.replace(all([])))
    assert.deepEqual(remote.list(), [])
  })

  test('of a node that is silent are called on for five minutes', () => {
    const remote = new RemoteInstances('self')
    remote.replace(all([text()]))
    assert.equal(remote.replace(all([text()], FORGET_NODE_MS)), false)
    assert.ok(remote.replace(all([text()], FORGET_NODE_MS + 1)))
    assert.deepEqual(ports(remote), [])
  })

  test('that came to our own door are ours', () => {
    const remote = new RemoteInstances('self')
    remote.replace(all([text()]))
    assert.ok(remote.replace(all([text({ node: 'self' })])))
    assert.deepEqual(remote.list(), [])
  })

  test('that are not well-formed are passed over', () => {
    const remote = new RemoteInstances('self')
    const bad = [
      '',
      'null',
      '{}',
      text({ port: 0 }),
      text({ epoch: -1 }),
      text({ instance: 'a b' }),
    ]
    for (const one of bad) {
      assert.equal(decodeInstance(one), null)
      assert.equal(remote.put(one), false)
    }
  })
})
