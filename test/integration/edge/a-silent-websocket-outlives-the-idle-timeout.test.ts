// The listener's idle and request timeouts bind HTTP; an upgraded connection that is merely silent lives on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { connectRaw } from '../../support/raw-client.ts'
import {
  handshake,
  OPCODE,
  startWebSocketUpstream,
  webSocketFrame,
} from '../../support/websocket-peer.ts'

test('a WebSocket that is silent for longer than the idle and the request timeout still carries frames', async () => {
  const upstream = await startWebSocketUpstream()
  const gateway = await startGateway({
    config: `
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off, timeouts: { headers: 400ms, request: 500ms, idle: 500ms } } ]
routes: [ { name: all, match: /*, to: "http://127.0.0.1:${upstream.port}", auth: public } ]
`,
  })
  try {
    const socket = await connectRaw(gateway.port('plain'))
    socket.send(handshake('localhost'))
    const peer = await upstream.accepted()
    await socket.waitFor('101', () => socket.received.includes('\r\n\r\n'))
    // Two idle connections, one after the other, are ended in the meantime.
    for (let i = 0; i < 2; i++) {
      const idle = await connectRaw(gateway.port('plain'))
      await idle.waitForClose()
    }
    const frame = webSocketFrame(OPCODE.text, Buffer.from('still here'), { masked: true })
    socket.send(frame)
    await peer.waitFor('the frame', () => peer.received.length === frame.length)
    assert.deepEqual(peer.received, frame)
    assert.equal(socket.closed, false)
    socket.destroy()
  } finally {
    await gateway.stop()
    await upstream.close()
  }
})
