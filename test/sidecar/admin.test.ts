import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { Admin } from '../../sidecar/admin.ts'

let reasons: Record<string, string> = {}
const admin = new Admin({
  notReady: () => reasons,
  snapshot: () => ({ revision: 'a-1' }),
  metrics: () => 'sallyport_ready 1\n',
})

before(() => admin.open({ host: '127.0.0.1', port: 0 }))
after(() => admin.close())

function ask(method: string, path: string, host = 'localhost'): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: admin.port, method, path, headers: { host } }
    const sent = request({ ...options, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.once('end', () => resolve(`${response.statusCode} ${text.replaceAll(/\s+/g, ' ')}`))
    })
    sent.once('error', reject)
    sent.end()
  })
}

test('it tells life, readiness, metrics and snapshot', async () => {
  assert.equal(await ask('GET', '/live'), '200 { "live": true } ')
  assert.equal(await ask('GET', '/ready'), '200 { "ready": true } ')
  assert.equal(await ask('GET', '/metrics'), '200 sallyport_ready 1 ')
  assert.equal(await ask('GET', '/snapshot'), '200 { "revision": "a-1" } ')
  assert.match(await ask('GET', '/'), /^404 /)
  reasons = { stage: 'joining' }
  assert.equal(await ask('GET', '/ready'), '503 { "ready": false, "stage": "joining" } ')
})

test('it takes no orders', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    for (const path of ['/live', '/snapshot', '/shutdown']) {
      assert.match(await ask(method, path), /^405 /)
    }
  }
})

test('a page of another site that resolves to this machine reads nothing', async () => {
  for (const host of ['evil.example', 'evil.example:15000', '10.0.0.1', 'localhost.evil.example']) {
    assert.match(await ask('GET', '/snapshot', host), /^421 /, host)
  }
  for (const host of ['127.0.0.1:15000', 'localhost:15000', '[::1]:15000', '127.1.2.3']) {
    assert.match(await ask('GET', '/snapshot', host), /^200 /, host)
  }
})
