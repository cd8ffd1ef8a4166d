import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { compileMesh, type MeshPlan } from '../../../gateway/config/mesh.ts'
import { MeshOptions } from '../../../gateway/config/mesh-options.ts'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { createTestCa } from '../../support/certificates.ts'

const files: Record<string, string> = { 'nothing.pem': 'nothing' }

before(async () => {
  const root = await createTestCa('root')
  files['root.pem'] = root.certPem
  files['int.pem'] = (await root.issue(['int'], { ca: true })).certPem
  files['leaf.pem'] = (await root.issue(['leaf'])).certPem
})

interface Compiled {
  readonly plan: MeshPlan | null
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

function compile(mesh: Record<string, unknown>, production = false): Compiled {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  const options = { trustDomain: 'mesh.test', ...mesh }
  const plan = check(MeshOptions, options, report, ['mesh'])
    ? compileMesh(options, ['mesh'], report, (path) => files[path] ?? null, production, {
        services: new Set(['orders', 'billing']),
        issuers: new Set(['cluster']),
      })
    : null
  const said = (severity: Problem['severity']) =>
    problems
      .filter((problem) => problem.severity === severity)
      .map(({ path, message, fix }) => `${path.join('.')}: ${message} → ${fix}`)
  return { plan, errors: said('error'), warnings: said('warning') }
}

test('a trust domain is enough', () => {
  const { plan, errors, warnings } = compile({})
  assert.deepEqual([errors, warnings], [[], []])
  assert.deepEqual(plan, {
    trustDomain: 'mesh.test',
    host: '127.0.0.1',
    port: 15_012,
    ca: { kind: 'development', ttlMs: 3_600_000 },
    authorize: new Map(),
    join: null,
  })
})

test('rules become ids, and everything has a name', () => {
  const { plan, errors, warnings } = compile({
    bind: '[::]:0',
    authorize: [
      {
        to: 'orders',
        from: ['edge', 'billing', 'default/billing'],
        methods: ['GET'],
        paths: ['/orders/*'],
      },
      { to: 'default/orders', from: 'any', verdict: 'deny', paths: ['/admin'], name: 'no-admin' },
      { to: 'billing', from: ['egress'] },
    ],
  })
  assert.deepEqual([errors, warnings], [[], []])
  assert.deepEqual([plan?.host, plan?.port], ['::', 0])
  assert.deepEqual(plan?.authorize.get('orders'), [
    {
      name: 'orders#1',
      verdict: 'allow',
      from: ['spiffe://mesh.test/ns/system/svc/edge', 'spiffe://mesh.test/ns/default/svc/billing'],
      methods: ['GET'],
      paths: ['/orders/*'],
    },
    { name: 'no-admin', verdict: 'deny', from: null, methods: null, paths: ['/admin'] },
  ])
  assert.deepEqual([...(plan?.authorize.keys() ?? [])], ['orders', 'billing'])
})

test('an authority from files is read, its key is not', () => {
  const ca = { cert: 'int.pem', key: 'int.key', chain: 'root.pem', ttl: '10m' }
  const { plan, errors } = compile({ ca }, true)
  assert.deepEqual(errors, [])
  assert.ok(plan?.ca.kind === 'files')
  assert.deepEqual([plan.ca.keyFile, plan.ca.ttlMs], ['int.key', 600_000])
  assert.equal(plan.ca.certPem.trim(), files['int.pem']?.trim())
  assert.equal(plan.ca.chainPem?.trim(), files['root.pem']?.trim())
  const alone = compile({ ca: { cert: 'root.pem', key: 'root.key' } }).plan?.ca
  assert.ok(alone?.kind === 'files' && alone.chainPem === null)
})

test('tokens of an issuer may be good for joining', () => {
  const services = { 'system:serviceaccount:shop:orders': 'orders', 'sa:x': 'default/x' }
  const { plan } = compile({ join: { issuer: 'cluster', audience: 'sallyport', services } })
  assert.deepEqual(plan?.join, {
    issuer: 'cluster',
    audience: 'sallyport',
    services: new Map([
      ['system:serviceaccount:shop:orders', 'orders'],
      ['sa:x', 'x'],
    ]),
  })
})

const ca = { cert: 'root.pem', key: 'root.key' }
const mistakes: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ trustDomain: 'Mesh.Test' }, /mesh\.trustDomain/],
  [{ trustDomain: 'spiffe://mesh.test' }, /mesh\.trustDomain/],
  [{ bind: 'control:15012' }, /mesh\.bind: .*not an address.*0\.0\.0\.0:15012/],
  [{ bind: '0.0.0.0:70000' }, /mesh\.bind/],
  [{ ca: { cert: 'missing.pem', key: 'k' } }, /mesh\.ca\.cert: can not read missing\.pem/],
  [{ ca: { cert: 'nothing.pem', key: 'k' } }, /mesh\.ca\.cert: nothing\.pem holds no certificate/],
  [{ ca: { cert: 'leaf.pem', key: 'k', chain: 'root.pem' } }, /mesh\.ca\.cert: .*no CA/],
  [{ ca: { cert: 'int.pem', key: 'k' } }, /mesh\.ca\.chain: .*trust anchor/],
  [{ ca: { cert: 'int.pem', key: 'k', chain: 'missing.pem' } }, /mesh\.ca\.chain: can not read/],
  [{ ca: { cert: 'root.pem' } }, /mesh\.ca\.key: missing key/],
  [{ ca: { ...ca, ttl: '25h' } }, /mesh\.ca\.ttl: 25h is out of range → write 10s to 24h/],
  [{ ca: { ...ca, ttl: '1s' } }, /mesh\.ca\.ttl/],
  [{ authorize: [{ to: 'edge', from: 'any' }] }, /authorize\.0\.to: .*the gateway itself/],
  [{ authorize: [{ to: 'system/control', from: 'any' }] }, /authorize\.0\.to/],
  [{ authorize: [{ to: 'orders', from: [] }] }, /authorize\.0\.from/],
  [{ authorize: [{ to: 'orders' }] }, /authorize\.0\.from: missing key/],
  [{ authorize: [{ to: 'orders', from: 'any', methods: ['get'] }] }, /methods\.0/],
  [{ authorize: [{ to: 'orders', from: 'any', headers: {} }] }, /unknown key `headers`/],
  [{ join: { issuer: 'clustr', audience: 'a', services: { s: 'x' } } }, /did you mean `cluster`/],
  [
    { join: { issuer: 'cluster', audience: 'a', services: { s: 'edge' } } },
    /services\.s: .*itself/,
  ],
  [{ join: { issuer: 'cluster', audience: 'a', services: {} } }, /join\.services/],
]

test('every mistake is an error that says what to write', () => {
  for (const [mesh, message] of mistakes) {
    const { plan, errors } = compile(mesh)
    assert.equal(plan, null, JSON.stringify(mesh))
    assert.match(errors.join('\n'), message)
  }
})

test('paths that no request can have are errors', () => {
  const bad = ['orders', '/orders*', '/a/../b', '/a//b', '/%61', '/a?b=c', '/a%2fb', '/a/*/b', '*']
  for (const path of bad) {
    const { errors } = compile({ authorize: [{ to: 'orders', from: 'any', paths: [path] }] })
    assert.match(errors.join(), /authorize\.0\.paths\.0: .*matches no request/, path)
  }
  const respelled = compile({ authorize: [{ to: 'orders', from: 'any', paths: ['/a//%62/*'] }] })
  assert.match(respelled.errors.join(), /write `\/a\/b\/\*`/)
  for (const path of ['/', '/*', '/a', '/a/', '/a/*', '/a;v=1', '/%C3%A9']) {
    const { errors } = compile({ authorize: [{ to: 'orders', from: 'any', paths: [path] }] })
    assert.deepEqual(errors, [], path)
  }
})

test('all problems are reported at once', () => {
  const { errors } = compile({
    bind: 'x:1',
    ca: { cert: 'missing.pem', key: 'k', ttl: '48h' },
    authorize: [{ to: 'edge', from: 'any', paths: ['x'] }],
    join: { issuer: 'nobody', audience: 'a', services: { s: 'system/x' } },
  })
  assert.equal(errors.length, 7, errors.join('\n'))
})

test('unknown services are warnings with a suggestion, once there is one', () => {
  const { plan, warnings } = compile({
    authorize: [
      { to: 'ordres', from: ['bililng', 'worker', 'edge', 'system/egress'] },
      { to: 'worker', from: ['ordres'] },
    ],
  })
  assert.notEqual(plan, null)
  assert.equal(warnings.length, 3, warnings.join('\n'))
  assert.match(warnings[0]!, /authorize\.0\.to: .*`ordres` → did you mean `orders`/)
  assert.match(warnings[1]!, /authorize\.0\.from\.0: .* → did you mean `billing`/)
  assert.match(warnings[2]!, /authorize\.1\.to: .*`worker` → add it to `services:`/)
})

test('a rule that is written twice is a warning, a name that is taken an error', () => {
  const rule = { to: 'orders', from: ['billing'] }
  const twice = compile({ authorize: [rule, rule] })
  assert.notEqual(twice.plan, null)
  assert.match(twice.warnings.join(), /authorize\.1: .*written twice/)
  const named = compile({ authorize: [rule, { to: 'billing', from: 'any', name: 'orders#1' }] })
  assert.equal(named.plan, null)
  assert.match(named.errors.join(), /authorize\.1\.name: two rules are named `orders#1`/)
})

test('production has an authority of its own', () => {
  const { plan, errors } = compile({}, true)
  assert.equal(plan, null)
  assert.match(errors.join(), /mesh\.ca: .*development CA.* → add `ca: \{ cert: FILE/)
})
