import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createKey } from '../../../sidecar/identity/key.ts'
import { readSvid } from '../../../sidecar/identity/read-svid.ts'
import type { IdentitySource } from '../../../sidecar/identity/svid.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { ControlClient, type WatchState } from '../../../sidecar/snapshot/control-client.ts'
import { ControlRefusal } from '../../../sidecar/snapshot/control-error.ts'
import type { Registration } from '../../../sidecar/snapshot/grant.ts'
import type { Snapshot } from '../../../sidecar/snapshot/snapshot.ts'
import { createTestMesh } from '../../support/mesh-identity.ts'
import { freePort } from '../../support/free-port.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'
import { until } from '../../support/until.ts'
import {
  allowRule,
  idOf,
  memoryDisk,
  meshPlan,
  startControl,
  type ControlUnderTest,
  type Member,
} from '../../gateway/control/mesh/fixture.ts'

const plan = meshPlan({
  orders: [allowRule('orders', ['billing'])],
  billing: [allowRule('billing', null)],
})

const INSTANCE: Registration = {
  instance: 'a',
  epoch: 1,
  port: 15_443,
  protocol: 'http1',
  version: '1.2',
  zone: null,
  weight: 1,
  address: null,
}

let control: ControlUnderTest

before(async () => {
  control = await startControl({ plan })
})
after(() => control.close())

function clientOf(identity: IdentitySource | null, url = control.url): ControlClient {
  return new ControlClient({
    url,
    clock: systemClock,
    random: Math.random,
    identity: () => identity,
    trust: null,
  })
}

async function tokenFor(service: string): Promise<string> {
  return (await control.tokens.create({ service, createdBy: 'ann' })).token
}

/** Everything a watch hears. */
function listen(client: ControlClient, held: string | null = null) {
  const snapshots: Snapshot[] = []
  const states: WatchState[] = []
  const stop = client.watch(
    (snapshot) => snapshots.push(snapshot),
    (state) => states.push(state),
    held,
  )
  return { snapshots, states, stop }
}

function endpointsIn(snapshots: readonly Snapshot[]): readonly string[] | null {
  const orders = snapshots.at(-1)?.services['orders']
  return orders === undefined ? null : orders.endpoints.map(({ instance }) => instance)
}

test('a token is enough to find control, to know it and to join', async () => {
  const client = clientOf(null)
  const token = await tokenFor('billing')
  const { csrPem, keyPem } = createKey()
  const credential = { kind: 'token', token } as const
  assert.deepEqual(await client.trustFor(credential), control.mesh.trusting.trust)
  const grant = await client.join({ credential, csrPem, service: 'billing' })
  assert.equal(grant.id, idOf('billing'))
  const svid = readSvid(grant.certPem, keyPem, grant.trust, grant.id, Date.now())
  assert.equal(svid.id, grant.id)
})

test('the answer to a join that is lost can be had again', async () => {
  const token = await tokenFor('billing')
  const proxy = await startTcpProxy(control.door.port)
  const { csrPem } = createKey()
  const request = { credential: { kind: 'token', token }, csrPem, service: 'billing' } as const
  control.onAudit = ({ kind }) => {
    if (kind === 'mesh_join') void proxy.close()
  }
  const lost = clientOf(null, `https://127.0.0.1:${proxy.port}`).join(request)
  await assert.rejects(lost, { code: 'control_unreachable' })
  control.onAudit = () => {}
  assert.equal((await clientOf(null).join(request)).id, idOf('billing'))
})

test('whoever is not the control that the token pins gets no token', async () => {
  const alien = await createTestMesh('mesh.test')
  const { certPem, keyPem } = await alien.svid('system/control')
  const asked: string[] = []
  const impostor = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    asked.push(request.url ?? '')
    // It knows the true bundle, which is public, but has no certificate below it.
    response.end(JSON.stringify(control.mesh.trusting.trust))
  })
  impostor.listen(0, '127.0.0.1')
  await once(impostor, 'listening')
  const { port } = impostor.address() as AddressInfo
  const client = clientOf(null, `https://127.0.0.1:${port}`)
  const credential = { kind: 'token', token: await tokenFor('billing') } as const
  const join = client.join({ credential, csrPem: createKey().csrPem, service: 'billing' })
  await assert.rejects(join, { code: 'control_unreachable' })
  assert.deepEqual(asked, ['/v1/trust'])
  impostor.close()
})

test('a bundle that is not the pinned one is not believed', async () => {
  const other = await startControl()
  try {
    const client = clientOf(null, other.url)
    const credential = { kind: 'token', token: await tokenFor('billing') } as const
    const join = client.join({ credential, csrPem: createKey().csrPem, service: 'billing' })
    await assert.rejects(join, { code: 'control_not_trusted' })
    await assert.rejects(client.trustFor({ kind: 'token', token: 'x' }), { code: 'bad_join_token' })
    await assert.rejects(client.trustFor({ kind: 'jwt', jwt: 'x' }), {
      code: 'control_not_trusted',
    })
  } finally {
    await other.close()
  }
})

test('a member of the mesh that is not control is not taken for it', async () => {
  const member = control.member('billing')
  const { certPem, keyPem } = control.member('orders').svid
  const server = createServer({ cert: certPem, key: keyPem }, (_request, response) => {
    response.end('{}')
  })
  let asked = 0
  server.on('request', () => asked++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = clientOf(member, `https://127.0.0.1:${port}`)
  await assert.rejects(client.renew(createKey().csrPem), { code: 'control_not_trusted' })
  assert.equal(asked, 0)
  server.close()
})

test('a renewal is for who we are', async () => {
  const client = clientOf(control.member('billing'))
  const grant = await client.renew(createKey().csrPem)
  assert.equal(grant.id, idOf('billing'))
  await assert.rejects(client.renew('nonsense'), (error: unknown) => {
    assert.ok(error instanceof ControlRefusal)
    assert.deepEqual([error.code, error.status], ['bad_csr', 400])
    return true
  })
  await assert.rejects(clientOf(null).renew(createKey().csrPem), { code: 'no_identity' })
  client.close()
})

test('an instance registers, and every member that may call it hears of it at once', async () => {
  const client = clientOf(control.member('orders'))
  const watching = Array.from({ length: 5 }, () => clientOf(control.member('billing')))
  const heard = watching.map((each) => listen(each))
  await until('first snapshot', () => heard.every(({ snapshots }) => snapshots.length === 1))
  const beganMs = performance.now()
  await client.register(INSTANCE)
  await until('endpoint', () => heard.every(({ snapshots }) => endpointsIn(snapshots)?.[0] === 'a'))
  assert.ok(performance.now() - beganMs < 1000)
  await client.drain()
  await until('no endpoint', () =>
    heard.every(({ snapshots }) => endpointsIn(snapshots)?.length === 0),
  )
  await client.deregister()
  assert.deepEqual(control.mesh.registry.list(), [])
  await assert.rejects(client.heartbeat({ healthy: true, status: 'up' }), { code: 'no_lease' })
  for (const { stop } of heard) stop()
  for (const each of [client, ...watching]) each.close()
  await until('end of the watches', () => control.door.watchers === 0)
})

test('a lease that control has forgotten is taken out anew by the next beat', async () => {
  const client = clientOf(control.member('orders'))
  await client.register(INSTANCE)
  const other = clientOf(control.member('orders'))
  await other.register({ ...INSTANCE, epoch: 2 })
  // Somebody newer has our place: we may not take it back.
  await assert.rejects(client.heartbeat({ healthy: true, status: 'up' }), { code: 'old_epoch' })
  await other.deregister()
  await client.heartbeat({ healthy: false, status: 'up' })
  const [instance] = control.mesh.registry.list()
  assert.deepEqual([instance?.epoch, instance?.healthy], [1, false])
  await client.deregister()
  for (const each of [client, other]) each.close()
})

test('a restarted control is found again, and nothing that was known is lost meanwhile', async () => {
  const disk = memoryDisk()
  const settings = { plan: { ...plan, port: await freePort() }, disk }
  const first = await startControl(settings)
  const { url } = first
  const orders = clientOf(first.member('orders'), url)
  const billing = clientOf(first.member('billing'), url)
  const heard = listen(billing)
  await orders.register(INSTANCE)
  await until('endpoint', () => endpointsIn(heard.snapshots)?.[0] === 'a')
  const count = heard.snapshots.length
  await first.close()
  await until('stale', () => heard.states.at(-1)?.kind === 'stale')
  const second = await startControl(settings)
  try {
    await until('connected', () => heard.states.at(-1)?.kind === 'connected')
    assert.equal(heard.snapshots.length, count, 'an empty registry is not told to who knows more')
    await orders.heartbeat({ healthy: true, status: 'up' })
    const fresh = listen(clientOf(second.member('billing'), url))
    await until('endpoint', () => endpointsIn(fresh.snapshots)?.[0] === 'a')
    fresh.stop()
    assert.deepEqual(endpointsIn(heard.snapshots), ['a'])
  } finally {
    heard.stop()
    orders.close()
    billing.close()
    await second.close()
  }
})

test('with a new certificate the watch connects anew, and hears what it knows only once', async () => {
  const member: Member = control.member('billing')
  const client = clientOf(member)
  const heard = listen(client)
  await until('first snapshot', () => heard.snapshots.length === 1)
  const { csrPem, keyPem } = createKey()
  const grant = await client.renew(csrPem)
  member.become(readSvid(grant.certPem, keyPem, member.trust, grant.id, Date.now()))
  await until('new connection', () => {
    const kinds = heard.states.map(({ kind }) => kind)
    return kinds.lastIndexOf('connecting') > 0 && kinds.at(-1) === 'connected'
  })
  assert.equal(heard.snapshots.length, 1)
  await until('end of the old one', () => control.door.watchers === 1)
  heard.stop()
  client.close()
})

test('who is revoked is cut off within a second and not let in again', async () => {
  const member = control.member('billing')
  const client = clientOf(member)
  const heard = listen(client)
  await until('first snapshot', () => heard.snapshots.length === 1)
  const { serial, notAfterMs } = member.svid
  const beganMs = performance.now()
  await control.revocations.add({ serial, notAfterMs }, 'lost', 'ann')
  await until('cut', () => heard.states.at(-1)?.kind === 'stale')
  assert.ok(performance.now() - beganMs < 1000)
  await until('refusal', () =>
    heard.states.some((state) => state.kind === 'stale' && state.reason === 'revoked'),
  )
  heard.stop()
  client.close()
})
