// kill -9 of one of two instances under load through the edge: what may be sent again is, and the dead one is soon forgotten.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { until } from '../../support/until.ts'
import { startApp, type App } from '../mesh/client.ts'
import { startMeshNode, type MeshNode, type RunningSidecar } from './mesh-node.ts'
import { startSteadyLoad, type SteadyLoad } from './steady-load.ts'

/** By the callers' own experience. */
const AVOIDED_MS = 1000
/** A lease of 15 s, looked at every second; the rest is for a busy machine. */
const FORGOTTEN_MS = 18_000
/** Sent, perhaps done, and so not to be sent again: at most what was under way at the moment of the kill. */
const MAX_LOST_POSTS = 8
const EXPIRED = 'mesh_expire orders'

suite('an instance killed under load', { timeout: 90_000 }, () => {
  let app: App
  let node: MeshNode
  let staying: RunningSidecar
  let dying: RunningSidecar
  let reads: SteadyLoad
  let writes: SteadyLoad

  before(async () => {
    app = await startApp((request, response) => {
      request.resume()
      setTimeout(() => response.end('ok'), 10)
    })
    node = await startMeshNode({
      sections: {
        services: { orders: { mesh: true } },
        routes: [{ name: 'orders', match: '/*', to: 'orders', auth: 'public' }],
      },
      authorize: [{ to: 'orders', from: ['edge'] }],
    })
    ;[staying, dying] = await Promise.all([
      node.sidecar('orders', app.url),
      node.sidecar('orders', app.url),
    ])
    const at = (path: string): string => `http://127.0.0.1:${node.edge}${path}`
    await until('the edge to know both', async () => {
      await fetch(at('/warm')).then((response) => response.text())
      return [staying, dying].every((sidecar) => sidecar.records().length > 0)
    })
    reads = startSteadyLoad(node.edge, 150, (index) => at(`/read/${index}`))
    writes = startSteadyLoad(node.edge, 50, (index) => ({
      url: at(`/write/${index}`),
      method: 'POST',
      body: 'x',
    }))
  })

  after(async () => {
    await Promise.all([reads?.stop(), writes?.stop()])
    await node?.stop()
    await app?.close()
  })

  async function ports(): Promise<readonly number[]> {
    const { items } = (await node.api('GET', '/api/v1/instances')) as {
      readonly items: readonly { readonly port: number }[]
    }
    return items.map(({ port }) => port)
  }

  test('costs no read, hardly a write, and is out of the registry within its lease', async () => {
    await until('load', () => reads.outcomes.length > 150)
    assert.deepEqual(reads.failures(), [])
    const killedAtMs = Date.now()
    await dying.end('SIGKILL')
    await until(
      'its lease to end',
      () => node.audit().some(({ action, target }) => `${action} ${target}` === EXPIRED),
      FORGOTTEN_MS,
    )
    assert.deepEqual(await ports(), [staying.ports.inbound])
    await Promise.all([reads.stop(), writes.stop()])
    assert.ok(reads.outcomes.length > 1000, `${reads.outcomes.length} reads`)
    assert.deepEqual(reads.failures(), [])
    const lost = writes.outcomes.filter(({ status }) => status !== 200)
    assert.ok(lost.length <= MAX_LOST_POSTS, writes.failures().join('\n'))
    for (const { status, atMs } of lost) {
      assert.equal(status, 502)
      assert.ok(atMs < killedAtMs + AVOIDED_MS, `lost ${atMs - killedAtMs} ms after the kill`)
    }
    // Nothing was done twice.
    const written = app.seen.map(({ url = '' }) => url).filter((url) => url.startsWith('/write/'))
    assert.equal(new Set(written).size, written.length)
  })
})
