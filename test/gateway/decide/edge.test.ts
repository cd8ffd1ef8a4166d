import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { Plan } from '../../../gateway/config/plan.ts'
import { decideArrival, preflightFor, type Arrival } from '../../../gateway/decide/edge.ts'
import { factsOf, planOf, type FactsOptions } from './plan-of.ts'

const ORIGIN = 'https://a.com'
const WEBSOCKET = [
  'Connection',
  'Upgrade',
  'Upgrade',
  'websocket',
  'Sec-WebSocket-Version',
  '13',
  'Sec-WebSocket-Key',
  'dGhlIHNhbXBsZSBub25jZQ==',
]

suite('the steps of an arrival', () => {
  let plan: Plan

  before(async () => {
    plan = await planOf(`
  - { name: open, match: /open/*, to: one, auth: public, cors: { origins: ["${ORIGIN}"], methods: [GET, PUT] } }
  - { name: get, match: { path: /get, methods: [GET] }, to: one, auth: public, cors: { origins: ["${ORIGIN}"], methods: [GET, PUT] } }
  - { name: put, match: { path: /split, methods: [PUT] }, to: one, auth: public, cors: "${ORIGIN}" }
  - { name: read, match: { path: /split, methods: [GET] }, to: two, auth: public }
  - { name: barred, match: /barred, to: one, auth: public, cors: "${ORIGIN}", ip: { deny: [192.0.2.0/24] } }
  - { name: still, match: /still, to: one, auth: public, upgrade: none }
`)
  })

  function arrive(options: FactsOptions): Arrival {
    return decideArrival(factsOf(options), plan.tables.get('public')!)
  }

  function summary({ route, cors, refusal }: Arrival) {
    return [route?.name ?? null, cors.kind, refusal?.reason ?? null]
  }

  function preflight(target: string, method: string, origin = ORIGIN): Arrival {
    const fields = ['Origin', origin, 'Access-Control-Request-Method', method]
    return arrive({ method: 'OPTIONS', target, fields })
  }

  test('no route: nothing else is asked', () => {
    const arrival = arrive({ target: '/nowhere', fields: ['Origin', ORIGIN] })
    assert.deepEqual(summary(arrival), [null, 'none', 'route_not_found'])
  })

  test('a wrong method names the right ones, readable to an allowed page', () => {
    const arrival = arrive({ method: 'PUT', target: '/get', fields: ['Origin', ORIGIN] })
    assert.deepEqual(summary(arrival), ['get', 'simple_allowed', 'method_not_allowed'])
    assert.deepEqual([...arrival.allowedMethods].sort(), ['GET', 'HEAD'])
  })

  test('a preflight finds the route of the method it asks for', () => {
    assert.deepEqual(summary(preflight('/split', 'PUT')), ['put', 'preflight_allowed', null])
    // The route for GET has no policy: its OPTIONS is an ordinary request.
    assert.equal(preflight('/split', 'GET').cors.kind, 'none')
    assert.deepEqual(summary(preflight('/open/x', 'DELETE')), ['open', 'preflight_refused', null])
  })

  test('OPTIONS without Origin or without a method asked for is no preflight', () => {
    const plain = factsOf({ method: 'OPTIONS', target: '/open/x' })
    const origin = factsOf({ method: 'OPTIONS', fields: ['Origin', ORIGIN] })
    const get = factsOf({ fields: ['Origin', ORIGIN, 'Access-Control-Request-Method', 'PUT'] })
    for (const facts of [plain, origin, get]) assert.equal(preflightFor(facts), null)
  })

  test('a barred address is refused before CORS answers a preflight', () => {
    assert.deepEqual(summary(arrive({ target: '/barred' })), ['barred', 'none', 'ip_denied'])
    assert.deepEqual(summary(preflight('/barred', 'GET')), ['barred', 'none', 'ip_denied'])
    const simple = arrive({ target: '/barred', fields: ['Origin', ORIGIN] })
    assert.deepEqual(summary(simple), ['barred', 'simple_allowed', 'ip_denied'])
    assert.equal(simple.refusal!.rule, 'barred')
    const elsewhere = arrive({ target: '/barred', fields: ['X-Forwarded-For', '198.51.100.1'] })
    assert.equal(elsewhere.refusal, null)
  })

  test('upgrades: named by the route, from an origin it knows', () => {
    const ask = (target: string, ...fields: string[]) =>
      arrive({ target, fields: [...WEBSOCKET, ...fields] }).refusal?.reason ?? null
    assert.equal(ask('/open/ws'), null)
    assert.equal(ask('/open/ws', 'Origin', ORIGIN), null)
    assert.equal(ask('/open/ws', 'Origin', 'https://api.example.com'), null)
    assert.equal(ask('/open/ws', 'Origin', 'https://evil.example'), 'origin_not_allowed')
    assert.equal(ask('/still'), 'upgrade_not_allowed')
  })
})
