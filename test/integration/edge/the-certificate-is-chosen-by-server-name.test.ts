// Several certificates in one folder: which of them a client is shown, and what else the handshake settles.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import { createTestCa, type TestCa } from '../../support/certificates.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { handshake, type Handshake } from './client.ts'

suite('certificates by server name', () => {
  let ca: TestCa
  let gateway: TestGateway

  before(async () => {
    ca = await createTestCa('many')
    const files: Record<string, string> = {}
    const certificates = [
      ['a-default', ['default.example']],
      ['b-exact', ['x.shop.example', 'shop.example']],
      ['c-wildcard', ['*.shop.example']],
      ['d-address', ['127.0.0.9']],
    ] as const
    for (const [name, names] of certificates) {
      const { certPem, keyPem } = await ca.issue(names)
      files[`certs/${name}.crt`] = certPem
      files[`certs/${name}.key`] = keyPem
    }
    gateway = await startGateway({
      files,
      config: `
workers: 1
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } }
  - { name: modern, bind: "127.0.0.1:0", tls: { certs: ./certs, minVersion: TLSv1.3 }, http2: false }
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`,
    })
  })

  after(() => gateway?.stop())

  function shown(servername: string): Promise<Handshake> {
    return handshake(gateway, {
      path: '/',
      tls: { servername, ca: ca.certPem, rejectUnauthorized: false },
    })
  }

  test('the exact name wins over the wildcard, the wildcard over the default', async () => {
    for (const [name, expected] of [
      ['x.shop.example', 'DNS:x.shop.example, DNS:shop.example'],
      ['shop.example', 'DNS:x.shop.example, DNS:shop.example'],
      ['y.shop.example', 'DNS:*.shop.example'],
      ['default.example', 'DNS:default.example'],
      ['localhost', 'DNS:localhost, IP Address:127.0.0.1'],
      ['unknown.example', 'DNS:default.example'],
      ['a.b.shop.example', 'DNS:default.example'],
    ] as const) {
      assert.equal((await shown(name)).names, expected, name)
    }
  })

  test('upper and lower case of the server name are one', async () => {
    assert.equal((await shown('Y.SHOP.Example')).names, 'DNS:*.shop.example')
    assert.equal((await shown('X.Shop.EXAMPLE')).names, 'DNS:x.shop.example, DNS:shop.example')
  })

  test('a client without a server name is shown the first', async () => {
    assert.equal((await shown('')).names, 'DNS:default.example')
  })

  test('odd server names harm nobody', async () => {
    for (const name of ['.', '*', '*.shop.example', 'x'.repeat(200), '__proto__', 'constructor']) {
      await shown(name).catch(() => {})
    }
    assert.equal((await shown('localhost')).names, 'DNS:localhost, IP Address:127.0.0.1')
  })

  test('TLS 1.0 and 1.1 are refused, 1.2 only where it is allowed', async () => {
    const ask = (version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3', listener: string) =>
      handshake(gateway, {
        path: '/',
        listener,
        tls: {
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
          ciphers: 'ALL:@SECLEVEL=0',
        },
      })
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      await assert.rejects(ask(version, 'public'), version)
    }
    assert.equal((await ask('TLSv1.2', 'public')).protocol, 'TLSv1.2')
    assert.equal((await ask('TLSv1.3', 'public')).protocol, 'TLSv1.3')
    await assert.rejects(ask('TLSv1.2', 'modern'))
    assert.equal((await ask('TLSv1.3', 'modern')).protocol, 'TLSv1.3')
  })

  test('suites without forward secrecy are refused', async () => {
    for (const ciphers of ['AES128-SHA', 'AES128-GCM-SHA256', 'ECDHE-RSA-AES128-SHA', 'NULL']) {
      const asked = handshake(gateway, {
        path: '/',
        tls: {
          rejectUnauthorized: false,
          maxVersion: 'TLSv1.2',
          ciphers: `${ciphers}:@SECLEVEL=0`,
        },
      })
      await assert.rejects(asked, ciphers)
    }
  })

  test('ALPN: h2 before http/1.1, and never h2 where it is off', async () => {
    const ask = (listener: string, ALPNProtocols: string[]): Promise<string | false | null> =>
      new Promise((resolve, reject) => {
        const port = gateway.port(listener)
        const options = { host: '127.0.0.1', port, ALPNProtocols, rejectUnauthorized: false }
        const socket = connect(options, () => {
          resolve(socket.alpnProtocol)
          socket.destroy()
        })
        socket.once('error', reject)
      })
    assert.equal(await ask('public', ['http/1.1', 'h2']), 'h2')
    assert.equal(await ask('public', ['http/1.1']), 'http/1.1')
    assert.equal(await ask('modern', ['h2', 'http/1.1']), 'http/1.1')
    await assert.rejects(ask('public', ['ftp']))
  })
})
