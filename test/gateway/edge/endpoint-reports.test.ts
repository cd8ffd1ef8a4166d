import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drainedByService, endpointReports } from '../../../gateway/edge/endpoint-reports.ts'
import type { EndpointStatus } from '../../../sidecar/upstream/cluster.ts'

const STATUS: EndpointStatus = {
  name: 'http://a',
  healthy: true,
  breaker: 'open',
  drained: false,
  inFlight: 2,
  latencyMs: 1,
  fault: { text: 'connect ECONNREFUSED', atMs: 400 },
}

test('an endpoint is reported with the age of its fault', () => {
  const all = new Map([['orders', [STATUS, { ...STATUS, name: 'http://b', fault: null }]]])
  const [first, second] = endpointReports({ monotonicMs: () => 1000 }, all, new Map())
  assert.deepEqual(first, {
    service: 'orders',
    endpoint: 'http://a',
    breaker: 'open',
    isDrained: false,
    inFlight: 2,
    fault: { text: 'connect ECONNREFUSED', ageMs: 600 },
  })
  assert.equal(second?.fault, null)
})

test('no more are reported than control takes', () => {
  const many = new Map([['orders', Array.from({ length: 6000 }, () => STATUS)]])
  assert.equal(endpointReports({ monotonicMs: () => 0 }, many).length, 5000)
})

test('what is drained is told apart by service', () => {
  const drained = drainedByService([
    ['orders', 'http://a'],
    ['billing', 'http://a'],
    ['orders', 'http://b'],
  ])
  assert.deepEqual(
    [...drained].map(([service, urls]) => [service, [...urls]]),
    [
      ['orders', ['http://a', 'http://b']],
      ['billing', ['http://a']],
    ],
  )
})
