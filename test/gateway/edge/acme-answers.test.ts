// While an authority asks, it alone is answered: everybody else meets the listener as ever, in however many pieces.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectPlain, createServer, type AddressInfo, type Server } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { connect, createServer as createTls, type TLSSocket } from 'node:tls'
import { challengeCertificate } from '../../../gateway/control/certificates/acme/challenge-certificate.ts'
import { AcmeAnswers } from '../../../gateway/edge/acme-answers.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { createTestCa, type TestCa } from '../../support/certificates.ts'

const NAME = 'api.example.com'
const DIGEST = createHash('sha256').update('a key authorization').digest()

let ca: TestCa
let door: Server
let port: number
let answers: AcmeAnswers

before(async () => {
  ca = await createTestCa('listener')
  const { certPem: cert, keyPem: key } = await ca.issue([NAME])
  const tls = createTls({ cert, key, ALPNProtocols: ['http/1.1'] }, (socket) => socket.end('hello'))
  tls.on('tlsClientError', (_error, socket) => socket.destroy())
  answers = new AcmeAnswers(systemClock)
  answers.obey([await challengeCertificate(NAME, DIGEST, Date.now())])
  door = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    answers.lead(socket, () => tls.emit('connection', socket))
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  port = (door.address() as AddressInfo).port
})
after(() => door.close())

async function ask(servername: string, protocol: string): Promise<TLSSocket> {
  const to = { host: '127.0.0.1', port, servername, ALPNProtocols: [protocol] }
  const socket = connect({ ...to, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return socket
}

suite('a listener that is asked by an authority', () => {
  test('shows it the challenge for that one host, and says nothing', async () => {
    const socket = await ask(NAME, 'acme-tls/1')
    assert.equal(socket.alpnProtocol, 'acme-tls/1')
    const shown = socket.getPeerX509Certificate()!
    assert.ok(shown.raw.includes(DIGEST))
    assert.equal(shown.subjectAltName, `DNS:${NAME}`)
    let said = ''
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await once(socket, 'end')
    assert.equal(said, '')
    socket.destroy()
  })

  test('shows it nothing for another host', async () => {
    await assert.rejects(ask('other.example.com', 'acme-tls/1'), /handshake failure/)
  })

  test('serves everybody else, who verifies it, as before', async () => {
    const socket = connect({ host: '127.0.0.1', port, servername: NAME, ca: ca.certPem })
    const [said] = (await once(socket, 'data')) as [Buffer]
    assert.equal(said.toString(), 'hello')
    assert.equal(socket.authorized, true)
    socket.destroy()
  })

  test('serves a client whose first message comes byte by byte', async () => {
    const raw = connectPlain(port, '127.0.0.1')
    await once(raw, 'connect')
    raw.setNoDelay(true)
    // Between client and door, so that what leaves the client arrives in pieces.
    const relay = createServer((client) => {
      client.on('data', (chunk: Buffer) => {
        for (const byte of chunk) raw.write(Buffer.from([byte]))
      })
      raw.pipe(client)
      client.on('error', () => raw.destroy())
    })
    relay.listen(0, '127.0.0.1')
    await once(relay, 'listening')
    const at = { host: '127.0.0.1', port: (relay.address() as AddressInfo).port }
    const socket = connect({ ...at, servername: NAME, ca: ca.certPem })
    const [said] = (await once(socket, 'data')) as [Buffer]
    assert.equal(said.toString(), 'hello')
    socket.destroy()
    raw.destroy()
    relay.close()
  })

  test('lets go of what is no TLS, and of who leaves without a word', async () => {
    const other = connectPlain(port, '127.0.0.1')
    other.write('GET / HTTP/1.1\r\n\r\n')
    other.resume()
    await once(other, 'close')
    const silent = connectPlain(port, '127.0.0.1')
    await once(silent, 'connect')
    silent.end()
    silent.resume()
    await once(silent, 'close')
    const socket = await ask(NAME, 'http/1.1')
    socket.destroy()
  })

  test('is as it was once nobody asks', async () => {
    const idle = new AcmeAnswers(systemClock)
    assert.equal(idle.isWaiting, false)
    idle.obey([await challengeCertificate(NAME, DIGEST, Date.now())])
    assert.equal(idle.isWaiting, true)
    idle.obey([])
    assert.equal(idle.isWaiting, false)
  })
})
