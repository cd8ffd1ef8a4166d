// Twenty edits of the file under load: no request fails, no WebSocket is cut, and the one broken edit is named.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { call, openWebSocket, readUntil, textFrame } from './client.ts'
import { startLoad } from './load.ts'
import { startUpstream } from './upstream.ts'

const BROKEN_EDIT = 5

function config(url: string, edit: number, idle: number): string {
  const extra = (_: unknown, i: number): string =>
    `  - { name: extra-${i}, match: /extra-${i}, to: api, auth: public }`
  return `
workers: 2
listeners:
  - { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs }, timeouts: { idle: ${idle}s } }
services: { api: { endpoints: ["${url}"] } }
routes:
  - { name: api, match: /api/*, to: api, auth: public, headers: { response: { set: { x-edit: "${edit}" } } } }
${Array.from({ length: edit }, extra).join('\n')}
`
}

/** `idleOf`: the listener's idle timeout in s after an edit; a change makes a new listener take the old one's place. */
async function editUnderLoad(
  t: TestContext,
  edits: number,
  idleOf: (edit: number) => number,
): Promise<void> {
  const upstream = await startUpstream()
  t.after(() => upstream.close())
  const gateway = await startGateway({ config: config(upstream.url, 0, idleOf(0)) })
  t.after(() => gateway.stop())
  const socket = await openWebSocket(gateway, '/api/echo')
  t.after(() => socket.destroy())
  const load = startLoad(gateway, { path: '/api/1', perSecond: 1000 })
  try {
    for (let edit = 1; edit <= edits; edit++) {
      const text = config(upstream.url, edit, idleOf(edit))
      if (edit === BROKEN_EDIT) {
        gateway.write('sallyport.yaml', text.replace('auth: public', 'auth: publc'))
        await gateway.waitFor('a refusal with line and column', (_out, err) =>
          /sallyport\.yaml:7:\d+/.test(err),
        )
        assert.equal((await call(gateway, '/api/1')).headers['x-edit'], String(edit - 1))
        continue
      }
      gateway.write('sallyport.yaml', text)
      const revision = edit < BROKEN_EDIT ? edit + 1 : edit
      await gateway.waitFor(`edit ${edit}`, (_out, err) => err.includes(`"revision":${revision},`))
      assert.equal((await call(gateway, '/api/1')).headers['x-edit'], String(edit))
      const echoed = readUntil(socket, (bytes) => bytes.includes(`edit ${edit}`))
      socket.write(textFrame(`edit ${edit}`))
      await echoed
    }
  } finally {
    const { sent, failures } = await load.stop()
    t.diagnostic(`${sent} requests, ${failures.length} failures`)
    assert.deepEqual(failures.slice(0, 5), [])
    assert.ok(sent > 1000, `only ${sent} requests were sent`)
  }
  assert.equal((await call(gateway, `/extra-${edits - 1}`)).status, 200)
}

test('twenty edits of routes under load drop no request and cut no WebSocket', (t) =>
  editUnderLoad(t, 20, () => 60))

test('nor do edits that change how the listener speaks', (t) =>
  editUnderLoad(t, 8, (edit) => 60 + edit))
