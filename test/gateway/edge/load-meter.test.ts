import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { LiveAnswer } from '../../../gateway/decide/explain-messages.ts'
import { LoadMeter, openLoopProbe } from '../../../gateway/edge/load-meter.ts'
import { ManualClock } from '../auth/manual-clock.ts'

const NOW = {
  requests: 7,
  sockets: 3,
  inFlight: 2,
  egressInFlight: 1,
  rssBytes: 1e8,
  limitStore: null,
}

suite('the load meter of a worker', () => {
  test('tells every second, traffic or none, and no more once it is closed', async () => {
    const clock = new ManualClock()
    const told: LiveAnswer[] = []
    let isClosed = false
    const meter = new LoadMeter({
      clock,
      loop: {
        take: () => ({ loopDelayMs: 4, utilization: 0.5 }),
        close: () => {
          isClosed = true
        },
      },
      take: () => NOW,
      tell: (answer) => told.push(answer),
    })
    await clock.advance(3000)
    const load = { ...NOW, overMs: 1000, loopDelayMs: 4, utilization: 0.5 }
    const tells = Array.from({ length: 3 }, () => ({ kind: 'live-load', load }))
    assert.deepEqual(told, tells)
    meter.close()
    await clock.advance(6000)
    assert.deepEqual([told.length, clock.pending, isClosed], [3, 0, true])
  })

  test('measures the event loop from one look to the next', () => {
    const probe = openLoopProbe()
    const { loopDelayMs, utilization } = probe.take()
    assert.ok(loopDelayMs >= 0)
    assert.ok(utilization >= 0 && utilization <= 1)
    probe.close()
  })
})
