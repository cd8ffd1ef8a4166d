import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileStore } from '../../../gateway/limit/compile-store.ts'
import { StoreOptions } from '../../../gateway/limit/options.ts'
import type { StorePlan } from '../../../gateway/limit/plan.ts'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'

function compile(
  store: unknown,
  production = false,
): { plan: StorePlan | null; problems: Problem[] } {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  if (!check(StoreOptions, store, report, ['store'])) return { plan: null, problems }
  const readFile = (path: string): string | null => (path === 'empty.pem' ? 'nothing' : null)
  const plan = compileStore(store as StoreOptions, ['store'], report, readFile, production)
  return { plan, problems }
}

const nobody = { username: null, password: null, tls: null, prefix: 'sallyport' }

test('a store is embedded, one server, a cluster or found by sentinels', () => {
  assert.deepEqual(compile('embedded').plan, { kind: 'embedded' })
  assert.deepEqual(compile('redis://10.0.0.1').plan, {
    kind: 'redis',
    topology: { kind: 'single', endpoint: { host: '10.0.0.1', port: 6379 }, database: 0 },
    ...nobody,
  })
  assert.deepEqual(compile('rediss://ann:s%40fe@[::1]:7000/2').plan, {
    kind: 'redis',
    topology: { kind: 'single', endpoint: { host: '::1', port: 7000 }, database: 2 },
    username: 'ann',
    password: 's@fe',
    tls: { caPem: null, serverName: null },
    prefix: 'sallyport',
  })
  assert.deepEqual(compile({ cluster: ['a:1', 'b:2'], password: 'p', prefix: 'x' }).plan, {
    kind: 'redis',
    topology: {
      kind: 'cluster',
      endpoints: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    },
    ...nobody,
    password: 'p',
    prefix: 'x',
  })
  const found = compile({ sentinels: ['a:26379'], name: 'main', tls: true }).plan
  assert.ok(found?.kind === 'redis' && found.topology.kind === 'sentinel')
  assert.equal(found.topology.name, 'main')
  assert.deepEqual(found.tls, { caPem: null, serverName: null })
})

const mistakes: readonly (readonly [store: unknown, message: RegExp])[] = [
  ['http://a', /no `redis:\/\/`/],
  ['embeded', /no `redis:\/\/`/],
  ['redis://', /no `redis:\/\/`/],
  ['redis://a/x', /at most a database number/],
  ['redis://a?b=c', /at most a database number/],
  [{}, /nowhere/],
  [{ url: 'redis://a', cluster: ['b:1'] }, /several places/],
  [{ cluster: ['a'] }, /`a` is no address/],
  [{ cluster: ['a:1/2'] }, /no address/],
  [{ sentinels: ['a:1'] }, /asked for nobody/],
  [{ cluster: ['a:1'], name: 'x' }, /belongs to `sentinels`/],
  [{ url: 'rediss://a', tls: false }, /means TLS/],
  [{ url: 'redis://a', tls: { ca: 'missing.pem' } }, /can not read missing\.pem/],
  [{ url: 'redis://a', tls: { ca: 'empty.pem' } }, /no certificate/],
  [{ url: 'redis://a', prefix: 'a:b' }, /prefix/],
  [{ url: 'redis://a', sentinel: ['a:1'] }, /unknown key/],
]

test('every mistake is reported and nothing is half compiled', () => {
  for (const [store, message] of mistakes) {
    const { plan, problems } = compile(store)
    assert.equal(plan, null, JSON.stringify(store))
    assert.match(problems[0]!.message, message)
  }
})

test('a password is in no problem', () => {
  for (const store of ['redis://u:hunter2@a/x', 'rediz://u:hunter2@a']) {
    assert.ok(!JSON.stringify(compile(store).problems).includes('hunter2'))
  }
})

test('production refuses cleartext to other machines', () => {
  assert.match(compile('redis://10.0.0.1', true).problems[0]!.message, /cleartext/)
  assert.equal(compile({ cluster: ['127.0.0.1:1', '10.0.0.1:1'] }, true).plan, null)
  assert.ok(compile('redis://127.0.0.1', true).plan)
  assert.ok(compile('rediss://10.0.0.1', true).plan)
})
