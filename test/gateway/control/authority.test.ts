import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { createAuthority } from '../../../gateway/control/authority.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'

const DAY_MS = 86_400_000

test('an authority is a root that may sign leaves and nothing deeper', async () => {
  const authority = await createAuthority('demo', systemClock)
  const certificate = new X509Certificate(authority.certPem)
  assert.equal(certificate.ca, true)
  assert.equal(certificate.subject, 'O=Sallyport development\nCN=demo')
  assert.ok(certificate.verify(certificate.publicKey))
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
})

test('what it issues carries every name, verifies, and says what it is for', async () => {
  const authority = await createAuthority('demo', systemClock)
  const root = new X509Certificate(authority.certPem)
  const names = ['a.example', '*.b.example', '127.0.0.1', '::1']
  const server = new X509Certificate((await authority.issue({ names, days: 10 })).certPem)
  assert.equal(
    server.subjectAltName,
    'DNS:a.example, DNS:*.b.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  )
  assert.equal(server.ca, false)
  assert.ok(server.checkIssued(root) && server.verify(root.publicKey))
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  const both = await authority.issue({ names, days: 10, client: true })
  const clientToo = new X509Certificate(both.certPem)
  assert.deepEqual(clientToo.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  assert.notEqual(server.serialNumber, clientToo.serialNumber)
})

test('time comes from the clock, and no certificate outlives the authority', async () => {
  let nowMs = Date.parse('2030-01-01T00:00:00Z')
  const authority = await createAuthority('demo', { wallMs: () => nowMs })
  const end = new X509Certificate(authority.certPem).validToDate.getTime()
  assert.equal(end, nowMs + 365 * DAY_MS)
  nowMs += 360 * DAY_MS
  const { certPem } = await authority.issue({ names: ['a'], days: 90 })
  const certificate = new X509Certificate(certPem)
  assert.equal(certificate.validToDate.getTime(), end)
  assert.ok(certificate.validFromDate.getTime() < nowMs)
})

test('a certificate without a name is a mistake of the caller', async () => {
  const authority = await createAuthority('demo', systemClock)
  await assert.rejects(authority.issue({ names: [], days: 1 }), TypeError)
})

test('a client that trusts the authority gets through to a server with its certificate', async () => {
  const authority = await createAuthority('demo', systemClock)
  const { certPem, keyPem } = await authority.issue({ names: ['127.0.0.1'], days: 1 })
  const server = createServer({ cert: certPem, key: keyPem }, (socket) => socket.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port, ca: authority.certPem })
  try {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    assert.equal(chunk.toString(), 'hello')
  } finally {
    socket.destroy()
    server.close()
  }
})
