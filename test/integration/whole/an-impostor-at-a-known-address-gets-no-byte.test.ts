// A member of the mesh takes over the address of another service's instance: nobody tells it anything.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { createServer, type Server } from 'node:tls'
import { meshServerOptions } from '../../../sidecar/identity/tls.ts'
import { until } from '../../support/until.ts'
import { askPort, says, startApp, type App } from '../mesh/client.ts'
import { startMeshNode, type MeshNode, type RunningSidecar } from './mesh-node.ts'

suite('a hijacked address', { timeout: 60_000 }, () => {
  let app: App
  let node: MeshNode
  let web: RunningSidecar
  let billing: RunningSidecar
  let impostor: Server
  let connections = 0
  let heard = 0

  before(async () => {
    app = await startApp(says('paid'))
    node = await startMeshNode({
      sections: {
        services: { billing: { mesh: true } },
        routes: [{ name: 'billing', match: '/*', to: 'billing', auth: 'public' }],
      },
      authorize: [{ to: 'billing', from: ['edge', 'web'] }],
    })
    web = await node.sidecar('web', app.url)
    billing = await node.sidecar('billing', app.url)
    await node.known(web, 'billing')
    impostor = createServer(meshServerOptions(await node.identity('ledger')), (socket) => {
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk) => (heard += chunk.length))
    })
    impostor.on('connection', () => (connections += 1))
  })

  after(async () => {
    impostor?.close()
    await node?.stop()
    await app?.close()
  })

  const call = (port: number, url: string) =>
    askPort(port, { url, method: 'POST', body: 'secret', headers: { 'x-secret': 'secret' } })
  const byEdge = () => call(node.edge, `http://127.0.0.1:${node.edge}/pay`)
  const bySidecar = () => call(web.ports.outbound, 'http://billing.mesh/pay')

  test('is of no use to a member with a good certificate of another service', async () => {
    await until('answers', async () => (await byEdge()).status === 200)
    assert.equal((await bySidecar()).status, 200)
    const { inbound } = billing.ports
    // Without a goodbye, so that everybody still believes that billing is there.
    await billing.end('SIGKILL')
    impostor.listen(inbound, '127.0.0.1')
    await once(impostor, 'listening')
    for (const ask of [byEdge, bySidecar]) {
      const before = connections
      await until('a call that met the impostor', async () => {
        assert.notEqual((await ask()).status, 200)
        return connections > before
      })
    }
    const { status, body } = await bySidecar()
    assert.ok(status === 502 || status === 503, body)
    assert.equal(heard, 0)
    await until('a word of warning', () => /identity_mismatch/.test(web.stderr()))
    assert.match(node.gateway.stderr(), /an instance was not believed.*identity_mismatch/)
    const reasons = new Set(web.records().map(({ reason }) => reason))
    assert.ok(reasons.has('identity_mismatch'), [...reasons].join())
  })
})
