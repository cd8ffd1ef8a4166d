import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import type { Svid } from '../../../sidecar/identity/svid.ts'
import type { MeshEndpoint } from '../../../sidecar/snapshot/snapshot.ts'
import { createTestCa } from '../../support/certificates.ts'
import type { TestCa } from '../../support/certificates.ts'
import { until } from '../../support/until.ts'
import {
  TestIdentity,
  endpoint,
  idOf,
  issueSvid,
  meshCluster,
  startMeshServer,
} from './mesh-fixture.ts'
import type { RawServer } from './raw-server.ts'
import { closedPort } from './raw-server.ts'
import { send } from './recorder.ts'
import type { Recorder } from './recorder.ts'

const BILLING = idOf('billing')

let ca: TestCa
let identity: TestIdentity
let shown: Svid

before(async () => {
  ca = await createTestCa('mesh')
  identity = new TestIdentity(await issueSvid(ca, 'orders'), ca)
  shown = await issueSvid(ca, 'billing')
})

function answerOk(socket: Socket, head: string): void {
  if (!head.includes('/wait')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
}

function instance(t: TestContext): Promise<RawServer> {
  return startMeshServer(t, ca, shown, answerOk)
}

describe('a mesh cluster', () => {
  it('says at once that there is no instance', async (t) => {
    const { cluster } = meshCluster(t, identity)
    assert.equal((await send(cluster).over).outcome, 'upstream_unavailable')
    cluster.setEndpoints(BILLING, [])
    const { error } = await send(cluster).over
    assert.equal(error?.message, 'billing: there is no endpoint')
  })

  it('keeps the connections of instances that stay', async (t) => {
    const [a, b] = [await instance(t), await instance(t)]
    const { cluster } = meshCluster(t, identity)
    cluster.setEndpoints(BILLING, [endpoint(a.port)])
    await send(cluster).over
    cluster.setEndpoints(BILLING, [endpoint(b.port), endpoint(a.port, { weight: 7, zone: 'z' })])
    cluster.setEndpoints(BILLING, [endpoint(a.port)])
    await send(cluster).over
    assert.deepEqual([a.heads.length, a.sockets.length], [2, 1])
  })

  it('connects anew to an instance with another id, name or port', async (t) => {
    const a = await instance(t)
    const { cluster } = meshCluster(t, identity)
    cluster.setEndpoints(BILLING, [endpoint(a.port)])
    await send(cluster).over
    cluster.setEndpoints(BILLING, [endpoint(a.port, { instance: 'reborn' })])
    assert.equal((await send(cluster).over).body, 'ok')
    assert.equal(a.sockets.length, 2)
    await until('old connection closed', () => a.sockets[0]!.destroyed)
    cluster.setEndpoints(idOf('payments'), [endpoint(a.port, { instance: 'reborn' })])
    assert.equal((await send(cluster).over).outcome, 'identity_mismatch')
    assert.equal(a.heads.length, 2)
  })

  it('lets requests to an instance that is gone run to their end', async (t) => {
    const [a, b] = [await instance(t), await instance(t)]
    const { cluster } = meshCluster(t, identity)
    cluster.setEndpoints(BILLING, [endpoint(a.port)])
    const running = send(cluster, { target: '/wait' })
    await until('request', () => a.heads.length === 1)
    cluster.setEndpoints(BILLING, [endpoint(b.port)])
    assert.equal((await send(cluster).over).body, 'ok')
    assert.equal(b.heads.length, 1)
    a.sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate')
    assert.equal((await running.over).body, 'late')
    await until('connection closed', () => a.sockets[0]!.destroyed)
  })

  it('asks unhealthy instances only where no other is left', async (t) => {
    const [a, b] = [await instance(t), await instance(t)]
    const { cluster } = meshCluster(t, identity)
    const sick = endpoint(a.port, { healthy: false })
    cluster.setEndpoints(BILLING, [sick, endpoint(b.port)])
    for (let i = 0; i < 5; i++) await send(cluster).over
    assert.equal(a.heads.length, 0)
    cluster.setEndpoints(BILLING, [sick])
    assert.equal((await send(cluster).over).body, 'ok')
    assert.equal(a.heads.length, 1)
  })

  it('goes on to another instance where one can not be reached', async (t) => {
    const a = await instance(t)
    const { cluster } = meshCluster(t, identity)
    cluster.setEndpoints(BILLING, [endpoint(await closedPort()), endpoint(a.port)])
    for (let i = 0; i < 5; i++) {
      assert.equal((await send(cluster, { method: 'POST' }).over).body, 'ok')
    }
    const breakers = cluster.status().map(({ breaker }) => breaker)
    assert.equal(breakers[1], 'closed')
  })

  it('fails no request while instances come and go and certificates change', async (t) => {
    const servers = await Promise.all(Array.from({ length: 4 }, () => instance(t)))
    const all = servers.map(({ port }) => endpoint(port))
    const sets: readonly (readonly MeshEndpoint[])[] = [
      [all[0]!],
      [all[0]!, all[1]!, all[2]!],
      [all[2]!, all[3]!],
      all,
      [{ ...all[1]!, instance: 'again' }, all[3]!],
    ]
    const changing = new TestIdentity(identity.svid, ca)
    const others = await Promise.all([1, 2, 3].map(() => issueSvid(ca, 'orders')))
    const { cluster } = meshCluster(t, changing)
    cluster.setEndpoints(BILLING, sets[0]!)
    const outcomes = new Map<string, number>()
    let sent = 0
    const client = async (): Promise<void> => {
      while (sent < 1500) {
        sent++
        if (sent % 40 === 0) cluster.setEndpoints(BILLING, sets[(sent / 40) % sets.length]!)
        if (sent % 150 === 0) changing.change({ svid: others[(sent / 150) % others.length]! })
        const { outcome }: Recorder = await send(cluster, { method: 'POST' }).over
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: 8 }, client))
    assert.deepEqual([...outcomes], [['complete', sent]])
    for (const { heads } of servers) assert.ok(heads.length > 20)
  })

  it('waits for its requests when it closes or retires, those of gone instances too', async (t) => {
    for (const way of ['close', 'retire'] as const) {
      const a = await instance(t)
      const { cluster } = meshCluster(t, identity)
      cluster.setEndpoints(BILLING, [endpoint(a.port)])
      const running = send(cluster, { target: '/wait' })
      await until('request', () => a.heads.length === 1)
      cluster.setEndpoints(BILLING, [])
      const order: string[] = []
      const over = (async () => {
        await cluster[way]()
        order.push(way)
      })()
      answerOk(a.sockets[0]!, '')
      assert.equal((await running.over).outcome, 'complete')
      order.push('answer')
      await over
      assert.deepEqual(order, ['answer', way])
    }
  })
})
