// Nothing of the admin API shows on a port for traffic or for metrics, and its own door tells a stranger nothing
// (security.md A61 to A64).

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { request as requestTls } from 'node:https'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { freePort } from '../../support/free-port.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { startUpstream, type Upstream } from '../edge/upstream.ts'

const SECRET = 'a-secret-of-the-environment'

suite('the console', { timeout: 60_000 }, () => {
  let upstream: Upstream
  let gateway: TestGateway
  let adminPort: number
  let metricsPort: number

  before(async () => {
    upstream = await startUpstream()
    adminPort = await freePort()
    metricsPort = await freePort()
    gateway = await startGateway({
      config: `
listeners: [ { name: plain, bind: "127.0.0.1:0", tls: off } ]
admin: { bind: "127.0.0.1:${adminPort}" }
telemetry: { metrics: "127.0.0.1:${metricsPort}" }
routes:
  - { name: r, match: /r/*, to: "${upstream.url}", auth: public, headers: { request: { set: { x-key: "\${env:KEY}" } } } }
`,
      env: { KEY: SECRET },
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
  })

  /** The first line and the rest of what comes back for bytes that are sent as they are. */
  function raw(port: number, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(text))
      socket.setEncoding('latin1').on('data', (part: string) => (answer += part))
      socket.on('close', () => resolve(answer)).on('error', reject)
    })
  }

  for (const target of [
    '/api/v1/config',
    '/r/../api/v1/config',
    '/r/%2e%2e/api/v1/config',
    '//api/v1/config',
    '/API/V1/config',
    '/api/v1/config;x',
    '/login',
    '/openapi.json',
    'https://localhost/api/v1/config',
  ]) {
    test(`is not found by ${target} on the port for traffic, under any name`, async () => {
      for (const host of ['localhost', `127.0.0.1:${adminPort}`, 'admin', 'sallyport']) {
        const asked = target.replace('//localhost', `//${host}`)
        const head = `GET ${asked} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`
        const answer = await raw(gateway.port('plain'), head)
        assert.match(answer, /^HTTP\/1\.1 (?:404|400) /, `${host}: ${answer}`)
        assert.doesNotMatch(answer, /listeners:|setup|openapi/i)
      }
    })
  }

  test('nor by the port for metrics, which tells no secret and no version of what runs it', async () => {
    for (const path of ['/api/v1/config', '/', '/metrics/../api/v1/config', '/debug']) {
      const head = `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`
      assert.match(await raw(metricsPort, head), /^HTTP\/1\.1 40[04] /, path)
    }
    const head = 'GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'
    const metrics = await raw(metricsPort, head)
    assert.match(metrics, /^HTTP\/1\.1 200 /)
    assert.doesNotMatch(metrics, new RegExp(SECRET))
    assert.doesNotMatch(metrics, /^server:/im)
  })

  test('tells a stranger neither its version nor what it is made of', async () => {
    const ca = readFileSync(join(gateway.folder, 'data/console/ca.pem'), 'utf8')
    const ask = (method: string, path: string): Promise<{ status: number; said: string }> =>
      new Promise((resolve, reject) => {
        const to = { host: '127.0.0.1', port: adminPort, ca, servername: 'localhost' }
        const sent = requestTls({ ...to, method, path, agent: false }, (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (part: string) => (text += part))
          response.on('end', () => {
            const said = `${JSON.stringify(response.headers)}\n${text}`
            resolve({ status: response.statusCode ?? 0, said })
          })
        })
        sent.on('error', reject)
        sent.end()
      })
    for (const path of ['/api/v1/version', '/openapi.json', '/api/v1/config', '/api/v1/nothing']) {
      const { status, said } = await ask('GET', path)
      assert.ok(status === 401 || status === 404, `${path} ${status}`)
      assert.doesNotMatch(said, /"server"|x-powered-by|fastify|node|\d+\.\d+\.\d+/i, path)
    }
    assert.ok([400, 404, 405].includes((await ask('TRACE', '/')).status))
  })
})
