import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import type { TLSSocket, TlsOptions } from 'node:tls'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { anonymousService } from '../../../sidecar/upstream/compile.ts'
import type { UpstreamTlsPlan } from '../../../sidecar/upstream/plan.ts'
import { Pool } from '../../../sidecar/upstream/pool.ts'
import { createTestCa } from '../../support/certificates.ts'
import type { TestCa } from '../../support/certificates.ts'
import { startRawServer } from './raw-server.ts'
import type { RawServer } from './raw-server.ts'
import { endpointAt, send } from './recorder.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

let ca: TestCa
let otherCa: TestCa

before(async () => {
  ca = await createTestCa('upstream test')
  otherCa = await createTestCa('another')
})

async function tlsServer(
  t: TestContext,
  names: string[],
  options: TlsOptions = {},
): Promise<RawServer> {
  const { certPem, keyPem } = await ca.issue(names)
  const tls = { cert: certPem, key: keyPem, ALPNProtocols: ['h2', 'http/1.1'], ...options }
  return startRawServer(t, (socket) => socket.write(OK), tls)
}

function tlsPool(
  t: TestContext,
  port: number,
  tls: Partial<UpstreamTlsPlan> = {},
  host?: string,
): Pool {
  const endpoint = endpointAt(port, 'https', host)
  const plan = anonymousService(endpoint)
  const pool = new Pool(
    endpoint,
    { ...plan, tls: { ...plan.tls, caPem: ca.certPem, ...tls } },
    systemClock,
  )
  t.after(() => pool.close())
  return pool
}

describe('an https endpoint', () => {
  it('is spoken to when its CA and name are the ones expected', async (t) => {
    const server = await tlsServer(t, ['localhost'])
    const pool = tlsPool(t, server.port, {}, 'localhost')
    assert.equal((await send(pool).over).body, 'ok')
    assert.equal((await send(pool).over).body, 'ok')
    const [socket] = server.sockets as TLSSocket[]
    assert.equal(server.sockets.length, 1)
    assert.equal(socket!.alpnProtocol, 'http/1.1')
    assert.equal((socket as TLSSocket & { servername: string }).servername, 'localhost')
  })

  it('is known by its address, which is not sent as a server name', async (t) => {
    const server = await tlsServer(t, ['127.0.0.1'])
    assert.equal((await send(tlsPool(t, server.port)).over).body, 'ok')
    assert.equal((server.sockets[0] as TLSSocket & { servername: unknown }).servername, false)
  })

  it('is known by the configured name instead of its address', async (t) => {
    const server = await tlsServer(t, ['orders.internal'])
    const pool = tlsPool(t, server.port, { serverName: 'orders.internal' })
    assert.equal((await send(pool).over).body, 'ok')
    assert.equal(
      (server.sockets[0] as TLSSocket & { servername: unknown }).servername,
      'orders.internal',
    )
  })

  const refusals: [string, string[], () => Partial<UpstreamTlsPlan>, RegExp][] = [
    ['signed by nobody known', ['127.0.0.1'], () => ({ caPem: null }), /VERIFY|SELF_SIGNED|LEAF/],
    [
      'signed by another CA',
      ['127.0.0.1'],
      () => ({ caPem: otherCa.certPem }),
      /VERIFY|SIGNATURE|ISSUER|SELF_SIGNED/,
    ],
    ['for another name', ['other.internal'], () => ({ serverName: 'orders.internal' }), /ALTNAME/],
    ['for another address', ['127.0.0.2'], () => ({}), /ALTNAME/],
  ]
  for (const [name, names, tls, cause] of refusals) {
    it(`is refused with a certificate ${name}, before it hears anything`, async (t) => {
      const server = await tlsServer(t, names)
      const { error } = await send(tlsPool(t, server.port, tls())).over
      assert.equal(error?.code, 'upstream_tls_failed')
      assert.match(error.message, cause)
      assert.deepEqual(server.heads, [])
    })
  }

  it('is refused when its certificate has expired', async (t) => {
    const expired = await ca.issue(['127.0.0.1'], {
      notBefore: new Date(Date.now() - 7200_000),
      notAfter: new Date(Date.now() - 3600_000),
    })
    const server = await tlsServer(t, [], { cert: expired.certPem, key: expired.keyPem })
    const { error } = await send(tlsPool(t, server.port)).over
    assert.match(error?.message ?? '', /CERT_HAS_EXPIRED/)
  })

  it('is refused below TLS 1.2', async (t) => {
    const old: TlsOptions = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }
    const server = await tlsServer(t, ['127.0.0.1'], old)
    assert.equal((await send(tlsPool(t, server.port)).over).outcome, 'upstream_tls_failed')
  })

  it('is refused when it does not speak TLS', async (t) => {
    const server = await startRawServer(t, () => {})
    const outcome = send(tlsPool(t, server.port)).over
    server.sockets[0]?.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    const timer = setInterval(() => server.sockets[0]?.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 5)
    assert.equal((await outcome).outcome, 'upstream_tls_failed')
    clearInterval(timer)
  })

  it('sees our certificate, by a full handshake each time', async (t) => {
    const client = await ca.issue(['gateway.internal'], { usages: ['client'] })
    const server = await tlsServer(t, ['127.0.0.1'], { ca: ca.certPem, requestCert: true })
    const pool = tlsPool(t, server.port, { certPem: client.certPem, keyPem: client.keyPem })
    await send(pool, { headers: ['host', 'x'] }).over
    server.sockets[0]!.destroy()
    await send(pool).over
    const sockets = server.sockets as TLSSocket[]
    assert.equal(sockets.length, 2)
    assert.equal(sockets[1]!.authorized, true)
    assert.equal(sockets[1]!.isSessionReused(), false)
  })

  it('resumes its session on the next connection', async (t) => {
    const server = await tlsServer(t, ['127.0.0.1'])
    const pool = tlsPool(t, server.port)
    await send(pool).over
    await send(pool).over
    server.sockets[0]!.destroy()
    assert.equal((await send(pool).over).body, 'ok')
    assert.equal((server.sockets[1] as TLSSocket).isSessionReused(), true)
  })
})
