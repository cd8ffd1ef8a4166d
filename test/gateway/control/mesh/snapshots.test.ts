import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Snapshots, type SnapshotFacts } from '../../../../gateway/control/mesh/snapshots.ts'
import type { AuthorizationRule } from '../../../../sidecar/policy/authorization-rule.ts'
import { readSnapshot } from '../../../../sidecar/snapshot/read-snapshot.ts'
import type { MeshEndpoint } from '../../../../sidecar/snapshot/snapshot.ts'
import { createTestMesh } from '../../../support/mesh-identity.ts'
import { allowRule, idOf, meshPlan } from './fixture.ts'

const { trust } = await createTestMesh('mesh.test')

const ENDPOINT: MeshEndpoint = {
  instance: 'a',
  address: '10.0.0.1',
  port: 1,
  weight: 1,
  zone: null,
  version: null,
  healthy: true,
}

let versions = 0

function deny(to: string, changes: Partial<AuthorizationRule> = {}): AuthorizationRule {
  return { ...allowRule(to, null), name: `${to}#2`, verdict: 'deny', ...changes }
}

function facts(
  rules: Readonly<Record<string, readonly AuthorizationRule[]>>,
  endpoints: Readonly<Record<string, readonly MeshEndpoint[]>> = {},
): SnapshotFacts {
  return {
    plan: meshPlan(rules),
    trust,
    revocations: { serials: [], ids: [] },
    endpoints: (service) => endpoints[service] ?? [],
    version: ++versions,
  }
}

test('a member hears of the services it may call, and of the rules about its own', () => {
  const rules = {
    orders: [allowRule('orders', ['billing', 'system/edge'])],
    stock: [allowRule('stock', ['orders'])],
    'team/mail': [allowRule('team/mail', null)],
  }
  const snapshots = new Snapshots('b', () => 5)
  const of = (service: string) =>
    snapshots.snapshotFor(idOf(service), facts(rules, { orders: [ENDPOINT] }))
  const billing = of('billing')
  assert.deepEqual(billing.services, {
    orders: { id: idOf('orders'), endpoints: [ENDPOINT] },
    'team/mail': { id: idOf('team/mail'), endpoints: [] },
  })
  assert.deepEqual(billing.authorize, [])
  assert.deepEqual(of('orders').authorize, rules.orders)
  assert.deepEqual(Object.keys(of('orders').services), ['stock', 'team/mail'])
  assert.deepEqual(Object.keys(of('system/edge').services), ['orders', 'team/mail'])
  for (const service of ['billing', 'orders', 'system/edge', 'unheard-of']) {
    assert.ok(!('problem' in readSnapshot(JSON.parse(JSON.stringify(of(service))))))
  }
})

test('who is denied all calls hears nothing, who is denied some still does', () => {
  const names = (rule: AuthorizationRule): string[] => {
    const rules = { orders: [allowRule('orders', null), rule] }
    const snapshots = new Snapshots('b', () => 5)
    return Object.keys(snapshots.snapshotFor(idOf('billing'), facts(rules)).services)
  }
  assert.deepEqual(names(deny('orders')), [])
  assert.deepEqual(names(deny('orders', { from: [idOf('billing')] })), [])
  assert.deepEqual(names(deny('orders', { from: [idOf('stock')] })), ['orders'])
  assert.deepEqual(names(deny('orders', { methods: ['POST'] })), ['orders'])
  assert.deepEqual(names(deny('orders', { paths: ['/admin/*'] })), ['orders'])
})

test('everything else goes to the egress, where there is one', () => {
  const snapshots = new Snapshots('b', () => 5)
  const none = snapshots.snapshotFor(idOf('billing'), facts({}))
  assert.equal(none.egress, null)
  const withEgress = facts({}, { 'system/egress': [ENDPOINT] })
  const some = snapshots.snapshotFor(idOf('billing'), withEgress)
  assert.deepEqual(some.egress, { id: idOf('system/egress'), endpoints: [ENDPOINT] })
  assert.equal(snapshots.snapshotFor(idOf('system/egress'), withEgress).egress, null)
})

test('the revision is another one exactly when the contents are', () => {
  const rules = { orders: [allowRule('orders', ['billing'])] }
  const snapshots = new Snapshots('b', () => 5)
  const revision = (of: SnapshotFacts, service = 'billing') =>
    snapshots.snapshotFor(idOf(service), of).revision
  const before = facts(rules)
  const first = revision(before)
  const other = revision(before, 'stock')
  const after = facts(rules, { orders: [ENDPOINT] })
  assert.equal(revision(facts(rules)), first)
  assert.notEqual(revision(after), first)
  assert.equal(revision(after, 'stock'), other, 'what it may not call is no news')
  assert.notEqual(
    revision({ ...after, version: ++versions, revocations: { serials: ['1'], ids: [] } }, 'stock'),
    other,
  )
})
