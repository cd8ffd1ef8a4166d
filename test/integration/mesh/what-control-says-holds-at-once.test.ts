import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  startControl,
  startSidecar,
  type TestControl,
  type TestSidecar,
} from '../../support/mesh.ts'
import { connectRaw, type RawClient } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'
import {
  handshake,
  startWebSocketUpstream,
  type WebSocketUpstream,
} from '../../support/websocket-peer.ts'
import { ask } from './client.ts'

const OPEN = [{ to: 'chat', from: ['web'] }]
/** Changes reach every sidecar within this. */
const TOLD_MS = 1000

let control: TestControl
let app: WebSocketUpstream
let web: TestSidecar
let chat: TestSidecar
let stream: RawClient

before(async () => {
  control = await startControl(OPEN)
  app = await startWebSocketUpstream()
  const url = `http://127.0.0.1:${app.port}`
  ;[web, chat] = await Promise.all([
    startSidecar(control, 'web', url),
    startSidecar(control, 'chat', url),
  ])
})

after(async () => {
  await Promise.all([web.sidecar.stop(), chat.sidecar.stop()])
  await Promise.all([app.close(), control.remove()])
})

beforeEach(async () => {
  await control.setRules(OPEN)
  await until('chat to be known', async () =>
    (await web.admin('/snapshot')).text.includes('"instance": "chat-'),
  )
  await until('the rule to be known', async () => {
    const { text } = await chat.admin('/snapshot')
    return text.includes('"verdict": "allow"') && !text.includes('"verdict": "deny"')
  })
  stream = await connectRaw(web.sidecar.ports.outbound)
  stream.send(handshake('chat.mesh'))
  await app.accepted()
  await stream.waitFor('upgrade', () => stream.received.includes('101'))
})

test('a rule that denies ends what runs, and refuses what comes', async () => {
  await control.setRules([...OPEN, { to: 'chat', deny: true, name: 'closed', methods: ['GET'] }])
  await stream.waitForClose(TOLD_MS)
  await until('the record', () => chat.records.some(({ reason }) => reason === 'denied_by_rule'))
  const answer = await ask(web, 'http://chat.mesh/')
  assert.equal(answer.status, 403)
  assert.match(answer.body, /"code":"denied_by_rule".*"rule":"closed"/)
})

test('without a rule, the callee is not even known any more', async () => {
  await control.setRules([])
  await stream.waitForClose(TOLD_MS)
  await until('chat to be unknown', async () =>
    (await ask(web, 'http://chat.mesh/')).body.includes('service_not_allowed'),
  )
})

test('a revoked caller is cut off', async () => {
  await control.running.revocations.add(
    { id: 'spiffe://mesh.test/ns/default/svc/web' },
    'stolen',
    'test',
  )
  await stream.waitForClose(TOLD_MS)
  const answer = await ask(web, 'http://chat.mesh/')
  assert.ok(answer.status >= 502, answer.body)
  assert.match(
    (await chat.admin('/metrics')).text,
    /handshakes_refused_total\{reason="revoked"\} [1-9]/,
  )
})
