import assert from 'node:assert/strict'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import {
  startControl,
  startSidecar,
  type TestControl,
  type TestSidecar,
} from '../../support/mesh.ts'
import { connectRaw } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import {
  handshake,
  OPCODE,
  readWebSocketFrames,
  startWebSocketUpstream,
  webSocketFrame,
  type WebSocketUpstream,
} from '../../support/websocket-peer.ts'
import { startApp, type App } from './client.ts'

let control: TestControl
let app: App
let socketApp: WebSocketUpstream
let sidecars: TestSidecar[]
let answering: (request: IncomingMessage, response: ServerResponse) => void

before(async () => {
  control = await startControl([
    { to: 'files', from: ['web'] },
    { to: 'chat', from: ['web'] },
  ])
  app = await startApp((incoming, response) => answering(incoming, response))
  socketApp = await startWebSocketUpstream()
  sidecars = await Promise.all([
    startSidecar(control, 'web', app.url),
    startSidecar(control, 'files', app.url),
    startSidecar(control, 'chat', `http://127.0.0.1:${socketApp.port}`),
  ])
  await until('both services to be known', async () => {
    const { text } = await sidecars[0]!.admin('/snapshot')
    return text.includes('"instance": "files-') && text.includes('"instance": "chat-')
  })
})

after(async () => {
  await Promise.all(sidecars.map(({ sidecar }) => sidecar.stop()))
  await Promise.all([app.close(), socketApp.close(), control.remove()])
})

function outbound(): number {
  return sidecars[0]!.sidecar.ports.outbound
}

test('what an app sends bit by bit arrives bit by bit', async () => {
  const started = Promise.withResolvers<ServerResponse>()
  answering = (_incoming, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    started.resolve(response)
  }
  const sent = request({ port: outbound(), headers: { host: 'files.mesh' }, agent: false })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const source = await started.promise
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    source.write(event)
    const [chunk] = (await once(answer, 'data')) as [Buffer]
    assert.equal(chunk.toString(), event)
  }
  source.end()
  answer.resume()
  await once(answer, 'end')
})

test('a large upload arrives whole, and so does what comes back', async () => {
  answering = (incoming, response) => void incoming.pipe(response)
  const block = Buffer.alloc(1024 * 1024, 'x')
  const sent = request({
    port: outbound(),
    method: 'POST',
    headers: { host: 'files.mesh' },
    agent: false,
  })
  const answered = once(sent, 'response')
  for (let i = 0; i < 16; i++) sent.write(block)
  sent.end()
  const [answer] = (await answered) as [IncomingMessage]
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  assert.equal(bytes, 16 * block.length)
})

test('a client that leaves is noticed by the app behind two sidecars', async () => {
  const left = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  answering = (_incoming, response) => {
    response.once('close', () => left.resolve())
    arrived.resolve()
  }
  const sent = request({ port: outbound(), headers: { host: 'files.mesh' }, agent: false })
  sent.on('error', () => {})
  sent.end()
  await arrived.promise
  sent.destroy()
  await left.promise
})

test('a WebSocket passes frames both ways', async () => {
  const client = await connectRaw(outbound())
  client.send(handshake('chat.mesh'))
  const peer = await socketApp.accepted()
  await client.waitFor('upgrade', () => client.received.includes('\r\n\r\n'))
  client.send(webSocketFrame(OPCODE.text, Buffer.from('hello'), { masked: true }))
  await peer.waitFor('a frame', () => readWebSocketFrames(peer.received).length > 0)
  assert.equal(readWebSocketFrames(peer.received)[0]?.payload.toString(), 'hello')
  peer.send(webSocketFrame(OPCODE.text, Buffer.from('world')))
  await client.waitFor('a frame', () => client.received.includes('world'))
  client.destroy()
  await peer.waitForClose()
})
