import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { startControl, startSidecar } from '../../support/mesh.ts'
import { connectRaw } from '../../support/raw-client.ts'
import { handshake, startWebSocketUpstream } from '../../support/websocket-peer.ts'
import { says, startApp, startLoad } from './client.ts'
import { until } from '../../support/until.ts'

/** A certificate is renewed 7 s after its issue here: authorities date it back by a minute. */
const LIFE_MS = 10_000
const LOAD_MS = 12_000

test('certificates of ten seconds are replaced under load: nothing fails, no stream outlives its own', async (t) => {
  const control = await startControl(
    [
      { to: 'billing', from: ['web'] },
      { to: 'chat', from: ['web'] },
    ],
    LIFE_MS,
  )
  const app = await startApp(says('paid'))
  const chatApp = await startWebSocketUpstream()
  const [web, billing, chat] = await Promise.all([
    startSidecar(control, 'web', app.url),
    startSidecar(control, 'billing', app.url),
    startSidecar(control, 'chat', `http://127.0.0.1:${chatApp.port}`),
  ])
  t.after(async () => {
    await Promise.all([web, billing, chat].map(({ sidecar }) => sidecar.stop()))
    await Promise.all([app.close(), chatApp.close(), control.remove()])
  })
  const expiry = (): Promise<number> => expiryOf(web)
  const firstExpiryMs = await expiry()
  await until('both services to be known', async () => {
    const { text } = await web.admin('/snapshot')
    return text.includes('"instance": "billing-') && text.includes('"instance": "chat-')
  })
  const socket = await connectRaw(web.sidecar.ports.outbound)
  socket.send(handshake('chat.mesh'))
  await chatApp.accepted()
  await socket.waitFor('upgrade', () => socket.received.includes('101'))
  const load = startLoad(web, 'http://billing.mesh/', 100)
  await socket.waitForClose(LIFE_MS + 2000)
  const lateMs = Date.now() - firstExpiryMs
  assert.ok(lateMs < 1500, `the WebSocket ended ${lateMs} ms after its certificate`)
  await pause(LOAD_MS - LIFE_MS)
  const { sent, failures } = await load.stop()
  assert.deepEqual(failures, [])
  assert.ok(sent > 700, `${sent} requests`)
  assert.ok((await expiry()) > firstExpiryMs)
})

async function expiryOf(sidecar: Awaited<ReturnType<typeof startSidecar>>): Promise<number> {
  const { text } = await sidecar.admin('/snapshot')
  const { identity } = JSON.parse(text) as { identity: { notAfter: string } }
  return Date.parse(identity.notAfter)
}
