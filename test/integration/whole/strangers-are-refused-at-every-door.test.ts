// Every certificate case of the security list, at each door of a running mesh: only members get in, by a good certificate.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import {
  CHAIN_CASES,
  ID_CASES,
  USAGE_CASES,
  type SecurityCase,
} from '../../sidecar/identity/security-cases.ts'
import { BILLING, ORDERS, type OddCertificate } from '../../support/odd-certificates.ts'
import { connectRaw, RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import { says, startApp, type App } from '../mesh/client.ts'
import { startMeshNode, type MeshNode, type RunningSidecar } from './mesh-node.ts'
import { notTls } from './wire-tap.ts'

const CASES = [...CHAIN_CASES, ...USAGE_CASES, ...ID_CASES]
const HEARTBEAT = JSON.stringify({ leaseId: 'x'.repeat(22), healthy: true, status: 'up' })
const ALLOWED = { to: 'billing', from: ['orders'] }

interface Door {
  readonly name: string
  readonly port: () => number
  readonly request: () => string
  /** What a member is answered. */
  readonly welcome: RegExp
  /** What a stranger may be answered, if anything. */
  readonly refusal: RegExp
}

suite('whoever is not a member', { timeout: 120_000 }, () => {
  let app: App
  let sentinel: Server
  let reached = 0
  let node: MeshNode
  let billing: RunningSidecar
  let visits = 0

  before(async () => {
    app = await startApp(says('paid'))
    sentinel = createServer((socket) => {
      reached += 1
      socket.on('error', () => undefined).destroy()
    })
    sentinel.listen(0, '127.0.0.1')
    await once(sentinel, 'listening')
    const entry = { host: 'cidr:127.0.0.1/32', ports: [sentinelPort()], protocol: 'tcp' }
    node = await startMeshNode({
      sections: {
        routes: [{ name: 'any', match: '/*', to: app.url, auth: 'public' }],
        services: { orders: { mesh: true } },
        egress: {
          mesh: '127.0.0.1:0',
          network: { allow: ['127.0.0.0/8'] },
          rules: [{ name: 'sentinel', from: ['orders'], allow: [entry] }],
        },
      },
      authorize: [ALLOWED],
    })
    billing = await node.sidecar('billing', app.url)
  })

  after(async () => {
    await node?.stop()
    await app?.close()
    sentinel?.close()
  })

  function sentinelPort(): number {
    return (sentinel.address() as AddressInfo).port
  }

  const doors: readonly Door[] = [
    {
      name: 'a sidecar',
      port: () => billing.ports.inbound,
      request: () => 'GET / HTTP/1.1\r\nHost: billing.mesh\r\n\r\n',
      welcome: /^HTTP\/1\.1 200 /,
      refusal: /^$/,
    },
    {
      name: 'control',
      port: () => node.door,
      request: () =>
        'POST /v1/heartbeat HTTP/1.1\r\nHost: control\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${HEARTBEAT.length}\r\n\r\n${HEARTBEAT}`,
      welcome: /"code":"unknown_lease"/,
      refusal: /^$|^HTTP\/1\.1 40[13] [^]*"code":"(?:no_certificate|not_a_member)"/,
    },
    {
      name: 'egress',
      port: () => node.egressDoor,
      request: () => {
        const to = `127.0.0.1:${sentinelPort()}`
        return `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`
      },
      welcome: /^HTTP\/1\.1 200 /,
      refusal: /^$/,
    },
  ]

  /** Everything that the door says. Each call comes from an address of its own: strangers share a rate limit. */
  async function knock(door: Door, shown: ConnectionOptions): Promise<string> {
    visits += 1
    const localAddress = `127.0.${1 + (visits >> 8)}.${visits & 255}`
    const socket = connectTls({
      socket: connect({ host: '127.0.0.1', port: door.port(), localAddress }),
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      ...shown,
    })
    const client = new RawClient(socket)
    client.send(door.request())
    const isOver = (): boolean =>
      client.closed || client.ended || /\r\n\r\n(?:.|$)/.test(client.received.toString())
    await client.waitFor('an answer or the end', isOver)
    client.destroy()
    return client.received.toString()
  }

  function shownBy(chain: readonly OddCertificate[]): ConnectionOptions {
    const [leaf] = chain
    // A client that shows weak certificates must be let do so.
    const ciphers = 'DEFAULT@SECLEVEL=0'
    if (leaf === undefined) return { ciphers }
    return { ciphers, cert: chain.map(({ certPem }) => certPem).join(''), key: leaf.keyPem }
  }

  async function check({
    expected,
    chain,
  }: Pick<SecurityCase, 'expected' | 'chain'>): Promise<void> {
    const shown = shownBy(await chain(node.mesh))
    const before = { requests: app.seen.length, reached }
    for (const door of doors) {
      const answer = await knock(door, shown)
      assert.match(answer, expected === 'trusted' ? door.welcome : door.refusal, door.name)
    }
    if (expected === 'trusted') await until('the sentinel', () => reached > before.reached)
    else assert.deepEqual({ requests: app.seen.length, reached }, before)
  }

  for (const { id, what, expected, chain } of CASES) {
    test(`${id} ${what}: ${expected === 'trusted' ? 'gets in' : 'stays outside'} at every door`, () =>
      check({ expected, chain }))
  }

  test('stays outside without TLS 1.3, whatever the certificate', async () => {
    const { certPem, keyPem } = await node.svid('orders')
    for (const door of doors) {
      assert.match(await knock(door, { cert: certPem, key: keyPem }), door.welcome)
      const old = { cert: certPem, key: keyPem, maxVersion: 'TLSv1.2' as const }
      assert.equal(await knock(door, old), '')
    }
  })

  test('stays outside without any TLS: nothing but a TLS alert is said', async () => {
    for (const door of doors) {
      for (const text of [door.request(), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\0'.repeat(64)]) {
        const client = await connectRaw(door.port())
        client.send(text)
        client.socket.end()
        await client.waitForClose()
        assert.equal(notTls(client.received), null)
        assert.ok(client.received.length <= 7, door.name)
        client.destroy()
      }
    }
  })

  test('T044 stays outside once revoked, and is told apart from who is not', async () => {
    const chainOf = (id: string) => async () => {
      const { authority } = node.mesh
      return [await authority.issue({ uris: [id] }), authority]
    }
    await check({ expected: 'trusted', chain: chainOf(ORDERS) })
    await node.api('POST', '/api/v1/revocations', { id: ORDERS, reason: 'stolen' })
    await until('the revocation everywhere', async () => {
      const shown = shownBy(await chainOf(ORDERS)())
      const answers = await Promise.all(doors.map((door) => knock(door, shown)))
      return doors.every(({ refusal }, index) => refusal.test(answers[index]!))
    })
    await check({ expected: 'revoked', chain: chainOf(ORDERS) })
    assert.match(
      await billing.admin('/metrics'),
      /handshakes_refused_total\{reason="revoked"\} [1-9]/,
    )
    // Others are let in as before: not to the app and the sentinel, for no rule allows that.
    const shown = shownBy(await chainOf(BILLING)())
    assert.match(await knock(doors[0]!, shown), /"code":"caller_not_allowed"/)
    assert.match(await knock(doors[1]!, shown), doors[1]!.welcome)
    assert.match(await knock(doors[2]!, shown), /^HTTP\/1\.1 403 /)
  })

  test('leaves a trace in the audit and in the sidecar’s numbers', async () => {
    const results = node
      .audit()
      .filter(({ action }) => action === 'mesh_refusal')
      .map(({ result }) => result)
    for (const reason of ['no_certificate', 'untrusted_chain', 'several_uri_sans', 'revoked'])
      assert.ok(results.includes(reason), `${reason} in ${JSON.stringify(results)}`)
    const metrics = await billing.admin('/metrics')
    for (const reason of ['no_certificate', 'untrusted_chain', 'certificate_is_ca', 'wrong_issuer'])
      assert.match(metrics, new RegExp(`handshakes_refused_total\\{reason="${reason}"\\} [1-9]`))
  })
})
