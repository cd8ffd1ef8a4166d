import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSnapshot } from '../../../sidecar/snapshot/read-snapshot.ts'
import { goodSnapshot } from './good-snapshot.ts'

const good = await goodSnapshot()

/** The snapshot with what is at `path` replaced; undefined takes it away. */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(good) as unknown
  let node = copy as Record<string | number, unknown>
  for (const key of path.slice(0, -1)) node = node[key] as Record<string | number, unknown>
  const last = path.at(-1)!
  if (value === undefined) delete node[last]
  else Object.defineProperty(node, last, { value, enumerable: true, configurable: true })
  return copy
}

test('what control makes is read as it is, and no name is there by accident', () => {
  const read = readSnapshot(structuredClone(good))
  assert.ok(!('problem' in read))
  assert.deepEqual({ ...read, services: { ...read.services } }, good)
  assert.equal(read.services['constructor'], undefined)
})

const ENDPOINT = ['services', 'orders', 'endpoints', 0]
const bad: readonly (readonly [path: readonly (string | number)[], value: unknown])[] = [
  [['revision'], undefined],
  [['revision'], 'a b'],
  [['revision'], 7],
  [['madeAtMs'], -1],
  [['madeAtMs'], Number.NaN],
  [['more'], true],
  [['trust', 'trustDomain'], 'other.test'],
  [['trust', 'trustDomain'], 'Mesh.Test'],
  [['trust', 'rootPems'], []],
  [['trust', 'rootPems'], ['nonsense']],
  [['trust', 'rootPems'], [good.trust.rootPems[0]! + good.trust.rootPems[0]!]],
  [['revocations', 'serials'], ['AB']],
  [['revocations', 'ids'], ['spiffe://other.test/ns/default/svc/x']],
  [['services'], []],
  [['services', 'orders', 'id'], 'spiffe://mesh.test/ns/default/svc/billing'],
  [['services', 'orders', 'id'], 'spiffe://other.test/ns/default/svc/orders'],
  [['services', '../orders'], good.services['orders']],
  [['services', '__proto__'], good.services['orders']],
  [[...ENDPOINT, 'address'], 'orders.internal'],
  [[...ENDPOINT, 'address'], '127.1'],
  [[...ENDPOINT, 'port'], 0],
  [[...ENDPOINT, 'port'], 65_536],
  [[...ENDPOINT, 'weight'], 0],
  [[...ENDPOINT, 'weight'], 1.5],
  [[...ENDPOINT, 'healthy'], 'yes'],
  [[...ENDPOINT, 'zone'], 1],
  [[...ENDPOINT, 'instance'], 'b'],
  [['authorize', 0, 'verdict'], 'maybe'],
  [['authorize', 0, 'verdict'], undefined],
  [['authorize', 0, 'headers'], { 'x-admin': 'no' }],
  [['authorize', 0, 'from'], ['spiffe://other.test/ns/default/svc/x']],
  [['authorize', 0, 'from'], 'any'],
  [['authorize', 0, 'methods'], ['get']],
  [['authorize', 0, 'paths'], ['orders']],
  [['authorize', 1, 'name'], 'orders#1'],
  [['egress', 'id'], 'spiffe://mesh.test/ns/default/svc/orders'],
  [['egress'], undefined],
]

test('whatever is not exactly that is refused whole', () => {
  for (const [path, value] of bad) {
    const read = readSnapshot(changed(path, value))
    assert.ok('problem' in read, `${path.join('.')} ${JSON.stringify(value)}`)
    assert.ok(read.problem.length > 3)
  }
  for (const value of [null, undefined, 7, 'x', [], {}, () => {}]) {
    assert.ok('problem' in readSnapshot(value))
  }
})

test('too much of anything is refused', () => {
  const many = Array.from({ length: 1001 }, (_, index) => ({
    ...good.services['orders']!.endpoints[0]!,
    instance: `i${index}`,
  }))
  assert.ok('problem' in readSnapshot(changed(['services', 'orders', 'endpoints'], many)))
  const fits = changed(['services', 'orders', 'endpoints'], many.slice(1))
  assert.ok(!('problem' in readSnapshot(fits)))
})
