// Nodes of a fleet whose certificates an authority issues: one orders at a time, all of them answer, each keeps its key.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import type { AcmePage } from '../../../gateway/control/certificates/acme/schemas.ts'
import { startAcmeServer, type AcmeServer } from '../../support/acme-server.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { ask, startFleet, textOf, type TestNode } from './fleet.ts'

suite('an authority and a fleet', { timeout: 60_000 }, () => {
  let redis: TestRedis
  let authority: AcmeServer
  let nodes: readonly TestNode[] = []

  before(async () => {
    redis = await startRedis()
    authority = await startAcmeServer()
    // Until every node is there to be asked.
    authority.refusal = 'not yet'
    const acme = `directory: ${authority.directory}, email: ops@example.com, names: [api.example.com], termsAgreed: true`
    const listener = `  - { name: secure, bind: "127.0.0.1:0", tls: { certs: ./issued, acme: { ${acme} } } }\n`
    nodes = await startFleet(textOf(['first'], listener), 'http://127.0.0.1:1', [
      redis.port,
      redis.port,
    ])
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await authority?.close()
    await redis?.kill()
  })

  const stateOf = async (node: TestNode): Promise<string> =>
    ((await ask(node, 'GET', '/api/v1/certificates/acme')) as AcmePage).items[0]?.state.kind ?? ''

  async function shown(node: TestNode): Promise<string> {
    const to = { host: '127.0.0.1', port: node.port('secure'), servername: 'api.example.com' }
    const socket = connect({ ...to, ca: authority.ca.certPem })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }

  test('every node answers for the one that orders, and no two order at once', async () => {
    await until('both to be refused', async () => {
      return (await Promise.all(nodes.map(stateOf))).every((kind) => kind === 'failed')
    })
    authority.ports = nodes.map((node) => node.port('secure'))
    authority.refusal = null
    const renew = (node: TestNode): Promise<unknown> =>
      ask(node, 'POST', '/api/v1/certificates/acme:renew', { listener: 'secure' })
    await Promise.all(nodes.map(renew))
    await until('a certificate on both', async () => {
      return (await Promise.all(nodes.map(stateOf))).every((kind) => kind === 'good')
    })
    assert.equal(authority.orders.length, 2)
    assert.equal(authority.most, 1)
    const [a, b] = await Promise.all(nodes.map(shown))
    assert.notEqual(a, b)
  })

  test('no key of a node is anywhere but on that node', () => {
    const keys = nodes.map((node) => {
      const text = readFileSync(join(node.folder, 'issued/acme-secure.pem'), 'utf8')
      return /-----BEGIN PRIVATE KEY-----[^-]*/.exec(text)?.[0]
    })
    assert.ok(keys.every((key) => key !== undefined))
    assert.notEqual(keys[0], keys[1])
  })
})
