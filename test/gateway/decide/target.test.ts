import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { RoutePlan } from '../../../gateway/config/plan.ts'
import { chooseTarget, cookieValue } from '../../../gateway/decide/target.ts'
import { factsOf, planOf } from './plan-of.ts'

async function canary(sticky: string, [one, two]: readonly [number, number]): Promise<RoutePlan> {
  const to = `[ { service: one, weight: ${one} }, { service: two, weight: ${two} } ]`
  const plan = await planOf(
    `  - { name: r, match: /*, auth: public, sticky: "${sticky}", to: ${to} }`,
  )
  return plan.routes[0]!
}

function withCookie(cookie: string) {
  return factsOf({ fields: ['Cookie', cookie] })
}

suite('weights', () => {
  test('divide the line of all callers, to its very ends', async () => {
    const route = await canary('none', [75, 25])
    const at = (share: number): string => chooseTarget(route, factsOf(), () => share).service.name
    assert.deepEqual([0, 0.7499, 0.75, 0.999_999_999].map(at), ['one', 'one', 'two', 'two'])
  })

  test('of 0 get nothing, at no place of the line', async () => {
    const last = 1 - Number.EPSILON / 2
    for (const [weights, name] of [
      [[0, 65], 'two'],
      [[65, 0], 'one'],
    ] as const) {
      const route = await canary('none', weights)
      for (const share of [0, 0.5, last]) {
        assert.equal(chooseTarget(route, factsOf(), () => share).service.name, name)
      }
    }
  })

  test('of a single target need no dice', async () => {
    const plan = await planOf('  - { name: r, match: /*, to: one, auth: public, sticky: cookie }')
    const chosen = chooseTarget(plan.routes[0]!, factsOf(), () => assert.fail())
    assert.equal(chosen.service.name, 'one')
    assert.equal(chosen.setCookie, null)
  })
})

suite('a sticky cookie', () => {
  test('is set once, and then decides', async () => {
    const route = await canary('cookie', [50, 50])
    const first = chooseTarget(route, factsOf(), () => 0.7)
    assert.equal(first.service.name, 'two')
    assert.equal(first.setCookie, '__sallyport_to=700000; Path=/; HttpOnly; SameSite=Lax; Secure')
    const again = chooseTarget(route, withCookie('x=1; __sallyport_to=700000'), () => assert.fail())
    assert.equal(again.service.name, 'two')
    assert.equal(again.setCookie, null)
  })

  test('is not for TLS alone where there is none', async () => {
    const route = await canary('cookie', [50, 50])
    const { setCookie } = chooseTarget(route, factsOf({ secure: false }), () => 0)
    assert.ok(!setCookie!.includes('Secure'))
  })

  test('stays good when weights change: more weight only adds callers', async () => {
    const before = await canary('cookie', [90, 10])
    const after = await canary('cookie', [80, 20])
    for (let share = 0; share < 1_000_000; share += 12_345) {
      const facts = withCookie(`__sallyport_to=${share}`)
      const was = chooseTarget(before, facts, () => 0).service.name
      const is = chooseTarget(after, facts, () => 0).service.name
      assert.ok(was === is || was === 'one', String(share))
    }
  })

  test('that is no number of ours is replaced', async () => {
    const route = await canary('cookie', [50, 50])
    for (const value of ['', '-1', '1000000', '99999999', '1e3', 'abc', '0x1']) {
      const chosen = chooseTarget(route, withCookie(`__sallyport_to=${value}`), () => 0)
      assert.notEqual(chosen.setCookie, null, value)
    }
  })
})

suite('a sticky header', () => {
  test('decides alone, and dice where it is absent', async () => {
    const route = await canary('header:X-User', [50, 50])
    const of = (user: string): string =>
      chooseTarget(route, factsOf({ fields: ['X-User', user] }), () => assert.fail()).service.name
    for (const user of ['alice', 'bob', '']) assert.equal(of(user), of(user))
    assert.equal(chooseTarget(route, factsOf(), () => 0.9).service.name, 'two')
  })

  test('spreads callers by weight, also those whose names are numbered', async () => {
    const route = await canary('header:x-user', [80, 20])
    const count = (name: (i: number) => string): number => {
      let two = 0
      for (let i = 0; i < 2000; i++) {
        const facts = factsOf({ fields: ['X-User', name(i)] })
        if (chooseTarget(route, facts, () => 0).service.name === 'two') two += 1
      }
      return two / 2000
    }
    for (const name of [(i: number) => `user-${i}`, (i: number) => `${i}@example.com`]) {
      const share = count(name)
      assert.ok(share > 0.16 && share < 0.24, String(share))
    }
  })

  test('does not send neighbours to the same place', async () => {
    const route = await canary('header:x-tenant', [50, 50])
    const of = (i: number): string =>
      chooseTarget(route, factsOf({ fields: ['X-Tenant', `tenant-${i}`] }), () => 0).service.name
    let same = 0
    for (let i = 0; i < 1000; i++) if (of(i) === of(i + 1)) same += 1
    // Independent places agree half of the time; ten tenants must not all land on one service.
    assert.ok(same > 400 && same < 600, `${same} of 1000 neighbours`)
  })
})

test('cookies are found by their whole name', () => {
  assert.equal(cookieValue('a=1; b=2', 'b'), '2')
  assert.equal(cookieValue('ab=1; b=x=y', 'b'), 'x=y')
  assert.equal(cookieValue('b', 'b'), null)
  assert.equal(cookieValue(null, 'b'), null)
})
