import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, beforeEach, test } from 'node:test'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { appTransport } from '../../sidecar/app-transport.ts'
import { meshServerOptions } from '../../sidecar/identity/tls.ts'
import { meshHosts } from '../../sidecar/mesh-name.ts'
import { Outbound } from '../../sidecar/outbound.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { Metrics } from '../../sidecar/telemetry/metrics.ts'
import { Traffic } from '../../sidecar/traffic.ts'
import { Tunnels } from '../../sidecar/tunnels.ts'
import { MeshConnections } from '../../sidecar/upstream/mesh-connections.ts'
import { MeshDialer } from '../../sidecar/upstream/mesh-dialer.ts'
import type { Dialer } from '../../sidecar/upstream/dialer.ts'
import { createTestMesh } from '../support/mesh-identity.ts'
import { connectRaw, type RawClient } from '../support/raw-client.ts'
import { startRecorder, type Recorder } from '../support/recorder.ts'

let billing: Recorder
let egress: Recorder
let outbound: Outbound
let hasEgress: boolean
let egressDialer: Dialer | null
let client: RawClient

beforeEach(async () => {
  billing = await startRecorder()
  egress = await startRecorder()
  hasEgress = true
  egressDialer = null
  const clock = systemClock
  const metrics = new Metrics()
  const traffic = new Traffic({
    clock,
    random: Math.random,
    newId: () => 'a-request-id',
    metrics,
    writer: { write: () => {} },
    accessLog: { kind: 'off' },
    service: 'orders',
    timeoutMs: 5000,
  })
  const to = (port: number) => appTransport({ kind: 'tcp', host: '127.0.0.1', port }, clock)
  const toBilling = { name: 'billing', transport: to(billing.port) }
  const toEgress = to(egress.port)
  const hosts = meshHosts(['billing'])
  const tunnels = new Tunnels({
    clock,
    metrics,
    hop: 'orders outbound',
    egress: () => egressDialer,
  })
  outbound = new Outbound({
    traffic,
    destinations: {
      serviceAt: (host) => (hosts.has(host) ? toBilling : null),
      egress: () => (hasEgress ? toEgress : null),
    },
    openTunnel: (target, socket, head) => tunnels.open(target, socket, head),
  })
  await outbound.open({ host: '127.0.0.1', port: 0 })
  client = await connectRaw(outbound.port)
})

afterEach(async () => {
  client.destroy()
  outbound.close()
  await billing.close()
  await egress.close()
})

/** Status and problem code of the answer to these lines. */
async function ask(...lines: readonly string[]): Promise<string> {
  client.send([...lines, '', ''].join('\r\n'))
  const [answer] = await client.answers(1)
  const isProblem = answer!.body.toString().startsWith('{')
  const code = isProblem ? (JSON.parse(answer!.body.toString()) as { code: string }).code : 'ok'
  return `${answer!.status} ${code}`
}

const MESH_FORMS = [
  ['GET /a?b HTTP/1.1', 'Host: billing.mesh'],
  ['GET /a?b HTTP/1.1', 'Host: BILLING.mesh.'],
  ['GET /a?b HTTP/1.1', 'Host: billing.default.mesh:80'],
  ['GET http://billing.mesh/a?b HTTP/1.1', 'Host: billing.mesh'],
]
for (const lines of MESH_FORMS) {
  test(`${lines.join(', ')} is a call of the service`, async () => {
    assert.equal(await ask(...lines), '200 ok')
    assert.equal(billing.requests[0]?.target, '/a?b')
    assert.equal(egress.requests.length, 0)
  })
}

test("the sidecar's own port may stand in a mesh name, another may not", async () => {
  assert.equal(await ask('GET / HTTP/1.1', `Host: billing.mesh:${outbound.port}`), '200 ok')
  client = await connectRaw(outbound.port)
  assert.equal(await ask('GET / HTTP/1.1', 'Host: billing.mesh:8080'), '421 mesh_port_unknown')
})

const REFUSED: readonly (readonly [answer: string, ...lines: string[]])[] = [
  ['403 service_not_allowed', 'GET / HTTP/1.1', 'Host: ledger.mesh'],
  ['403 service_not_allowed', 'GET / HTTP/1.1', 'Host: billing.team.mesh'],
  ['403 service_not_allowed', 'GET http://ledger.mesh/ HTTP/1.1', 'Host: ledger.mesh'],
  ['421 not_a_mesh_name', 'GET / HTTP/1.1', 'Host: evil.example.com'],
  ['421 not_a_mesh_name', 'GET / HTTP/1.1', 'Host: 127.0.0.1:15001'],
  ['400 scheme_not_supported', 'GET https://billing.mesh/ HTTP/1.1', 'Host: billing.mesh'],
  ['400 scheme_not_supported', 'GET https://example.com/ HTTP/1.1', 'Host: example.com'],
  ['400 host_mismatch', 'GET http://billing.mesh/ HTTP/1.1', 'Host: ledger.mesh'],
  ['400 host_missing', 'GET / HTTP/1.1'],
  ['400 path_dot_segment', 'GET /a/../b HTTP/1.1', 'Host: billing.mesh'],
  ['400 mesh_name_needs_http', 'CONNECT billing.mesh:80 HTTP/1.1', 'Host: billing.mesh:80'],
  ['400 mesh_name_needs_http', 'CONNECT nobody.mesh:443 HTTP/1.1', 'Host: nobody.mesh:443'],
  ['403 no_egress', 'CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443'],
  ['400 target_invalid', 'CONNECT example.com HTTP/1.1', 'Host: example.com'],
  ['400 target_invalid', 'CONNECT user@example.com:443 HTTP/1.1', 'Host: example.com'],
  ['400 host_mismatch', 'CONNECT example.com:443 HTTP/1.1', 'Host: evil.example'],
  ['400 host_mismatch', 'CONNECT example.com:443 HTTP/1.1', 'Host: example.com:80'],
  ['400 host_repeated', 'CONNECT a.example:443 HTTP/1.1', 'Host: a.example', 'Host: a.example'],
  [
    '400 connect_with_body',
    'CONNECT a.example:443 HTTP/1.1',
    'Host: a.example',
    'Content-Length: 1',
  ],
]
for (const [answer, ...lines] of REFUSED) {
  test(`${lines.join(', ')} is answered ${answer}`, async () => {
    assert.equal(await ask(...lines), answer)
    assert.equal(billing.requests.length + egress.requests.length, 0)
  })
}

test('what is no mesh name goes to the egress gateway in absolute form', async () => {
  const line = 'GET http://API.example.com:8080/v1//x?q=1 HTTP/1.1'
  assert.equal(await ask(line, 'Host: api.example.com:8080', 'Proxy-Authorization: x'), '200 ok')
  const [request] = egress.requests
  assert.equal(request?.target, 'http://api.example.com:8080/v1/x?q=1')
  assert.ok(request.headers.every(([name]) => name.toLowerCase() !== 'proxy-authorization'))
  hasEgress = false
  client = await connectRaw(outbound.port)
  assert.equal(await ask('GET http://example.com/ HTTP/1.1', 'Host: example.com'), '403 no_egress')
})

/** An egress gateway that answers every CONNECT as `reply` says and then echoes. */
async function startGateway(
  service: string,
  reply: string,
): Promise<{ server: Server; heard: () => string }> {
  const mesh = await createTestMesh()
  const identity = await mesh.identity('orders')
  let heard = ''
  const server = createServer(
    meshServerOptions(await mesh.identity(service)),
    (socket: TLSSocket) => {
      socket.once('data', (head: Buffer) => {
        heard += head.toString('latin1')
        socket.write(reply)
        socket.on('data', (chunk: Buffer) => {
          heard += chunk.toString('latin1')
          socket.write(chunk)
        })
      })
      socket.on('error', () => socket.destroy())
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connections = new MeshConnections({ identity, clock: systemClock, onRefused: () => {} })
  const id = mesh.id('system/egress')
  egressDialer = new MeshDialer(connections, { name: 'egress', address: '127.0.0.1', port, id })
  return { server, heard: () => heard }
}

test('a tunnel goes through the egress gateway, which alone answers the app', async () => {
  const gateway = await startGateway('system/egress', 'HTTP/1.1 200 OK\r\n\r\n')
  const lines = ['CONNECT Example.com:443 HTTP/1.1', 'Host: example.com:443', 'X-Claim: me', '', '']
  // What comes behind the request must not be read as a part of ours.
  client.send(`${lines.join('\r\n')}early`)
  await client.waitFor('the echo', () => client.received.toString().endsWith('early'))
  client.send('later')
  await client.waitFor('the echo', () => client.received.toString().endsWith('later'))
  assert.equal(
    gateway.heard(),
    'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\nearlylater',
  )
  client.socket.end()
  await client.waitForClose()
  gateway.server.close()
})

test('a refusal of the egress gateway reaches the app as it is', async () => {
  const refusal = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\n\r\nnope'
  const gateway = await startGateway('system/egress', refusal)
  client.send('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n')
  const [answer] = await client.answers(1)
  assert.deepEqual([answer?.status, answer?.body.toString()], [403, 'nope'])
  client.destroy()
  gateway.server.close()
})

test('whoever is not the egress gateway hears nothing of a tunnel', async () => {
  const gateway = await startGateway('billing', 'HTTP/1.1 200 OK\r\n\r\n')
  const answer = await ask('CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443')
  assert.equal(answer, '502 identity_mismatch')
  assert.equal(gateway.heard(), '')
  gateway.server.close()
})
