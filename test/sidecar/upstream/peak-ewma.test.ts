import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PeakEwma } from '../../../sidecar/upstream/peak-ewma.ts'

describe('the latency of an endpoint', () => {
  it('is 30 ms for one that is new, and sinks while nothing is heard, but never to nothing', () => {
    const latency = new PeakEwma(0)
    assert.equal(latency.at(0), 30)
    assert.ok(Math.abs(latency.at(10_000) - 30 / Math.E) < 0.01)
    assert.equal(latency.at(10_000_000), 1)
    // Looking changes nothing.
    assert.equal(latency.at(0), 30)
  })

  it('rises at once to a slow answer and comes down over seconds', () => {
    const latency = new PeakEwma(0)
    latency.answered(500, 0)
    assert.equal(latency.at(0), 500)
    latency.answered(10, 1000)
    assert.ok(latency.at(1000) > 400)
    for (let nowMs = 2000; nowMs <= 60_000; nowMs += 1000) latency.answered(10, nowMs)
    assert.ok(latency.at(60_000) < 15)
  })

  it('is worse after a fast failure, up to a bound', () => {
    const latency = new PeakEwma(0)
    latency.failed(1, 0)
    assert.equal(latency.at(0), 120)
    for (let i = 0; i < 20; i++) latency.failed(1, 0)
    assert.equal(latency.at(0), 10_000)
  })

  it('hears of a wait that was given up only where it was long', () => {
    const latency = new PeakEwma(0)
    latency.abandoned(5, 0)
    assert.equal(latency.at(0), 30)
    latency.abandoned(900, 0)
    assert.equal(latency.at(0), 900)
  })
})
