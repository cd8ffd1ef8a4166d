import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { endpointState, type Known } from '../../../../gateway/control/live/endpoint-state.ts'
import type { EndpointReport } from '../../../../gateway/decide/live-state.ts'

const NOW_MS = 1_000_000
const REPORT: EndpointReport = {
  service: 'one',
  endpoint: 'http://a',
  breaker: 'closed',
  isDrained: false,
  inFlight: 0,
  fault: null,
}
const FAULT = { text: 'connect ECONNREFUSED 127.0.0.1:1', ageMs: 5000 }
const INSTANCE = { status: 'up', healthy: true, suspect: false, silentMs: 0 } as const
const REFUSED = { atMs: NOW_MS - 1000, tookMs: 1, fault: 'connect ECONNREFUSED 127.0.0.1:1' }
const REACHED = { ...REFUSED, fault: null }

const cases: readonly (readonly [what: string, Partial<Known>, state: string, reason: string])[] = [
  ['nobody has called', {}, 'unknown', ''],
  ['that can be connected to', { check: REACHED }, 'well', ''],
  ['that has answered', { requests: 3 }, 'well', ''],
  ['that cannot be connected to', { check: REFUSED }, 'unreachable', REFUSED.fault],
  [
    'whose latest request failed',
    { reports: [{ ...REPORT, fault: FAULT }] },
    'failing',
    FAULT.text,
  ],
  [
    'that failed before it could be reached again',
    { reports: [{ ...REPORT, fault: FAULT }], check: REACHED },
    'well',
    '',
  ],
  [
    'that failed after it was last reached',
    { reports: [{ ...REPORT, fault: { ...FAULT, ageMs: 10 } }], check: REACHED },
    'failing',
    FAULT.text,
  ],
  [
    'that one worker passes over',
    { reports: [REPORT, { ...REPORT, breaker: 'open', fault: FAULT }], check: REACHED },
    'ejected',
    FAULT.text,
  ],
  ['that is being tried', { reports: [{ ...REPORT, breaker: 'half-open' }] }, 'trying', ''],
  [
    'that an operator drained, whatever else there is',
    { isDrained: true, check: REFUSED, reports: [{ ...REPORT, breaker: 'open' }] },
    'drained',
    '',
  ],
  [
    'that answers mostly 5xx',
    { requests: 19, failed: 10, check: REACHED },
    'failing',
    '10 of 19 requests failed in five minutes',
  ],
  ['that failed a few times', { requests: 19, failed: 9, check: REACHED }, 'well', ''],
  ['of the mesh', { instance: INSTANCE }, 'well', ''],
  [
    'of the mesh whose app is away',
    { instance: { ...INSTANCE, healthy: false } },
    'away',
    'its app does not answer its sidecar',
  ],
  [
    'of the mesh that is not heard of',
    { instance: { ...INSTANCE, suspect: true, silentMs: 16_400 } },
    'silent',
    'not heard of for 16 s',
  ],
  [
    'of the mesh that has missed a beat',
    { instance: { ...INSTANCE, silentMs: 7600 } },
    'silent',
    'not heard of for 8 s',
  ],
  [
    'of the mesh that is between two beats',
    { instance: { ...INSTANCE, silentMs: 6900 } },
    'well',
    '',
  ],
  [
    'of the mesh that ends',
    { instance: { ...INSTANCE, status: 'draining' } },
    'leaving',
    'its sidecar ends',
  ],
]

suite('an endpoint', () => {
  for (const [what, known, state, reason] of cases) {
    test(`${what} is ${state}`, () => {
      const said = endpointState({
        isDrained: false,
        reports: [REPORT],
        check: null,
        instance: null,
        requests: 0,
        failed: 0,
        nowMs: NOW_MS,
        ...known,
      })
      assert.deepEqual(said, { state, reason })
    })
  }
})
