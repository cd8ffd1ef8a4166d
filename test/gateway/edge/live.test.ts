import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { Plan } from '../../../gateway/config/plan.ts'
import type { LiveAnswer, RequestFilter } from '../../../gateway/decide/explain-messages.ts'
import type { DrainedEndpoint, EndpointReport } from '../../../gateway/decide/live-state.ts'
import { LiveMember } from '../../../gateway/edge/live.ts'
import type { LimitTally } from '../../../gateway/limit/tallies.ts'
import { ManualClock } from '../auth/manual-clock.ts'
import { planOf } from '../decide/plan-of.ts'
import { finishedRequest } from './finished-request.ts'

const REFUSED = { status: 403, reason: 'ip_denied', service: null, endpoint: null } as const

const LIMITED = {
  limit: 'plan',
  label: 'alice',
  key: 'k',
  shadow: false,
  stage: 'after_auth',
  routes: ['one'],
  rate: '2/min',
  burst: null,
  promise: 'at most 2 in any 60 s',
  max: 2,
  remaining: 0,
  count: 2,
  firstAtMs: 0,
  lastAtMs: 1,
  passesAtMs: 60_000,
  isBlocked: false,
} as const

const ENDPOINT: EndpointReport = {
  service: 'one',
  endpoint: 'http://a',
  breaker: 'closed',
  isDrained: false,
  inFlight: 1,
  fault: null,
}

suite('a worker’s live view', () => {
  let plan: Plan

  before(async () => {
    plan = await planOf('  - { name: open, match: /open/*, to: one, auth: public }')
  })

  function start(tallies = new Map<string, LimitTally>()) {
    const clock = new ManualClock()
    const told: LiveAnswer[] = []
    const drains: (readonly DrainedEndpoint[])[] = []
    const live = new LiveMember({
      clock,
      tell: (answer) => told.push(answer),
      tallies: () => tallies,
      limited: () => [LIMITED],
      endpoints: () => [ENDPOINT],
      drain: (drained) => drains.push(drained),
    })
    let ids = 0
    const finish = (given: object = {}) => {
      live.finished(finishedRequest(plan, { target: '/open/x' }, given, `r${++ids}`), 4)
    }
    let asks = 0
    const ask = async (filter: RequestFilter, limit = 10_000) => {
      const id = ++asks
      live.hear({ kind: 'live-ask', ask: id, filter, limit, claims: [] })
      await clock.advance(0)
      const pieces = of('live-found').filter((piece) => piece.ask === id)
      assert.deepEqual(
        pieces.map(({ isLast }) => isLast),
        pieces.map((_, index) => index === pieces.length - 1),
      )
      assert.ok(pieces.every(({ requests }) => requests.length <= 100))
      return pieces.flatMap(({ requests }) => requests)
    }
    const of = <Kind extends LiveAnswer['kind']>(kind: Kind) =>
      told.filter((answer) => answer.kind === kind) as Extract<LiveAnswer, { kind: Kind }>[]
    return { clock, told, drains, live, finish, ask, of }
  }

  test('keeps every refusal, and a sample of what went well under load', async () => {
    const { clock, finish, ask } = start()
    for (let round = 0; round < 300; round++) finish()
    for (let round = 0; round < 300; round++) finish(REFUSED)
    assert.equal((await ask({ failed: true })).length, 300)
    assert.equal((await ask({ status: 2 })).length, 200)
    await clock.advance(1000)
    finish()
    assert.equal((await ask({ status: 2 })).length, 201)
    assert.equal((await ask({ id: 'r601' }))[0]?.outcome.route, 'open')
  })

  test('tells its counts once a second, as differences', async () => {
    const tally = { allowed: 5, limited: 2, shadowed: 0, degraded: 0 }
    const { clock, finish, live, of } = start(new Map([['plan', tally]]))
    finish()
    finish(REFUSED)
    live.unrouted(400, 'malformed_request')
    await clock.advance(1000)
    tally.limited = 3
    finish()
    await clock.advance(1000)
    const [first, second, ...more] = of('live-counts')
    assert.deepEqual(more, [])
    const outcomes = first!.rows.map(({ route, service, outcomes }) => [route, service, outcomes])
    assert.deepEqual(outcomes, [
      ['open', 'one', [[200, 'ok', 1]]],
      ['open', '', [[403, 'ip_denied', 1]]],
      ['', '', [[400, 'malformed_request', 1]]],
    ])
    assert.deepEqual(first!.rows[0]?.instances, [['http://127.0.0.1:1', 1, 0, 2]])
    assert.deepEqual(first!.limits, [{ limit: 'plan', ...tally, limited: 2 }])
    // Twice somebody was limited, so twice it is told whom.
    assert.deepEqual(
      of('live-limited').map(({ entries }) => entries),
      [[LIMITED], [LIMITED]],
    )
    assert.deepEqual(
      second!.rows.map(({ outcomes }) => outcomes),
      [[[200, 'ok', 1]]],
    )
    assert.deepEqual(
      second!.limits.map(({ allowed, limited }) => [allowed, limited]),
      [[0, 1]],
    )
    await clock.advance(5000)
    assert.equal(of('live-counts').length, 2)
  })

  test('keeps to what control says is drained, and answers only who waits for it', () => {
    const { live, drains, of } = start()
    const drained = [['one', 'http://a']] as const
    live.hear({ kind: 'live-drain', ask: 5, drained })
    live.hear({ kind: 'live-drain', ask: 0, drained })
    assert.deepEqual(drains, [drained])
    live.hear({ kind: 'live-drain', ask: 0, drained: [] })
    assert.deepEqual(drains, [drained, []])
    live.hear({ kind: 'live-endpoints-ask', ask: 6 })
    assert.deepEqual(
      of('live-endpoints').map(({ ask, endpoints }) => [ask, endpoints]),
      [
        [5, [ENDPOINT]],
        [6, [ENDPOINT]],
      ],
    )
  })

  test('tells the latest failure of each route, and by which door requests came', async () => {
    const { clock, live, finish, of } = start()
    finish()
    finish(REFUSED)
    finish({ ...REFUSED, status: 502, reason: 'upstream_reset' })
    assert.equal(live.takeFinished(), 3)
    assert.equal(live.takeFinished(), 0)
    await clock.advance(1000)
    const failure = { route: 'open', id: 'r3', atMs: clock.wallMs() - 1000 }
    assert.deepEqual(
      of('live-failures').map(({ failures }) => failures),
      [[{ ...failure, status: 502, reason: 'upstream_reset' }]],
    )
    const counts = { listener: 'public', route: 'open', requests: 3, refused: 1, failed: 1 }
    assert.deepEqual(
      of('live-listeners').map((answer) => answer.counts),
      [[counts]],
    )
    finish()
    await clock.advance(1000)
    assert.equal(of('live-failures').length, 1)
  })

  test('feeds a tail with what fits, samples what went well, and says how much was left out', async () => {
    const { clock, finish, live, of } = start()
    const tails = [{ tail: 7, filter: {}, perSecond: 2, claims: [] }]
    live.hear({ kind: 'live-tails', tails })
    for (let round = 0; round < 5; round++) finish()
    finish(REFUSED)
    await clock.advance(200)
    const [seen] = of('live-seen')
    assert.deepEqual([seen?.tail, seen?.skipped], [7, 3])
    assert.deepEqual(
      seen?.requests.map(({ id }) => id),
      ['r1', 'r2', 'r6'],
    )
  })

  test('ends a tail that control does not say again', async () => {
    const { clock, finish, live, of } = start()
    live.hear({ kind: 'live-tails', tails: [{ tail: 1, filter: {}, perSecond: 9, claims: [] }] })
    await clock.advance(15_400)
    finish()
    await clock.advance(400)
    assert.deepEqual(of('live-seen'), [])
    live.close()
    assert.equal(clock.pending, 0)
  })

  test('counts are bounded, however many routes and instances there are', async () => {
    const { clock, live, of } = start()
    for (let round = 0; round < 700; round++) {
      const state = finishedRequest(plan, { target: '/open/x' }, { service: `s${round}` })
      live.finished(state, 1)
    }
    for (let round = 0; round < 300; round++) {
      live.finished(finishedRequest(plan, { target: '/open/x' }, { endpoint: `e${round}` }), 1)
    }
    await clock.advance(1000)
    const { rows } = of('live-counts')[0]!
    const total = rows
      .flatMap(({ outcomes }) => outcomes)
      .reduce((sum, [, , count]) => sum + count, 0)
    assert.deepEqual([total, rows.length], [1000, 501])
    assert.ok(rows.every(({ instances }) => instances.length <= 101))
  })
})
