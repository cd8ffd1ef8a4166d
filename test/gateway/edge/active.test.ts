import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ActiveRequests } from '../../../gateway/edge/active.ts'
import type { RequestState } from '../../../gateway/edge/request-state.ts'
import { ManualClock } from '../auth/manual-clock.ts'

function request(active: ActiveRequests, given: Partial<RequestState> = {}, exchange = {}) {
  const stops: string[] = []
  const state = {
    place: -1,
    expiresAtMs: Infinity,
    bodyDeadlineMs: Infinity,
    takenBytes: 0,
    takenAtMs: 0,
    listener: { idleTimeoutMs: 5000 },
    exchange: { bodyPending: false, pendingOut: 0, bytesOut: 0, ...exchange },
    stop(reason: string) {
      stops.push(reason)
      active.delete(state)
    },
    ...given,
  } as RequestState
  active.add(state)
  return { state, stops }
}

test('requests are ended when their token is over, to within a sweep', async () => {
  const clock = new ManualClock()
  const active = new ActiveRequests(clock)
  const { stops } = request(active, { expiresAtMs: clock.wallMs() + 1000 })
  const other = request(active)
  await clock.advance(1000)
  assert.deepEqual(stops, [])
  await clock.advance(100)
  assert.deepEqual(stops, ['token_expired'])
  assert.deepEqual(other.stops, [])
})

test('a body that takes too long ends its request, one that is there does not', async () => {
  const clock = new ManualClock()
  const active = new ActiveRequests(clock)
  const slow = request(active, { bodyDeadlineMs: 1000 }, { bodyPending: true })
  const whole = request(active, { bodyDeadlineMs: 1000 })
  await clock.advance(1200)
  assert.deepEqual(slow.stops, ['request_timeout'])
  assert.deepEqual(whole.stops, [])
})

test('an answer that its client does not take is ended, one that moves is not', async () => {
  const clock = new ManualClock()
  const active = new ActiveRequests(clock)
  const stalled = request(active, {}, { pendingOut: 10, bytesOut: 100 })
  const exchange = { bodyPending: false, pendingOut: 10, bytesOut: 100 }
  const slow = request(active, { exchange: exchange as RequestState['exchange'] })
  const waiting = request(active, {}, { bytesOut: 100 })
  for (let second = 0; second < 6; second++) {
    exchange.bytesOut += 1
    await clock.advance(1000)
  }
  assert.deepEqual(stalled.stops, ['client_stalled'])
  assert.deepEqual(slow.stops, [])
  assert.deepEqual(waiting.stops, [])
})

test('an answer whose upstream is done is cut where its client stalls', async () => {
  const clock = new ManualClock()
  const active = new ActiveRequests(clock)
  let aborted = false
  const exchange = {
    bodyPending: false,
    pendingOut: 10,
    bytesOut: 10,
    abort() {
      aborted = true
      active.delete(state)
    },
  }
  const { state } = request(active, { stop: null }, exchange)
  await clock.advance(6000)
  assert.equal(aborted, true)
  assert.equal(state.reason, 'client_stalled')
})

test('several that end in one sweep are all ended', async () => {
  const clock = new ManualClock()
  const active = new ActiveRequests(clock)
  const all = Array.from({ length: 5 }, () => request(active, { expiresAtMs: clock.wallMs() + 50 }))
  await clock.advance(200)
  for (const { stops } of all) assert.deepEqual(stops, ['token_expired'])
  assert.equal(active.size, 0)
})

test('leaving in any order keeps count, and twice is once', () => {
  const active = new ActiveRequests(new ManualClock())
  const [a, b, c] = [request(active), request(active), request(active)]
  active.delete(a.state)
  active.delete(a.state)
  assert.equal(active.size, 2)
  active.delete(c.state)
  active.stopAll('shutting_down', () => true)
  assert.deepEqual([a.stops, b.stops, c.stops], [[], ['shutting_down'], []])
  assert.equal(active.size, 0)
})

test('an idle gateway has no timer, and a busy one a single one', async () => {
  const clock = new ManualClock()
  const active = new ActiveRequests(clock)
  assert.equal(clock.pending, 0)
  const first = request(active)
  const second = request(active)
  assert.equal(clock.pending, 1)
  active.delete(first.state)
  active.delete(second.state)
  await clock.advance(100)
  assert.equal(clock.pending, 0)
  const third = request(active, { expiresAtMs: clock.wallMs() })
  await clock.advance(200)
  assert.deepEqual(third.stops, ['token_expired'])
})

test('empty resolves when the last one is gone', async () => {
  const active = new ActiveRequests(new ManualClock())
  await active.empty()
  const { state } = request(active)
  const waiting = active.empty().then(() => 'empty')
  assert.equal(await Promise.race([waiting, Promise.resolve('busy')]), 'busy')
  active.delete(state)
  assert.equal(await waiting, 'empty')
})
