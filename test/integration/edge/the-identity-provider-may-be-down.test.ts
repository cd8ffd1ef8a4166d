// An identity provider that is away takes nobody's access: keys are kept over restarts, and floods never reach it.

import assert from 'node:assert/strict'
import { Agent } from 'node:https'
import { test } from 'node:test'
import { startGateway } from '../../support/gateway.ts'
import { call } from './client.ts'
import { startIdentityProvider } from './identity-provider.ts'
import { startUpstream } from './upstream.ts'

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error('waited in vain')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function config(issuer: string, upstream: string, dataDir: string): string {
  return `
workers: 2
dataDir: ${dataDir}
issuers: { idp: "${issuer}" }
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
routes: [ { name: api, match: /*, to: "${upstream}", auth: { issuer: idp, audience: api } } ]
`
}

test('valid tokens pass while the provider is down, also after a restart', async (t) => {
  const provider = await startIdentityProvider()
  t.after(() => provider.stop())
  const upstream = await startUpstream()
  t.after(() => upstream.close())
  const first = await startGateway({ config: config(provider.issuer, upstream.url, './data') })
  t.after(() => first.stop())
  const ask = async (gateway: typeof first, token: string): Promise<number> =>
    (await call(gateway, { path: '/', headers: { authorization: `Bearer ${token}` } })).status
  const token = await provider.token()
  await until(async () => (await ask(first, token)) === 200)
  await provider.stop()
  // A token nobody has seen yet, so that no memory of it can answer.
  assert.equal(await ask(first, await provider.token({ claims: { jti: '2' } })), 200)

  const second = await startGateway({
    config: config(provider.issuer, upstream.url, `${first.folder}/data`),
  })
  t.after(() => second.stop())
  assert.equal(await ask(second, await provider.token({ claims: { jti: '3' } })), 200)
  assert.equal(await ask(second, await provider.token({ claims: { aud: 'other' } })), 401)

  // Never loaded and not to be had: that is nobody's fault but ours.
  const third = await startGateway({ config: config(provider.issuer, upstream.url, './data') })
  t.after(() => third.stop())
  assert.equal(await ask(third, await provider.token({ claims: { jti: '4' } })), 503)
  await provider.start()
  const late = await provider.token({ claims: { jti: '5' } })
  await until(async () => (await ask(third, late)) === 200)
})

test('a thousand unknown keys cause one fetch at most, and known ones still pass', async (t) => {
  const provider = await startIdentityProvider()
  t.after(() => provider.stop())
  const upstream = await startUpstream()
  t.after(() => upstream.close())
  const gateway = await startGateway({ config: config(provider.issuer, upstream.url, './data') })
  t.after(() => gateway.stop())
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const ask = async (token: string): Promise<number> =>
    (await call(gateway, { path: '/', agent, headers: { authorization: `Bearer ${token}` } }))
      .status
  const good = await provider.token()
  await until(async () => (await ask(good)) === 200)
  const before = provider.hits.filter((path) => path === '/jwks').length
  const [, payload = '', signature = ''] = good.split('.')
  let sent = 0
  const client = async (): Promise<void> => {
    while (sent < 1000) {
      const header = { alg: 'RS256', kid: `unknown-${sent++}` }
      const forged = Buffer.from(JSON.stringify(header)).toString('base64url')
      assert.equal(await ask(`${forged}.${payload}.${signature}`), 401)
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))
  assert.equal(await ask(await provider.token({ claims: { jti: 'after' } })), 200)
  const fetches = provider.hits.filter((path) => path === '/jwks').length - before
  assert.ok(fetches <= 1, `${fetches} fetches`)
})
