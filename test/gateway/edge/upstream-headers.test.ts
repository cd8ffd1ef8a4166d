import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Principal } from '../../../gateway/auth/auth-decision.ts'
import type { TargetService } from '../../../gateway/config/plan.ts'
import { upstreamHead, upstreamTarget } from '../../../gateway/edge/upstream-headers.ts'
import { factsOf, planOf, routeOf, type FactsOptions } from '../decide/plan-of.ts'

const PRINCIPAL: Principal = {
  subject: 'alice',
  issuer: 'idp',
  claims: {},
  expiresAtMs: Infinity,
  headers: ['x-user', 'alice'],
}

const MESH: TargetService = { mesh: true, name: 'one' }

async function head(
  route: string,
  options: FactsOptions,
  principal: Principal | null = null,
  service?: TargetService,
) {
  const plan = await planOf(`  - { name: r, match: /v1/*, to: one, ${route} }`)
  const [planned] = plan.routes
  const { target, headers } = upstreamHead({
    facts: factsOf({ target: '/v1/x', ...options }),
    route: planned!,
    service: service ?? planned!.to[0]!.service,
    principal,
    identityHeaders: new Set(['x-user', 'x-tenant']),
    spanId: 'b'.repeat(16),
    traceId: 'a'.repeat(32),
  })
  return { target, headers, all: (name: string) => valuesOf(headers, name) }
}

function valuesOf(headers: readonly string[], name: string): string[] {
  return headers.filter((_, i) => i % 2 === 1 && headers[i - 1] === name)
}

suite('what the upstream hears', () => {
  test('is who asked, by our own account', async () => {
    const { all } = await head('auth: public', { host: 'api.example.com:8443' })
    assert.deepEqual(all('host'), ['api.example.com:8443'])
    assert.deepEqual(all('x-forwarded-for'), ['192.0.2.1'])
    assert.deepEqual(all('x-forwarded-proto'), ['https'])
    assert.deepEqual(all('x-real-ip'), ['192.0.2.1'])
    assert.deepEqual(all('forwarded'), ['for=192.0.2.1;host="api.example.com:8443";proto=https'])
    assert.deepEqual(all('x-request-id'), ['id-of-request'])
    assert.deepEqual(all('traceparent'), [`00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`])
  })

  test('is the caller as proven, never as claimed', async () => {
    const fields = ['X-User', 'root', 'X-Tenant', 'evil', 'Authorization', 'Bearer t']
    const open = await head('auth: public', { fields })
    assert.deepEqual([open.all('x-user'), open.all('x-tenant')], [[], []])
    const auth = 'auth: { issuer: idp, audience: "*", forward: { x-user: sub } }'
    const guarded = await head(auth, { fields }, PRINCIPAL)
    assert.deepEqual(guarded.all('x-user'), ['alice'])
    assert.deepEqual(guarded.all('authorization'), [])
    const passed = await head(
      auth.replace('forward', 'passToken: true, forward'),
      { fields },
      PRINCIPAL,
    )
    assert.deepEqual(passed.all('authorization'), ['Bearer t'])
  })

  test('is the subject, where a sidecar is told it, in visible ASCII that no other subject has', async () => {
    const auth = 'auth: { issuer: idp, audience: "*" }'
    const subjects = async (subject: string | null, service: TargetService | undefined) => {
      const fields = ['X-Sallyport-Subject', 'root']
      return (await head(auth, { fields }, { ...PRINCIPAL, subject }, service)).all(
        'x-sallyport-subject',
      )
    }
    assert.deepEqual(await subjects('alice', MESH), ['alice'])
    assert.deepEqual(await subjects('alice', undefined), [])
    assert.deepEqual(await subjects(null, MESH), [])
    assert.deepEqual(await subjects('auth0|a=b:c/~!', MESH), ['auth0|a=b:c/~!'])
    assert.deepEqual(await subjects('é\r\nx: y 😀%41', MESH), [
      '%C3%A9%0D%0Ax:%20y%20%F0%9F%98%80%2541',
    ])
    assert.deepEqual(await subjects('\ud800', MESH), ['%EF%BF%BD'])
    const open = await head('auth: public', { fields: ['X-Sallyport-Subject', 'root'] }, null, MESH)
    assert.deepEqual(open.all('x-sallyport-subject'), [])
  })

  test('follows the route’s rules, which win', async () => {
    const rules =
      'auth: public, headers: { request: { set: { X-Set: ours, user-agent: gw }, remove: [X-Gone] } }'
    const fields = ['X-Gone', '1', 'X-Set', 'theirs', 'User-Agent', 'curl', 'x-set', 'again']
    const { all } = await head(rules, { fields })
    assert.deepEqual([all('x-gone'), all('x-set'), all('user-agent')], [[], ['ours'], ['gw']])
  })

  test('has no token in its query where it was taken from there', async () => {
    const auth = 'auth: { issuer: idp, audience: "*", token: ["query:t"] }'
    const { target } = await head(auth, { target: '/v1/x?a=1&t=secret&b=2' }, PRINCIPAL)
    assert.equal(target, '/v1/x?a=1&b=2')
  })

  test('keeps fields that came several times', async () => {
    const { all } = await head('auth: public', { fields: ['Accept', 'a', 'Accept', 'b'] })
    assert.deepEqual(all('accept'), ['a', 'b'])
  })
})

test('rewrites replace the fixed part of the path', async () => {
  const rewrites: readonly (readonly [string, string, string, string])[] = [
    ['/v1/orders/*', '/', '/v1/orders/7', '/7'],
    ['/v1/orders/*', '/', '/v1/orders', '/'],
    ['/v1/orders/*', '/o', '/v1/orders/7/8', '/o/7/8'],
    ['/v1/orders/*', '/o', '/v1/orders', '/o'],
    ['/v1/orders/*', '/o', '/v1/orders/', '/o/'],
    ['/*', '/base', '/x', '/base/x'],
    ['/*', '/base', '/', '/base/'],
  ]
  for (const [match, prefix, path, expected] of rewrites) {
    const plan = await planOf(
      `  - { name: r, match: "${match}", to: one, auth: public, rewrite: { prefix: "${prefix}" } }`,
    )
    assert.equal(
      upstreamTarget(path, 'q=1', plan.routes[0]!),
      `${expected}?q=1`,
      `${match} ${path}`,
    )
  }
  assert.equal(upstreamTarget('/x', '', await routeOf('timeout: 1s')), '/x')
})
