import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSvid } from '../../../../sidecar/identity/read-svid.ts'
import { createKey } from '../../../../sidecar/identity/key.ts'
import { ManualClock } from '../../auth/manual-clock.ts'
import { RateBound } from '../../../../gateway/control/mesh/rate-bound.ts'
import { allowRule, idOf, meshPlan, startControl } from './fixture.ts'

const plan = meshPlan({ orders: [allowRule('orders', ['system/edge'])] })

test('a process of this node has its certificate and snapshot without the network', async () => {
  const control = await startControl({ plan })
  try {
    const { mesh } = control
    const { csrPem, keyPem } = createKey()
    const grant = mesh.systemGrant(csrPem, 'system/edge')
    const svid = readSvid(grant.certPem, keyPem, grant.trust, idOf('system/edge'), Date.now())
    assert.equal(svid.id, idOf('system/edge'))
    const { services } = mesh.snapshotFor(svid.id)
    assert.deepEqual(services, { orders: { id: idOf('orders'), endpoints: [] } })
    assert.throws(() => mesh.systemGrant('nonsense', 'system/edge'), { code: 'bad_csr' })
  } finally {
    await control.close()
  }
})

test('changes are told once, within 50 ms: of the plan, of who is revoked, of our own processes', async () => {
  const clock = new ManualClock(Date.now())
  const control = await startControl({ plan, clock })
  try {
    const { mesh } = control
    let told = 0
    const stop = mesh.onChange(() => told++)
    mesh.update(meshPlan({}))
    mesh.announce('system/egress', [])
    await control.revocations.add({ id: idOf('lost') }, 'lost', 'ann')
    assert.equal(told, 0)
    await clock.advance(50)
    assert.equal(told, 1)
    const { services, revocations } = mesh.snapshotFor(idOf('system/edge'))
    assert.deepEqual([services, revocations.ids], [{}, [idOf('lost')]])
    stop()
    mesh.update(plan)
    await clock.advance(1000)
    assert.equal(told, 1)
    assert.throws(() => mesh.update({ ...plan, trustDomain: 'other.test' }), TypeError)
  } finally {
    await control.close()
  }
})

test('where the egress of this node is, is told to all', async () => {
  const control = await startControl({ plan })
  try {
    const endpoint = { instance: 'e', address: '10.0.0.1', port: 1, weight: 1, healthy: true }
    const whole = { ...endpoint, zone: null, version: null }
    control.mesh.announce('system/egress', [whole])
    const { egress } = control.mesh.snapshotFor(idOf('orders'))
    assert.deepEqual(egress, { id: idOf('system/egress'), endpoints: [whole] })
    control.mesh.announce('system/egress', [])
    assert.equal(control.mesh.snapshotFor(idOf('orders')).egress, null)
  } finally {
    await control.close()
  }
})

test('leases run out by themselves, and that is audited', async () => {
  const clock = new ManualClock(Date.now())
  const control = await startControl({ plan, clock })
  try {
    const { registry } = control.mesh
    const caller = {
      id: idOf('orders'),
      service: 'orders',
      address: '10.0.0.1',
      serial: '1',
      notAfterMs: 0,
    }
    const facts = {
      protocol: 'http1',
      version: null,
      zone: null,
      weight: 1,
      address: null,
    } as const
    const instance = { instance: 'a', epoch: 1, port: 1, ...facts }
    registry.register(caller, instance, { healthy: true, status: 'up' }, null)
    await clock.advance(14_000)
    assert.equal(registry.list().length, 1)
    await clock.advance(2000)
    assert.equal(registry.list().length, 0)
    const [expired] = control.audited.filter(({ kind }) => kind === 'mesh_expire')
    assert.deepEqual([expired?.service, expired?.detail], ['orders', { instance: 'a' }])
  } finally {
    await control.close()
  }
})

test('a rate bound admits a burst, then so many a second, and tells of each excess once', async () => {
  const clock = new ManualClock()
  const excess: string[] = []
  const onExcess = (key: string): void => void excess.push(key)
  const bound = new RateBound({ clock, perSecond: 2, burst: 3, onExcess })
  const admitted = (key: string, count: number): number =>
    Array.from({ length: count }, () => bound.take(key)).filter(Boolean).length
  assert.equal(admitted('a', 10), 3)
  assert.equal(admitted('b', 2), 2)
  assert.deepEqual(excess, ['a'])
  await clock.advance(1000)
  assert.equal(admitted('a', 10), 2)
  assert.deepEqual(excess, ['a', 'a'])
})
