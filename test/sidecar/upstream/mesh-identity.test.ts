import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import type { IdentitySource } from '../../../sidecar/identity/svid.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import { createTestCa } from '../../support/certificates.ts'
import type { IssuedCertificate, TestCa } from '../../support/certificates.ts'
import { until } from '../../support/until.ts'
import {
  TestIdentity,
  endpoint,
  idOf,
  issueSvid,
  meshCluster,
  serialOf,
  startMeshServer,
  trustIn,
} from './mesh-fixture.ts'
import type { RawServer } from './raw-server.ts'
import { send } from './recorder.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
const HOUR_MS = 3_600_000

let ca: TestCa
let otherCa: TestCa

before(async () => {
  ca = await createTestCa('mesh')
  otherCa = await createTestCa('another mesh')
})

/** Answers at once, but `/hold` with a head only, and an upgrade by switching. */
function answer(socket: Socket, head: string): void {
  if (head.includes('/hold')) socket.write(HEAD)
  else socket.write(head.includes('upgrade: ') ? SWITCHING : OK)
}

async function edgeIdentity(lifeMs = HOUR_MS): Promise<TestIdentity> {
  return new TestIdentity(await issueSvid(ca, 'orders', lifeMs), ca)
}

async function billing(
  t: TestContext,
  identity: IdentitySource,
  shown?: IssuedCertificate,
): Promise<ReturnType<typeof meshCluster> & { server: RawServer }> {
  const server = await startMeshServer(
    t,
    ca,
    shown ?? (await issueSvid(ca, 'billing', 12 * HOUR_MS)),
    answer,
  )
  const mesh = meshCluster(t, identity)
  mesh.cluster.setEndpoints(idOf('billing'), [endpoint(server.port)])
  return { ...mesh, server }
}

/** Well before an idle connection closes by itself. */
function closed(server: RawServer, connection: number): Promise<number> {
  return until(`end of connection ${connection}`, () => server.sockets[connection]!.destroyed, 2000)
}

describe('a mesh connection', () => {
  it('is used when the peer proves the id that is expected', async (t) => {
    const identity = await edgeIdentity()
    const { cluster, server, refusals } = await billing(t, identity)
    const first = await send(cluster).over
    assert.equal(first.body, 'ok')
    assert.equal(first.dispatched!.endpoint, `i${server.port}@127.0.0.1:${server.port}`)
    assert.equal((await send(cluster).over).body, 'ok')
    const [socket] = server.sockets as TLSSocket[]
    assert.equal(server.sockets.length, 1)
    assert.equal(socket!.getProtocol(), 'TLSv1.3')
    assert.equal(socket!.alpnProtocol, 'http/1.1')
    const shown = socket!.getPeerX509Certificate()!
    assert.equal(serialOf(shown.toString()), identity.svid.serial)
    assert.deepEqual(refusals, [])
  })

  it('is never resumed', async (t) => {
    const { cluster, server } = await billing(t, await edgeIdentity())
    for (let i = 0; i < 4; i++) {
      assert.equal((await send(cluster).over).outcome, 'complete')
      const socket = server.sockets[i] as TLSSocket
      assert.equal(socket.isSessionReused(), false)
      socket.destroy()
    }
  })

  const refused: [string, () => Promise<IssuedCertificate>, string][] = [
    ['another service', () => issueSvid(ca, 'payments'), 'identity_mismatch'],
    ['no service at all', () => ca.issue(['billing.example.internal']), 'not_a_spiffe_id'],
    [
      'a service of another trust domain',
      () => ca.issue(['spiffe://other.internal/ns/default/svc/billing']),
      'foreign_trust_domain',
    ],
    ['two services', () => ca.issue([idOf('billing'), idOf('orders')]), 'several_uri_sans'],
    ['an authority', () => ca.issue([idOf('billing')], { ca: true }), 'certificate_is_ca'],
  ]
  for (const [name, issue, reason] of refused) {
    it(`to ${name} is closed before a byte is sent`, async (t) => {
      const { cluster, server, refusals } = await billing(t, await edgeIdentity(), await issue())
      const { error } = await send(cluster, { method: 'POST' }).over
      assert.equal(error?.code, 'identity_mismatch')
      assert.match(error.message, new RegExp(`refused: ${reason}$`))
      const [connection] = server.connections
      await until('end of the connection', () => connection!.destroyed, 5000)
      assert.equal(server.connections.length, 1)
      assert.deepEqual(
        server.sockets.map(({ bytesRead }) => bytesRead),
        server.sockets.map(() => 0),
      )
      assert.deepEqual(server.heads, [])
      assert.deepEqual(
        refusals.map((refusal) => [refusal.reason, refusal.target.port]),
        [[reason, server.port]],
      )
    })
  }

  it('to somebody of another authority is no connection', async (t) => {
    const { cluster, server } = await billing(
      t,
      await edgeIdentity(),
      await issueSvid(otherCa, 'billing'),
    )
    const { error } = await send(cluster).over
    assert.equal(error?.code, 'upstream_tls_failed')
    assert.deepEqual(server.heads, [])
  })

  it('to somebody revoked is closed before a byte is sent, by id or serial', async (t) => {
    const shown = await issueSvid(ca, 'billing')
    for (const revocations of [
      { serials: [shown.serial], ids: [] },
      { serials: [], ids: [shown.id] },
    ]) {
      const identity = await edgeIdentity()
      identity.change({ revocations })
      const { cluster, server, refusals } = await billing(t, identity, shown)
      assert.equal((await send(cluster).over).outcome, 'identity_mismatch')
      assert.equal(refusals[0]?.reason, 'revoked')
      assert.deepEqual(server.heads, [])
    }
  })

  it('goes to the instance that proves its id, where another one has taken over an address', async (t) => {
    const identity = await edgeIdentity()
    const impostor = await startMeshServer(t, ca, await issueSvid(ca, 'payments'), answer)
    const { cluster, server, refusals } = await billing(t, identity)
    cluster.setEndpoints(idOf('billing'), [endpoint(impostor.port), endpoint(server.port)])
    for (let i = 0; i < 10; i++) assert.equal((await send(cluster).over).body, 'ok')
    assert.deepEqual(impostor.heads, [])
    assert.ok(refusals.length <= 1)
  })

  it('can not be made without an identity', async (t) => {
    const identity: IdentitySource = {
      get svid(): never {
        throw new SallyportError('no_identity', 'none yet')
      },
      trust: trustIn(ca),
      revocations: { serials: [], ids: [] },
      onChange: () => () => undefined,
    }
    const { cluster, server } = await billing(t, identity)
    const { error } = await send(cluster).over
    assert.equal(error?.code, 'upstream_connect_failed')
    assert.match(error.message, /no_identity/)
    assert.equal(server.sockets.length, 0)
  })

  it('is not made with our own certificate expired', async (t) => {
    const { cluster, server, clock } = await billing(t, await edgeIdentity())
    clock.setForward(2 * HOUR_MS)
    const { error } = await send(cluster).over
    assert.equal(error?.code, 'upstream_tls_failed')
    assert.match(error.message, /our own certificate has expired/)
    assert.deepEqual(server.heads, [])
  })
})

describe('when our certificate is renewed', () => {
  it('idle connections close at once, and new ones show the new one', async (t) => {
    const identity = await edgeIdentity()
    const { cluster, server } = await billing(t, identity)
    await send(cluster).over
    const svid = await issueSvid(ca, 'orders')
    identity.change({ svid })
    await closed(server, 0)
    assert.equal((await send(cluster).over).body, 'ok')
    const second = server.sockets[1] as TLSSocket
    assert.equal(serialOf(second.getPeerX509Certificate()!.toString()), svid.serial)
    assert.equal(second.isSessionReused(), false)
  })

  it('busy connections finish what they have, and are not used again', async (t) => {
    const identity = await edgeIdentity()
    const { cluster, server } = await billing(t, identity)
    const running = await send(cluster, { target: '/hold' }).headed
    identity.change({ svid: await issueSvid(ca, 'orders') })
    assert.equal((await send(cluster).over).body, 'ok')
    assert.equal(running.outcome, 'running')
    server.sockets[0]!.write('done')
    assert.equal((await running.over).body, 'done')
    await closed(server, 0)
    assert.equal(server.sockets[1]!.destroyed, false)
    assert.equal((await send(cluster).over).body, 'ok')
    assert.equal(server.sockets.length, 2)
  })

  it('requests that were waiting are served by a new connection', async (t) => {
    const identity = await edgeIdentity()
    const server = await startMeshServer(t, ca, await issueSvid(ca, 'billing'), answer)
    const { cluster } = meshCluster(t, identity, { maxConnections: 1 })
    cluster.setEndpoints(idOf('billing'), [endpoint(server.port)])
    const running = await send(cluster, { target: '/hold' }).headed
    const waiting = send(cluster, { method: 'POST' })
    identity.change({ svid: await issueSvid(ca, 'orders') })
    server.sockets[0]!.write('done')
    assert.equal((await running.over).outcome, 'complete')
    assert.equal((await waiting.over).body, 'ok')
    assert.equal(server.sockets.length, 2)
  })

  it('nothing happens where nothing changed', async (t) => {
    const identity = await edgeIdentity()
    const { cluster, server } = await billing(t, identity)
    await send(cluster).over
    identity.change({ revocations: { serials: ['abc'], ids: [] } })
    await send(cluster).over
    assert.equal(server.sockets.length, 1)
  })
})

describe('a connection whose peer is believed no longer', () => {
  it('ends at once, whatever it is doing', async (t) => {
    const identity = await edgeIdentity()
    const { cluster, server, refusals } = await billing(t, identity)
    const running = await send(cluster, { target: '/hold' }).headed
    const upgraded = await send(cluster, { upgrade: 'websocket' }).over
    assert.equal(upgraded.outcome, 'upgraded')
    identity.change({ revocations: { serials: [], ids: [idOf('billing')] } })
    assert.equal((await running.over).outcome, 'aborted')
    assert.match(running.error!.message, /identity_ended/)
    assert.equal(upgraded.upgraded!.socket.destroyed, true)
    for (const connection of [0, 1]) await closed(server, connection)
    assert.equal(refusals.length, 2)
  })

  it('ends when its authority is trusted no longer, and not while both are', async (t) => {
    const identity = await edgeIdentity()
    const { cluster, server } = await billing(t, identity)
    const running = await send(cluster, { target: '/hold' }).headed
    identity.change({ trust: trustIn(ca, otherCa) })
    assert.equal((await send(cluster).over).body, 'ok')
    assert.equal(running.outcome, 'running')
    identity.change({ trust: trustIn(otherCa) })
    assert.equal((await running.over).outcome, 'aborted')
    for (const connection of [0, 1]) await closed(server, connection)
    assert.equal((await send(cluster).over).outcome, 'upstream_tls_failed')
  })
})

describe('a connection ends with the certificate', () => {
  for (const [whose, ownMs, peerMs] of [
    ['of the peer', 10 * HOUR_MS, HOUR_MS],
    ['of ours', HOUR_MS, 10 * HOUR_MS],
  ] as const) {
    it(`${whose}, upgraded, busy and idle alike`, async (t) => {
      const identity = await edgeIdentity(ownMs)
      const shown = await issueSvid(ca, 'billing', peerMs)
      const { cluster, server, clock } = await billing(t, identity, shown)
      const upgraded = await send(cluster, { upgrade: 'websocket' }).over
      const running = await send(cluster, { target: '/hold' }).headed
      await send(cluster).over
      clock.setForward(HOUR_MS - 10_000)
      // A renewal does not make older connections live longer.
      identity.change({ svid: await issueSvid(ca, 'orders', 10 * HOUR_MS) })
      assert.equal(upgraded.upgraded!.socket.destroyed, false)
      assert.equal(running.outcome, 'running')
      clock.setForward(11_000)
      assert.equal(upgraded.upgraded!.socket.destroyed, true)
      assert.equal((await running.over).outcome, 'aborted')
      for (const connection of [0, 1, 2]) await closed(server, connection)
    })
  }
})
