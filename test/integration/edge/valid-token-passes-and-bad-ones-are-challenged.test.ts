// The gateway with a real identity provider: whom it lets in, what it tells the others, and what the upstream hears.

import { generateKeyPair } from 'jose'
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { call, upgrade } from './client.ts'
import { startIdentityProvider, type IdentityProvider } from './identity-provider.ts'
import { startUpstream, type Upstream } from './upstream.ts'

suite('tokens', () => {
  let provider: IdentityProvider
  let upstream: Upstream
  let gateway: TestGateway

  before(async () => {
    provider = await startIdentityProvider()
    upstream = await startUpstream()
    gateway = await startGateway({
      config: `
workers: 1
issuers:
  idp: ${provider.issuer}
  dark: { issuer: "https://dark.example/", jwks: "http://127.0.0.1:1/jwks" }
listeners: [ { name: public, bind: "127.0.0.1:0", tls: { certs: ./certs } } ]
services: { api: { endpoints: ["${upstream.url}"] } }
routes:
  - { name: api, match: /api/*, to: api, auth: { issuer: idp, audience: api, forward: { x-user: sub, x-tenant: tenant } } }
  - { name: admin, match: /admin/*, to: api, auth: { issuer: idp, audience: api, scope: "api:admin" } }
  - { name: pass, match: /pass/*, to: api, auth: { issuer: idp, audience: api, passToken: true } }
  - { name: dark, match: /dark/*, to: api, auth: { issuer: dark, audience: api } }
  - { name: query, match: /query/*, to: api, auth: { issuer: idp, audience: api, token: ["cookie:session", "query:token"] } }
  - { name: open, match: /open/*, to: api, auth: public }
`,
    })
  })

  after(async () => {
    await gateway?.stop()
    await upstream?.close()
    await provider?.stop()
  })

  function bearer(token: string, path = '/api/1', more: Record<string, string> = {}) {
    return call(gateway, { path, headers: { authorization: `Bearer ${token}`, ...more } })
  }

  async function assertChallenged(token: string): Promise<void> {
    const before = upstream.seen.length
    const answer = await bearer(token)
    assert.equal(answer.status, 401, answer.body)
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer\b.*error="invalid_token"/)
    assert.equal((JSON.parse(answer.body) as { code: string }).code, 'invalid_token')
    assert.equal(upstream.seen.length, before)
  }

  test('a valid token passes, its claims become headers, and it stays here', async () => {
    const answer = await bearer(await provider.token({ claims: { tenant: 'acme' } }))
    assert.equal(answer.status, 200, answer.body)
    const { headers } = upstream.seen.at(-1)!
    assert.equal(headers['x-user'], 'alice')
    assert.equal(headers['x-tenant'], 'acme')
    assert.equal(headers.authorization, undefined)
  })

  test('without a token the answer is a bare challenge', async () => {
    const answer = await call(gateway, '/api/1')
    assert.equal(answer.status, 401)
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer\b/)
    assert.doesNotMatch(answer.headers['www-authenticate'] ?? '', /error=/)
    assert.equal((JSON.parse(answer.body) as { code: string }).code, 'token_missing')
  })

  test('an expired token is challenged', async () => {
    await assertChallenged(await provider.token({ expiresIn: -120 }))
  })

  test('a token for another audience is challenged', async () => {
    await assertChallenged(await provider.token({ claims: { aud: 'other' } }))
  })

  test('a token of another issuer is challenged', async () => {
    await assertChallenged(await provider.token({ claims: { iss: provider.issuer.slice(0, -1) } }))
  })

  test('a token that is not valid yet is challenged', async () => {
    const nbf = Math.floor(Date.now() / 1000) + 120
    await assertChallenged(await provider.token({ claims: { nbf } }))
  })

  test('a token without signature is challenged', async () => {
    const [, payload] = (await provider.token()).split('.')
    for (const alg of ['none', 'None', 'NONE']) {
      const header = Buffer.from(JSON.stringify({ alg, kid: 'key-1' })).toString('base64url')
      await assertChallenged(`${header}.${payload}.`)
    }
  })

  test('a token signed with the public key as an HMAC secret is challenged', async () => {
    const key = new TextEncoder().encode(provider.publicPem)
    await assertChallenged(await provider.token({ header: { alg: 'HS256' }, key }))
  })

  test('a token signed with another key is challenged', async () => {
    const { privateKey: key } = await generateKeyPair('RS256')
    await assertChallenged(await provider.token({ key }))
  })

  test('a missing scope is 403 and says which', async () => {
    const refused = await bearer(
      await provider.token({ claims: { scope: 'api:read' } }),
      '/admin/1',
    )
    assert.equal(refused.status, 403)
    assert.match(
      refused.headers['www-authenticate'] ?? '',
      /error="insufficient_scope".*scope="api:admin"/,
    )
    const token = await provider.token({ claims: { scope: 'api:read api:admin' } })
    assert.equal((await bearer(token, '/admin/1')).status, 200)
  })

  test('an issuer whose keys were never loaded is 503, not 401', async () => {
    const token = await provider.token({ claims: { iss: 'https://dark.example/' } })
    const answer = await bearer(token, '/dark/1')
    assert.equal(answer.status, 503, answer.body)
    assert.ok(answer.headers['retry-after'])
    assert.equal(answer.headers['www-authenticate'], undefined)
  })

  test('a client never says what only the gateway may: on public routes, with other cases, on upgrades', async () => {
    const forged = { 'X-User': 'root', 'x-tenant': 'evil' }
    assert.equal((await call(gateway, { path: '/open/1', headers: forged })).status, 200)
    const open = upstream.seen.at(-1)!
    assert.equal(open.headers['x-user'], undefined)
    assert.equal(open.headers['x-tenant'], undefined)

    assert.equal((await bearer(await provider.token(), '/api/1', forged)).status, 200)
    const api = upstream.seen.at(-1)!
    assert.equal(api.headers['x-user'], 'alice')
    assert.equal(api.headers['x-tenant'], undefined)

    const authorization = `Bearer ${await provider.token()}`
    for (const [path, user] of [
      ['/open/ws', undefined],
      ['/api/ws', 'alice'],
    ] as const) {
      const upgraded = await upgrade(gateway, { path, headers: { ...forged, authorization } })
      assert.equal(upgraded.kind, 'upgraded')
      if (upgraded.kind === 'upgraded') upgraded.socket.destroy()
      const seen = upstream.seen.at(-1)!
      assert.equal(seen.upgrade, true)
      assert.equal(seen.headers['x-user'], user)
      assert.equal(seen.headers['x-tenant'], undefined)
    }
  })

  test('an upgrade without a token is challenged', async () => {
    const before = upstream.seen.length
    const upgraded = await upgrade(gateway, '/api/ws')
    assert.equal(upgraded.kind === 'refused' && upgraded.answer.status, 401)
    assert.equal(upstream.seen.length, before)
  })

  test('passToken hands the token on', async () => {
    const token = await provider.token()
    assert.equal((await bearer(token, '/pass/1')).status, 200)
    assert.equal(upstream.seen.at(-1)!.headers.authorization, `Bearer ${token}`)
  })

  test('a token in a cookie or the query counts where configured, and is taken out', async () => {
    const token = await provider.token()
    const headers = { cookie: `a=1; session=${token}; b=2` }
    assert.equal((await call(gateway, { path: '/query/1', headers })).status, 200)
    assert.equal(upstream.seen.at(-1)!.headers.cookie?.includes(token), false)
    assert.match(upstream.seen.at(-1)!.headers.cookie ?? '', /a=1.*b=2/)
    assert.equal((await call(gateway, `/query/1?x=1&token=${token}&y=2`)).status, 200)
    assert.equal(upstream.seen.at(-1)!.url, '/query/1?x=1&y=2')
    assert.equal((await call(gateway, `/api/1?token=${token}`)).status, 401)
  })

  test('Connection cannot make the gateway forget the token or its own headers', async () => {
    const answer = await bearer(await provider.token(), '/api/1', {
      connection: 'close, authorization, x-user, x-forwarded-for',
    })
    assert.equal(answer.status, 200)
    assert.equal(upstream.seen.at(-1)!.headers['x-user'], 'alice')
    assert.equal(upstream.seen.at(-1)!.headers['x-forwarded-for'], '127.0.0.1')
    const without = await call(gateway, {
      path: '/api/1',
      headers: { connection: 'authorization' },
    })
    assert.equal(without.status, 401)
  })
})
