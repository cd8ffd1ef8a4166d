import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSharedLimits, compileLimits } from '../../../gateway/limit/compile.ts'
import { LimitsOptions } from '../../../gateway/limit/options.ts'
import type { LimitPlan } from '../../../gateway/limit/plan.ts'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'

function compile(
  limits: unknown,
  hasAuth = true,
): { plans: readonly LimitPlan[]; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  const at = ['routes', 0, 'limits']
  if (!check(LimitsOptions, limits, report, at)) return { plans: [], problems }
  const plans = compileLimits(limits as LimitsOptions, 'orders', hasAuth, at, report)
  return { plans, problems }
}

const one = (limit: unknown, hasAuth = true): LimitPlan => {
  const { plans, problems } = compile([limit], hasAuth)
  assert.deepEqual(problems, [])
  return plans[0]!
}

test('the short form is a window, per what it says', () => {
  const plan = one('100/min per sub')
  assert.equal(plan.name, '100/min per sub')
  assert.deepEqual(plan.key, [{ kind: 'sub' }])
  assert.equal(plan.stage, 'after_auth')
  assert.ok(plan.rate.kind === 'fixed' && plan.rate.params.kind === 'window')
  assert.deepEqual([plan.rate.params.max, plan.rate.params.windowMs], [100, 60_000])
  const { plans } = compile(['5/d per ip, claim:tenant,header:X-Key'])
  assert.deepEqual(plans[0]!.key, [
    { kind: 'ip' },
    { kind: 'claim', name: 'tenant' },
    { kind: 'header', name: 'x-key' },
  ])
})

test('per address alone the short form is for before authentication, the long form for all nodes', () => {
  assert.equal(one('20/s per ip').stage, 'before_auth')
  assert.equal(one('20/s per ip', false).stage, 'before_auth')
  assert.equal(one('20/s per ip, route').stage, 'after_auth')
  assert.equal(one({ rate: '20/s', key: ['ip'] }).stage, 'after_auth')
  assert.equal(one({ rate: '20/s', key: ['ip'], stage: 'before-auth' }).stage, 'before_auth')
})

test('the long form with a burst is a bucket', () => {
  const plan = one({ name: 'plan', rate: '100/min', burst: 20, key: ['sub'], shadow: true })
  assert.ok(plan.rate.kind === 'fixed' && plan.rate.params.kind === 'bucket')
  assert.equal(plan.rate.params.size, 20)
  assert.deepEqual(
    [plan.id, plan.shadow, plan.cost, plan.onStoreDown],
    ['name plan', true, 1, 'local'],
  )
})

test('who is told of a limit is everybody, unless it says otherwise', () => {
  assert.equal(one('100/min per sub').headers, 'always')
  for (const headers of ['always', 'authenticated', 'never']) {
    assert.equal(one({ rate: '5/s', key: ['sub'], headers }).headers, headers)
  }
  assert.equal(one({ rate: '5/s', key: ['ip'], headers: 'never' }, false).headers, 'never')
})

test('a rate may stand in a claim', () => {
  const { rate } = one({ rate: { claim: 'plan_rate', default: '60/min' }, key: ['sub'] })
  assert.ok(rate.kind === 'claim')
  assert.deepEqual([rate.claim, rate.perMs, rate.burst], ['plan_rate', 60_000, null])
})

test('limits of one route are told apart, and do not share counters with those of another', () => {
  const { plans } = compile(['100/min per sub', '20/s per sub'])
  assert.equal(new Set(plans.map(({ id }) => id)).size, 2)
  const other = compileLimits(['100/min per sub'], 'other', true, [], () => undefined)
  assert.notEqual(other[0]!.id, plans[0]!.id)
})

const mistakes: readonly (readonly [limit: unknown, key: string, message: RegExp, fix: RegExp])[] =
  [
    ['100/min', '', /does not say per what/, /`100\/min per sub`/],
    ['100 per sub', '', /`100` is not a rate/, /as in `100\/min`/],
    ['100/minute per sub', '', /`minute` is not a unit/, /`100\/min`/],
    ['100/sec per sub', '', /`sec` is not a unit/, /`100\/s`/],
    ['100/fortnight per sub', '', /not a unit/, /units are s, min, h and d/],
    ['0/s per sub', '', /would refuse every request/, /at least 1/],
    ['9999999999/s per sub', '', /more than can be counted/, /at most/],
    ['1.5/s per sub', '', /not a rate/, /whole number/],
    ['5/s per subject', '', /`subject` is nothing a limit can count by/, /ip, sub, issuer/],
    ['5/s per sbu', '', /`sbu`/, /did you mean `sub`/],
    ['5/s per claim', '', /`claim` is nothing/, /`claim:NAME`/],
    ['5/s per header:', '', /names no header/, /`header:`/],
    ['5/s per header:a b', '', /names no header/, /`header:`/],
    ['5/s per ip, ip', '', /listed twice/, /remove one/],
    [{ rate: '5/s', key: ['sub'], burst: 0 }, 'burst', /out of range/, /./],
    [{ key: ['sub'], burst: 5 }, 'rate', /missing key `rate`/, /./],
    [{ rate: '5/s', key: [] }, 'key', /empty/, /./],
    [{ rate: '5/s', key: ['sub'], cost: 6 }, 'cost', /would never pass/, /at most 5/],
    [{ rate: '5/s', burst: 3, key: ['sub'], cost: 4 }, 'cost', /would never pass/, /at most 3/],
    [{ rate: '1/d', burst: 1000, key: ['sub'] }, 'burst', /more than a year/, /at most 366/],
    [{ rate: '1/s', burst: 1, mode: 'leased', key: ['sub'] }, 'mode', /burst of 1/, /exact/],
    [{ rate: '5/s', key: ['sub'], stage: 'before-auth' }, 'key', /nobody knows `sub`/, /per ip/],
    [{ rate: '5/s', key: ['sub'], headers: 'no' }, 'headers', /expected/, /`never`/],
    [
      { rate: '5/s', key: ['ip'], stage: 'before-auth', headers: 'authenticated' },
      'headers',
      /nobody is authenticated before/,
      /`never`/,
    ],
    [{ rate: '5/s', key: ['sub'], onStoreDown: 'lokal' }, 'onStoreDown', /expected/, /`local`/],
    [{ rate: '5/s', key: ['sub'], brust: 4 }, 'brust', /unknown key/, /`burst`/],
  ]

test('every mistake is reported where it is, with what to write instead', () => {
  for (const [limit, key, message, fix] of mistakes) {
    const { plans, problems } = compile([limit])
    const text = JSON.stringify(limit)
    assert.equal(plans.length, 0, text)
    const [problem] = problems
    assert.ok(problem !== undefined, text)
    assert.match(problem.message, message, text)
    assert.match(problem.fix, fix, text)
    const path = ['routes', 0, 'limits', 0, ...(key === '' ? [] : [key])]
    assert.deepEqual(problem.path, path, text)
  }
})

test('on a public route nobody is known', () => {
  for (const limit of [
    '5/s per sub',
    '5/s per claim:tenant',
    '5/s per ip, issuer',
    { rate: { claim: 'r', default: '5/s' }, key: ['ip'] },
    { rate: '5/s', key: ['ip'], headers: 'authenticated' },
  ]) {
    const { plans, problems } = compile([limit], false)
    assert.equal(plans.length, 0)
    assert.match(problems[0]!.message, /nobody (?:knows .*|is authenticated) on a public route/)
  }
})

test('one limit twice on a route is a mistake', () => {
  const { problems } = compile(['5/s per sub', '5/s  per sub'])
  assert.match(problems[0]!.message, /stands here twice/)
})

test('a limit that a client can dodge alone is warned of', () => {
  const { problems } = compile(['5/s per header:x-api-key'])
  assert.equal(problems[0]!.severity, 'warning')
  assert.match(problems[0]!.fix, /per ip/)
  assert.deepEqual(compile(['5/s per header:x-api-key', '100/s per ip']).problems, [])
})

test('limits of one name say the same everywhere, but for what a request costs', () => {
  const route = (limit: unknown, index: number) => ({
    limits: compile([limit]).plans,
    at: ['routes', index, 'limits'],
  })
  const shared = { name: 'plan', rate: '100/min', key: ['sub'] }
  const problemsOf = (other: object): Problem[] => {
    const problems: Problem[] = []
    checkSharedLimits([route(shared, 0), route({ ...shared, ...other }, 1)], (problem) => {
      problems.push(problem)
    })
    return problems
  }
  assert.deepEqual(problemsOf({ cost: 5 }), [])
  const problems = problemsOf({ rate: '50/min' })
  assert.match(problems[0]!.message, /`plan` says something else/)
  assert.deepEqual(problems[0]!.path, ['routes', 1, 'limits'])
})
