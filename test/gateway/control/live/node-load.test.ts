import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { NodeLoad } from '../../../../gateway/control/live/node-load.ts'
import type { WorkerLoad } from '../../../../gateway/decide/live-state.ts'

const START_MS = Date.UTC(2030, 0, 1)
const LOAD: WorkerLoad = {
  loopDelayMs: 2,
  utilization: 0.25,
  requests: 50,
  overMs: 2000,
  sockets: 10,
  inFlight: 1,
  egressInFlight: 2,
  rssBytes: 1e8,
  limitStore: 'normal',
}

suite('the load of a node', () => {
  test('has the rate of all workers together, exactly as they counted', () => {
    const load = new NodeLoad()
    assert.equal(load.perSecond(START_MS), null)
    load.hear(1, { ...LOAD, overMs: 2080 }, START_MS)
    load.hear(2, { ...LOAD, requests: 0 }, START_MS)
    assert.equal(load.perSecond(START_MS), 50_000 / 2080)
    const second = { ...LOAD, overMs: 1000, requests: 50 }
    for (let at = 1; at <= 10; at++) load.hear(1, second, START_MS + at * 1000)
    load.hear(2, { ...LOAD, requests: 20 }, START_MS + 10_000)
    assert.equal(load.perSecond(START_MS + 10_000), 50 + 5)
  })

  test('counts a worker that fell silent no longer, and forgets it', () => {
    const load = new NodeLoad()
    load.hear(1, LOAD, START_MS)
    load.hear(2, { ...LOAD, sockets: 5, loopDelayMs: 9 }, START_MS)
    assert.deepEqual(
      load.points('5m', START_MS).map(({ sockets, loopDelayMs }) => [sockets, loopDelayMs]),
      [[15, 9]],
    )
    load.hear(1, LOAD, START_MS + 11_000)
    assert.equal(load.points('5m', START_MS + 11_000).at(-1)?.sockets, 10)
    assert.deepEqual(
      load.workers(START_MS + 11_000).map(({ worker, ageMs }) => [worker, ageMs]),
      [
        [1, 0],
        [2, 11_000],
      ],
    )
    load.hear(1, LOAD, START_MS + 61_000)
    assert.equal(load.workers(START_MS + 61_000).length, 1)
  })

  test('keeps the worst of each slot, and no slot beyond its window', () => {
    const load = new NodeLoad()
    load.hear(1, { ...LOAD, loopDelayMs: 80 }, START_MS)
    load.hear(1, LOAD, START_MS + 2000)
    const [first, ...more] = load.points('1h', START_MS + 2000)
    assert.deepEqual([first?.loopDelayMs, more.length], [80, 0])
    assert.equal(load.points('5m', START_MS + 301_000).length, 1)
    assert.equal(load.points('24h', START_MS + 301_000).length, 1)
  })

  test('sees the shared store as the worst off of its workers does', () => {
    const load = new NodeLoad()
    assert.equal(load.limitStore(START_MS), null)
    load.hear(1, LOAD, START_MS)
    load.hear(2, { ...LOAD, limitStore: 'degraded' }, START_MS)
    assert.equal(load.limitStore(START_MS), 'degraded')
    load.hear(2, { ...LOAD, limitStore: 'recovery' }, START_MS + 1000)
    assert.equal(load.limitStore(START_MS + 1000), 'recovery')
    load.hear(2, LOAD, START_MS + 2000)
    assert.equal(load.limitStore(START_MS + 2000), 'normal')
  })
})
