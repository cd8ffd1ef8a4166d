import assert from 'node:assert/strict'
import { constants } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { before, test } from 'node:test'
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { checkPeer, peerOf, type PeerVerdict } from '../../../sidecar/identity/peer.ts'
import type { TrustBundle } from '../../../sidecar/identity/svid.ts'
import {
  followIdentity,
  meshClientOptions,
  meshServerOptions,
} from '../../../sidecar/identity/tls.ts'
import {
  BILLING,
  bundleOf,
  ORDERS,
  oddRoot,
  svidOf,
  type OddCertificate,
} from '../../support/odd-certificates.ts'
import { startMeshServer } from './mesh-handshake.ts'
import { ChangingIdentity } from './mesh-identity.ts'

let root: OddCertificate
let other: OddCertificate

before(async () => {
  root = await oddRoot()
  other = await oddRoot({ subject: 'CN=other root' })
})

async function identityOf(id: string, trust: TrustBundle = bundleOf(root)) {
  return new ChangingIdentity(await svidOf(root, id), trust)
}

/** Connects as the mesh does, and says what it makes of the server. */
async function call(
  port: number,
  identity: ChangingIdentity,
  expectedId: string | null,
  more: ConnectionOptions = {},
): Promise<PeerVerdict | 'tls'> {
  const socket = connect({ host: '127.0.0.1', port, ...meshClientOptions(identity), ...more })
  let verdict: PeerVerdict | 'tls' = 'tls'
  socket.on('error', () => undefined)
  socket.on('secureConnect', () => {
    verdict = peerOf(socket, identity, Date.now(), expectedId)
  })
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
  return verdict
}

test('no server of the mesh holds back the first answer of a connection', async () => {
  const server = createServer(meshServerOptions(await identityOf(ORDERS, bundleOf(root))))
  // What Node's own HTTP servers do by themselves; without it, each connection's first answer takes 40 ms longer.
  assert.equal((server as unknown as { noDelay: boolean }).noDelay, true)
})

test('both ends know each other, whatever intermediates stand between', async () => {
  const [first, second] = await Promise.all(
    ['CN=first', 'CN=second'].map((subject) =>
      root.issue({ isCa: true, uris: ['spiffe://mesh.test'], usages: [], subject }),
    ),
  )
  const trust = bundleOf(root)
  const server = await startMeshServer(
    new ChangingIdentity(await svidOf(first!, BILLING, [first!]), trust),
  )
  try {
    const caller = new ChangingIdentity(await svidOf(second!, ORDERS, [second!]), trust)
    const { verdict } = await server.handshake(meshClientOptions(caller))
    assert.ok(verdict !== 'tls' && verdict.kind === 'trusted')
    assert.equal(verdict.id, ORDERS)
    assert.equal(verdict.serial, caller.svid.serial)
    const callee = await call(server.port, caller, BILLING)
    assert.ok(callee !== 'tls' && callee.kind === 'trusted')
    const wrong = await call(server.port, caller, ORDERS)
    assert.equal(wrong !== 'tls' && wrong.kind === 'refused' && wrong.reason, 'identity_mismatch')
  } finally {
    await server.close()
  }
})

test('a server that does not keep chains refuses a client with intermediates, and never guesses', async () => {
  const middle = await root.issue({ isCa: true, uris: [], usages: [], subject: 'CN=middle' })
  const identity = await identityOf(BILLING)
  const verdicts: PeerVerdict[] = []
  const server = createServer(meshServerOptions(identity), (socket) => {
    verdicts.push(peerOf(socket, identity, Date.now(), null))
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const caller = new ChangingIdentity(await svidOf(middle, ORDERS, [middle]), bundleOf(root))
  await call(port, caller, null)
  await call(port, await identityOf(ORDERS), null)
  server.close()
  const [first, second] = verdicts
  // A Node that shows servers the whole chain needs no help.
  assert.ok(first?.kind === 'trusted' || first?.reason === 'untrusted_chain')
  assert.equal(second?.kind, 'trusted')
})

test('T056 T065 TLS 1.2 is refused', async () => {
  const server = await startMeshServer(await identityOf(BILLING))
  try {
    const { svid } = await identityOf(ORDERS)
    const { verdict } = await server.handshake({
      cert: svid.certPem,
      key: svid.keyPem,
      ca: root.certPem,
      maxVersion: 'TLSv1.2',
    })
    assert.equal(verdict, 'tls')
  } finally {
    await server.close()
  }
})

test('T050 a server name changes nothing: in lower case, in upper case, or odd', async () => {
  const server = await startMeshServer(await identityOf(BILLING))
  const anonymous = { ca: root.certPem, checkServerIdentity: () => undefined }
  const caller = await identityOf(ORDERS)
  try {
    for (const servername of ['billing.mesh', 'BILLING.MESH', '..', '*', 'a'.repeat(255)]) {
      assert.equal((await server.handshake({ ...anonymous, servername })).verdict, 'tls')
      const known = await server.handshake({ ...meshClientOptions(caller), servername })
      assert.equal(known.verdict !== 'tls' && known.verdict.kind, 'trusted')
    }
  } finally {
    await server.close()
  }
})

test('T048 T049 no session is ever resumed by a server, whatever the client saved', async () => {
  const server = await startMeshServer(await identityOf(BILLING))
  const caller = await identityOf(ORDERS)
  const shown = {
    cert: caller.svid.certPem,
    key: caller.svid.keyPem,
    ca: root.certPem,
    checkServerIdentity: () => undefined,
  }
  try {
    const { sessions } = await server.handshake(shown)
    for (const session of sessions) {
      const { isResumed, verdict } = await server.handshake({ ...shown, session })
      assert.equal(isResumed, false)
      assert.equal(verdict !== 'tls' && verdict.kind, 'trusted')
    }
  } finally {
    await server.close()
  }
})

test('T047 a client is refused once its authority is gone, also with a session from before', async () => {
  const identity = await identityOf(BILLING, bundleOf(root, other))
  const server = await startMeshServer(identity)
  const stranger = await svidOf(other, ORDERS)
  const shown = {
    cert: stranger.certPem,
    key: stranger.keyPem,
    ca: root.certPem,
    checkServerIdentity: () => undefined,
  }
  try {
    const { verdict, sessions } = await server.handshake(shown)
    assert.equal(verdict !== 'tls' && verdict.kind, 'trusted')
    identity.change({ trust: bundleOf(root) })
    for (const session of [undefined, ...sessions]) {
      const again = await server.handshake(session === undefined ? shown : { ...shown, session })
      assert.equal(again.verdict, 'tls')
    }
  } finally {
    await server.close()
  }
})

test('T044 T047 a revoked client is refused at its next connection, also with a session from before', async () => {
  const identity = await identityOf(BILLING)
  const server = await startMeshServer(identity)
  const caller = await identityOf(ORDERS)
  const shown = {
    cert: caller.svid.certPem,
    key: caller.svid.keyPem,
    ca: root.certPem,
    checkServerIdentity: () => undefined,
  }
  try {
    const { sessions } = await server.handshake(shown)
    identity.change({ revocations: { serials: [caller.svid.serial], ids: [] } })
    for (const session of [undefined, ...sessions]) {
      const { verdict } = await server.handshake(
        session === undefined ? shown : { ...shown, session },
      )
      assert.equal(verdict !== 'tls' && verdict.kind === 'refused' && verdict.reason, 'revoked')
    }
  } finally {
    await server.close()
  }
})

/** A server as nobody should run one: it hands out tickets, and takes every one of them back. */
async function startTicketServer(): Promise<{ port: number; close(): void }> {
  const { certPem, keyPem } = await svidOf(root, BILLING)
  const options = { cert: certPem, key: keyPem, ticketKeys: Buffer.alloc(48, 7) }
  const server = createServer(options, (socket) => {
    socket.on('error', () => undefined)
    socket.end('hello')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

test('a client offers no session by itself, and does not trust the server of a resumed one', async () => {
  const server = await startTicketServer()
  const identity = await identityOf(ORDERS)
  try {
    const sessions: Buffer[] = []
    for (let round = 0; round < 2; round += 1) {
      const socket: TLSSocket = connect({
        host: '127.0.0.1',
        port: server.port,
        ...meshClientOptions(identity),
      })
      socket.on('session', (session) => sessions.push(session))
      await once(socket, 'secureConnect')
      assert.equal(socket.isSessionReused(), false)
      socket.resume()
      await once(socket, 'close')
    }
    const session = sessions.at(-1)!
    const verdict = await call(server.port, identity, BILLING, { session })
    assert.equal(
      verdict !== 'tls' && verdict.kind === 'refused' && verdict.reason,
      'resumed_session',
    )
    // The session is still good for TLS when the authority is not trusted any more; that is the trap.
    identity.change({ trust: bundleOf(other) })
    const late = await call(server.port, identity, BILLING, { session })
    assert.equal(late !== 'tls' && late.kind === 'refused' && late.reason, 'resumed_session')
    assert.equal(await call(server.port, identity, BILLING), 'tls')
  } finally {
    server.close()
  }
})

test('T059 T060 T061 a bundle that is empty, garbage or no root is an error and never means the public roots', async () => {
  const leaf = await root.issue()
  const middle = await root.issue({ isCa: true, subject: 'CN=middle', uris: [] })
  const weak = await oddRoot({ key: 'RSA-1024' })
  const { svid } = await identityOf(BILLING)
  for (const [what, rootPems] of [
    ['no anchor', []],
    ['an empty text', ['']],
    ['garbage', ['garbage']],
    ['a broken PEM', [root.certPem.replace('-----END CERTIFICATE-----', '')]],
    ['garbage beside a good one', [root.certPem, 'garbage']],
    ['two in one text', [root.certPem + other.certPem]],
    ['a leaf', [leaf.certPem]],
    ['an intermediate', [middle.certPem]],
    ['a weak root', [weak.certPem]],
    ['a private key', [root.keyPem]],
    ['too many', Array.from({ length: 17 }, () => root.certPem)],
  ] as const) {
    const identity = new ChangingIdentity(svid, { trustDomain: 'mesh.test', rootPems })
    const wanted = { code: 'bad_trust_bundle' }
    assert.throws(() => meshServerOptions(identity), wanted, what)
    assert.throws(() => meshClientOptions(identity), wanted, what)
    assert.throws(() => checkPeer([leaf.der], identity, Date.now(), null), wanted, what)
  }
})

test('T062 T064 the options ask for certificates, refuse without one, and share no ticket key', async () => {
  const options = meshServerOptions(await identityOf(BILLING))
  assert.equal(options.requestCert, true)
  assert.equal(options.rejectUnauthorized, true)
  assert.equal(options.minVersion, 'TLSv1.3')
  assert.equal(
    Number(options.secureOptions) & constants.SSL_OP_NO_TICKET,
    constants.SSL_OP_NO_TICKET,
  )
  for (const name of ['ticketKeys', 'SNICallback', 'sessionTimeout', 'pskCallback'])
    assert.ok(!(name in options), name)
  assert.equal(meshClientOptions(await identityOf(ORDERS)).rejectUnauthorized, true)
})

test('T063 a key that is not of the certificate is an error', async () => {
  const { svid } = await identityOf(BILLING)
  const { keyPem } = await svidOf(root, ORDERS)
  const identity = new ChangingIdentity({ ...svid, keyPem }, bundleOf(root))
  assert.throws(() => createServer(meshServerOptions(identity)))
  assert.throws(() => meshClientOptions(identity))
})

test('T051 one authority replaces another while handshakes go on, and none fails', async () => {
  const server = await identityOf(BILLING)
  const client = await identityOf(ORDERS)
  const running = await startMeshServer(server)
  const both = bundleOf(root, other)
  const steps: readonly (() => Promise<void>)[] = [
    async () => server.change({ trust: both }),
    async () => client.change({ trust: both }),
    async () => server.change({ svid: await svidOf(other, BILLING) }),
    async () => client.change({ svid: await svidOf(other, ORDERS) }),
    async () => server.change({ trust: bundleOf(other) }),
    async () => client.change({ trust: bundleOf(other) }),
  ]
  try {
    for (const step of steps) {
      await step()
      const { verdict } = await running.handshake(meshClientOptions(client))
      assert.equal(verdict !== 'tls' && verdict.kind, 'trusted')
      const back = await call(running.port, client, BILLING)
      assert.ok(back !== 'tls' && back.kind === 'trusted')
      assert.equal(back.serial, server.svid.serial)
    }
  } finally {
    await running.close()
  }
})

test('T058 a bundle that cannot be used is reported, and the server serves on with the old one', async () => {
  const identity = await identityOf(BILLING)
  const faults: unknown[] = []
  const server = createServer(meshServerOptions(identity), (socket) => socket.end())
  const unfollow = followIdentity(server, identity, (error) => faults.push(error))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    identity.change({ trust: { trustDomain: 'mesh.test', rootPems: [] } })
    assert.equal((faults[0] as { code?: string }).code, 'bad_trust_bundle')
    assert.notEqual(await call(port, await identityOf(ORDERS), BILLING), 'tls')
    unfollow()
    identity.change({})
    assert.equal(faults.length, 1)
  } finally {
    server.close()
  }
})

test('a client context is made once for each certificate and bundle', async () => {
  const identity = await identityOf(ORDERS)
  const { secureContext } = meshClientOptions(identity)
  assert.equal(meshClientOptions(identity).secureContext, secureContext)
  identity.change({ revocations: { serials: ['1'], ids: [] } })
  assert.equal(meshClientOptions(identity).secureContext, secureContext)
  identity.change({ trust: bundleOf(root) })
  assert.notEqual(meshClientOptions(identity).secureContext, secureContext)
})
