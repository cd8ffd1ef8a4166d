// Listeners with client CAs: whose certificate gets in, and that no resumed session skips the question.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ConnectionOptions } from 'node:tls'
import { createTestCa, type IssuedCertificate, type TestCa } from '../../support/certificates.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { call, handshake } from './client.ts'
import { startUpstream, type Upstream } from './upstream.ts'

const DAY_MS = 86_400_000

function asClient({ certPem, keyPem }: IssuedCertificate): ConnectionOptions {
  return { cert: certPem, key: keyPem }
}

suite('client certificates', () => {
  let clients: TestCa
  let upstream: Upstream
  let gateway: TestGateway
  let good: ConnectionOptions
  const bad: Record<string, ConnectionOptions> = {}

  before(async () => {
    clients = await createTestCa('clients')
    const others = await createTestCa('clients')
    good = asClient(await clients.issue(['client.example'], { usages: ['client'] }))
    bad['of another CA with the same name'] = asClient(await others.issue(['client.example']))
    bad['expired'] = asClient(
      await clients.issue(['client.example'], {
        notBefore: new Date(Date.now() - 2 * DAY_MS),
        notAfter: new Date(Date.now() - DAY_MS),
      }),
    )
    bad['not valid yet'] = asClient(
      await clients.issue(['client.example'], {
        notBefore: new Date(Date.now() + DAY_MS),
        notAfter: new Date(Date.now() + 2 * DAY_MS),
      }),
    )
    bad['self-signed'] = asClient(await createTestCa('client.example'))
    bad['for servers only'] = asClient(
      await clients.issue(['client.example'], { usages: ['server'] }),
    )
    upstream = await startUpstream()
    gateway = await startGateway({
      files: { 'clients.pem': clients.certPem },
      config: `
workers: 2
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } }
  - { name: required, bind: "127.0.0.1:0", tls: { certs: ./certs, clientCa: ./clients.pem } }
  - { name: optional, bind: "127.0.0.1:0", tls: { certs: ./certs, clientCa: ./clients.pem, clientAuth: optional } }
services: { api: { endpoints: ["${upstream.url}"] } }
routes: [ { name: all, match: /*, to: api, auth: public } ]
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  test('required: a good certificate gets in, none does not', async () => {
    assert.equal((await call(gateway, { path: '/', listener: 'required', tls: good })).status, 200)
    const before = upstream.seen.length
    await assert.rejects(call(gateway, { path: '/', listener: 'required' }))
    assert.equal(upstream.seen.length, before)
  })

  test('optional: none gets in, a good one too', async () => {
    assert.equal((await call(gateway, { path: '/', listener: 'optional', tls: good })).status, 200)
    assert.equal((await call(gateway, { path: '/', listener: 'optional' })).status, 200)
  })

  test('a bad one is refused everywhere, also where none would do', async () => {
    const before = upstream.seen.length
    for (const listener of ['required', 'optional']) {
      for (const [what, tls] of Object.entries(bad)) {
        for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
          const asked = call(gateway, { path: '/', listener, tls: { ...tls, maxVersion } })
          await assert.rejects(asked, `${listener}, ${what}, ${maxVersion}`)
        }
      }
    }
    assert.equal(upstream.seen.length, before)
  })

  test('with client CAs no session is resumed', async () => {
    for (const listener of ['required', 'optional']) {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const first = await handshake(gateway, {
          path: '/',
          listener,
          tls: { ...good, maxVersion },
        })
        for (let i = 0; i < 4; i++) {
          const tls = { ...good, maxVersion, ...(first.session && { session: first.session }) }
          const again = await handshake(gateway, { path: '/', listener, tls })
          assert.equal(again.reused, false, `${listener}, ${maxVersion}`)
        }
      }
    }
  })

  test('without client CAs a session is resumed by whichever worker', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      let { session } = await handshake(gateway, { path: '/', tls: { maxVersion } })
      for (let i = 0; i < 10; i++) {
        assert.ok(session)
        const again = await handshake(gateway, { path: '/', tls: { maxVersion, session } })
        assert.equal(again.reused, true, `${maxVersion}, ${i}`)
        ;({ session } = again)
      }
    }
  })

  test('a session from a listener without client CAs opens none with them', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { session } = await handshake(gateway, { path: '/', tls: { maxVersion } })
      assert.ok(session)
      const tls = { maxVersion, session }
      await assert.rejects(call(gateway, { path: '/', listener: 'required', tls }))
    }
  })
})

test('a session from before client CAs were required is worth nothing after', async (t) => {
  const clients = await createTestCa('clients')
  const config = (tls: string): string => `
workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs${tls} } } ]
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`
  const gateway = await startGateway({
    config: config(''),
    files: { 'clients.pem': clients.certPem },
  })
  t.after(() => gateway.stop())
  const { session } = await handshake(gateway, { path: '/' })
  assert.ok(session)
  gateway.write('sallyport.yaml', config(', clientCa: ./clients.pem'))
  await gateway.waitFor('the next revision', (_out, err) => err.includes('"revision":2,'))
  for (let i = 0; i < 6; i++) {
    await assert.rejects(handshake(gateway, { path: '/', tls: { session } }))
  }
  const tls = asClient(await clients.issue(['client.example']))
  assert.equal((await handshake(gateway, { path: '/', tls: { ...tls, session } })).reused, false)
})

test('an empty or unreadable file of client CAs is refused, never taken for “anybody”', async () => {
  for (const [name, text] of [
    ['empty.pem', ''],
    ['garbage.pem', 'no certificate'],
    ['absent.pem', null],
  ] as const) {
    const starting = startGateway({
      ...(text !== null && { files: { [name]: text } }),
      config: `
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs, clientCa: ./${name} } } ]
routes: [ { name: r, match: /x, to: "http://127.0.0.1:1", auth: public } ]
`,
    })
    await assert.rejects(starting, new RegExp(name))
  }
})
