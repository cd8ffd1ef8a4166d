import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeVary, responseHeaders } from '../../../gateway/edge/response-headers.ts'
import { routeOf } from '../decide/plan-of.ts'

const INPUT = {
  limitHeaders: null,
  requestId: 'our-id',
  cors: null,
  corsHeaders: [],
  rules: null,
  setCookie: null,
}

test('without a policy the upstream speaks for itself, but not for our id', () => {
  const upstream = [
    'Server',
    'x',
    'X-Request-Id',
    'theirs',
    'Access-Control-Allow-Origin',
    '*',
    'Vary',
    'a',
  ]
  assert.deepEqual(responseHeaders(upstream, INPUT), [
    'Server',
    'x',
    'Access-Control-Allow-Origin',
    '*',
    'Vary',
    'a',
    'x-request-id',
    'our-id',
  ])
})

test('on a route with limits the upstream says nothing of its own, on others it may', () => {
  const theirs = [
    ['RateLimit', '"a";r=1;t=1'],
    ['ratelimit-policy', '"a";q=1;w=1'],
    ['RateLimit-Remaining', '1'],
    ['X-RateLimit-Reset', '1'],
    ['x-rate-limit-limit', '1'],
  ].flat()
  const upstream = [...theirs, 'Retry-After', '3', 'X-Rated', 'yes']
  const rest = ['Retry-After', '3', 'X-Rated', 'yes', 'x-request-id', 'our-id']
  assert.deepEqual(responseHeaders(upstream, INPUT), [...theirs, ...rest])
  const limitHeaders = ['ratelimit', '"ours";r=1;t=1']
  const limited = responseHeaders(upstream, { ...INPUT, limitHeaders })
  assert.deepEqual(limited, [...rest, ...limitHeaders])
  assert.deepEqual(responseHeaders(upstream, { ...INPUT, limitHeaders: [] }), rest)
})

test('with a policy every CORS field is ours, and Vary is merged into one', async () => {
  const { cors } = await routeOf('cors: "https://a.com"')
  const upstream = [
    'access-control-allow-origin',
    '*',
    'ACCESS-CONTROL-ALLOW-CREDENTIALS',
    'true',
    'Vary',
    'Accept',
    'vary',
    'Cookie',
    'a',
    'b',
  ]
  const corsHeaders = ['access-control-allow-origin', 'https://a.com', 'vary', 'Origin']
  assert.deepEqual(responseHeaders(upstream, { ...INPUT, cors, corsHeaders }), [
    'a',
    'b',
    'x-request-id',
    'our-id',
    'access-control-allow-origin',
    'https://a.com',
    'vary',
    'Accept, Cookie, Origin',
  ])
})

test('rules remove and set, whatever the spelling; a cookie of ours joins theirs', async () => {
  const { responseHeaders: rules } = await routeOf(
    'headers: { response: { set: { X-Frame-Options: DENY }, remove: [server] } }',
  )
  const upstream = [
    'Server',
    'x',
    'x-frame-options',
    'ALLOW',
    'X-FRAME-OPTIONS',
    'y',
    'set-cookie',
    'a=1',
  ]
  assert.deepEqual(responseHeaders(upstream, { ...INPUT, rules, setCookie: 'b=2' }), [
    'set-cookie',
    'a=1',
    'x-request-id',
    'our-id',
    'set-cookie',
    'b=2',
    'x-frame-options',
    'DENY',
  ])
})

test('Vary is merged without repeating a name', () => {
  assert.equal(mergeVary(null, 'Origin'), 'Origin')
  assert.equal(mergeVary(' ', 'Origin'), 'Origin')
  assert.equal(mergeVary('Accept', 'Origin'), 'Accept, Origin')
  assert.equal(mergeVary('origin, Accept', 'Origin'), 'origin, Accept')
  assert.equal(mergeVary('*', 'Origin'), '*')
})
