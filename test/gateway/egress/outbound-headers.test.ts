import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExternalPlan } from '../../../gateway/allow/plan.ts'
import { inboundHeaders, outboundHeaders } from '../../../gateway/egress/outbound-headers.ts'

const external: ExternalPlan = {
  host: 'api.test',
  port: 443,
  headers: [['authorization', 'Bearer secret']],
  tls: { caPem: null, serverName: null, certPem: null, keyPem: null },
  timeoutMs: 1,
  idleTimeoutMs: 1,
  retries: 0,
  breaker: { failures: 1, openMs: 1 },
  maxConnections: 1,
  maxQueued: 1,
}

test('the configured credential replaces every copy of the caller', () => {
  const sent = ['authorization', 'a', 'accept', '*/*', 'authorization', 'b']
  assert.deepEqual(outboundHeaders(sent, 'api.test', external), [
    'host',
    'api.test',
    'accept',
    '*/*',
    'authorization',
    'Bearer secret',
  ])
})

test('without a configured credential the caller may bring its own', () => {
  const sent = ['authorization', 'own']
  assert.deepEqual(outboundHeaders(sent, 'a.test', null), [
    'host',
    'a.test',
    'authorization',
    'own',
  ])
})

test('fields of the mesh and of its traces stay inside', () => {
  const inside = [
    'x-mesh-client-id',
    'x-sallyport-subject',
    'x-egress-a',
    'l5d-client-id',
    'b3',
    'x-b3-traceid',
    'uberctx-a',
  ]
  const sent = inside.flatMap((name) => [name, 'value'])
  assert.deepEqual(outboundHeaders(sent, 'a.test', null), ['host', 'a.test'])
})

test('what only egress says is not taken from the host', () => {
  const answer = ['Proxy-Status', 'x', 'X-Request-Id', 'theirs', 'Content-Type', 'text/plain']
  assert.deepEqual(inboundHeaders(answer, 'ours'), [
    'Content-Type',
    'text/plain',
    'x-request-id',
    'ours',
  ])
})
