// Saving the file is all it takes: a good edit serves within a second on every worker, a bad one changes nothing.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { call } from './client.ts'
import { startUpstream, type Upstream } from './upstream.ts'

suite('edits of the file', () => {
  let upstream: Upstream
  let gateway: TestGateway

  function config(routes: readonly string[]): string {
    return `workers: 2
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
services: { api: { endpoints: ["${upstream.url}"] } }
routes:
${routes.map((name) => `  - { name: ${name}, match: /${name}, to: api, auth: public }`).join('\n')}
`
  }

  before(async () => {
    upstream = await startUpstream()
    gateway = await startGateway({ config: config(['first']) })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  test('a good edit is live within a second', async () => {
    assert.equal((await call(gateway, '/second')).status, 404)
    const savedMs = performance.now()
    gateway.write('sallyport.yaml', config(['first', 'second']))
    while ((await call(gateway, '/second')).status !== 200) {
      assert.ok(performance.now() - savedMs < 1000, 'it took more than a second')
    }
    // Both workers: each connection may be taken by either.
    await gateway.waitFor('the revision', (_out, err) => err.includes('"revision":2,'))
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(gateway, '/second')))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  })

  test('a bad edit changes nothing, and every problem is named with line and column', async () => {
    const heard = gateway.stderr().length
    const bad = config(['first'])
      .replace('to: api', 'to: apj')
      .replace('auth: public', 'auht: public')
    gateway.write('sallyport.yaml', bad)
    await gateway.waitFor('the refusal', (_out, err) => err.slice(heard).includes('was refused'))
    const said = gateway.stderr().slice(heard)
    assert.match(said, /sallyport\.yaml:5:\d+.*apj/)
    assert.match(said, /sallyport\.yaml:5:\d+.*auht/)
    assert.match(said, /did you mean `api`/)
    assert.equal((await call(gateway, '/first')).status, 200)
    assert.equal((await call(gateway, '/second')).status, 200)
  })

  test('a file that is no YAML, empty, or gone changes nothing', async () => {
    for (const text of ['routes: [', '', 'listeners: []\nroutes: []\n']) {
      const heard = gateway.stderr().length
      gateway.write('sallyport.yaml', text)
      await gateway.waitFor('the refusal', (_out, err) => err.slice(heard).includes('was refused'))
      assert.equal((await call(gateway, '/second')).status, 200)
    }
  })

  test('a mended file is live again', async () => {
    gateway.write('sallyport.yaml', config(['third']))
    await gateway.waitFor('the revision', (_out, err) => err.includes('"revision":3,'))
    assert.equal((await call(gateway, '/third')).status, 200)
    assert.equal((await call(gateway, '/first')).status, 404)
  })

  test('SIGHUP reloads at once', async () => {
    gateway.write('sallyport.yaml', config(['fourth']))
    gateway.process.kill('SIGHUP')
    await gateway.waitFor('the revision', (_out, err) => err.includes('"revision":4,'))
    assert.equal((await call(gateway, '/fourth')).status, 200)
  })
})
