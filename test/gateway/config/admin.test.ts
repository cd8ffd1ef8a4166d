// `admin:`: what holds where nothing is written, and what is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AdminOptions } from '../../../gateway/config/admin-options.ts'
import { compileAdmin, type AdminPlan } from '../../../gateway/config/admin.ts'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { createTestCa } from '../../support/certificates.ts'

const ca = await createTestCa('admin')
const { certPem, keyPem } = await ca.issue(['gw.example.com'])
const FILES: Readonly<Record<string, string>> = { 'a.crt': certPem, 'a.key': keyPem, 'x.crt': 'x' }

function compile(
  options: unknown,
  production = false,
): { readonly plan: AdminPlan | null; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  if (options !== undefined && !check(AdminOptions, options, report))
    return { plan: null, problems }
  const read = (path: string): string | null => FILES[path] ?? null
  const plan = compileAdmin(
    options as AdminOptions | undefined,
    ['admin'],
    report,
    read,
    production,
  )
  return { plan, problems }
}

test('is on loopback with a certificate of its own where nothing is written', () => {
  for (const options of [undefined, {}]) {
    assert.deepEqual(compile(options, true), {
      plan: {
        kind: 'on',
        host: '127.0.0.1',
        port: 9443,
        tls: null,
        hosts: ['localhost', '127.0.0.1', '[::1]'],
        oidc: null,
        setup: 'printed',
        secondFactor: 'optional',
      },
      problems: [],
    })
  }
  assert.deepEqual(compile('off').plan, { kind: 'off' })
})

test('is reached under the names that are written, and the address it is bound to', () => {
  const { plan, problems } = compile({
    bind: '192.0.2.1:9443',
    hosts: ['GW.example.com', '[2001:DB8::1]'],
    tls: { cert: 'a.crt', key: 'a.key' },
  })
  assert.deepEqual(problems, [])
  assert.ok(plan?.kind === 'on')
  assert.deepEqual(plan.hosts.slice(3), ['192.0.2.1', 'gw.example.com', '[2001:db8::1]'])
  assert.equal(plan.tls?.keyFile, 'a.key')
  assert.doesNotMatch(JSON.stringify(plan), /PRIVATE/)
  const six = compile({ bind: '[2001:db8::2]:9443', tls: { cert: 'a.crt', key: 'a.key' } }).plan
  assert.ok(six?.kind === 'on' && six.hosts.includes('[2001:db8::2]'))
})

test('has an identity provider, and nobody gets in by it unless that is written', () => {
  const oidc = {
    issuer: 'https://id.example.com/',
    clientId: 'sallyport',
    roles: { team: 'admin' },
  }
  const { plan } = compile({ oidc })
  assert.ok(plan?.kind === 'on')
  assert.deepEqual(plan.oidc, {
    issuer: 'https://id.example.com/',
    clientId: 'sallyport',
    clientSecret: null,
    roles: new Map([['team', 'admin']]),
    groupsClaim: 'groups',
    caPem: null,
  })
})

test('says what is wrong and what to write', () => {
  const oidc = { issuer: 'https://id.example.com/', clientId: 'x', roles: { a: 'admin' } }
  for (const [options, at, words] of [
    [{ bind: 'gw:9443' }, 'bind', /not an address and a port/],
    [{ bind: '127.0.0.1:99999' }, 'bind', /not an address and a port/],
    [{ bind: '127.0.0.1' }, 'bind', /./],
    [{ tls: { cert: 'no.crt', key: 'a.key' } }, 'tls.cert', /can not read/],
    [{ tls: { cert: 'x.crt', key: 'a.key' } }, 'tls.cert', /holds no certificate/],
    [{ tls: 'off' }, 'tls', /./],
    [{ tls: { cert: 'a.crt' } }, 'tls.key', /missing/],
    [{ hosts: ['*.example.com'] }, 'hosts.0', /./],
    [{ hosts: ['gw:9443'] }, 'hosts.0', /./],
    [{ oidc: { ...oidc, issuer: 'http://id.example.com/' } }, 'oidc.issuer', /not the URL/],
    [{ oidc: { ...oidc, issuer: 'https://id.example.com/?a' } }, 'oidc.issuer', /not the URL/],
    [{ oidc: { ...oidc, roles: {} } }, 'oidc.roles', /./],
    [{ oidc: { ...oidc, roles: { a: 'root' } } }, 'oidc.roles.a', /./],
    [{ oidc: { ...oidc, ca: 'no.crt' } }, 'oidc.ca', /can not read/],
    [{ insecure: true }, 'insecure', /unknown key/],
  ] as const) {
    const { plan, problems } = compile(options)
    assert.equal(plan, null, JSON.stringify(options))
    assert.equal(problems[0]?.path.filter((part) => part !== 'admin').join('.'), at)
    assert.match(problems[0].message, words)
  }
})

test('refuses a certificate of its own off loopback in production, and warns where no name leads to it', () => {
  const { plan, problems } = compile({ bind: '0.0.0.0:9443', hosts: ['gw.example.com'] }, true)
  assert.equal(plan, null)
  assert.match(problems[0]?.message ?? '', /generated certificate/)
  const open = compile({ bind: '0.0.0.0:9443' })
  assert.ok(open.plan !== null)
  assert.deepEqual(
    open.problems.map(({ severity }) => severity),
    ['warning'],
  )
  const named = compile(
    { bind: '0.0.0.0:9443', hosts: ['gw.example.com'], tls: { cert: 'a.crt', key: 'a.key' } },
    true,
  )
  assert.deepEqual(named.problems, [])
})
