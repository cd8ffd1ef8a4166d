import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterFailure, afterSuccess, NORMAL, type Health } from '../../../gateway/limit/health.ts'

const fail = (health: Health, nowMs: number): Health => afterFailure(health, nowMs, 1)

test('three failures, or two questions without an answer, make a suspect store one that is away', () => {
  const first = fail(NORMAL, 0)
  assert.equal(first.kind, 'suspect')
  const second = fail(first, 10)
  assert.equal(second.kind, 'suspect')
  assert.equal(fail(second, 20).kind, 'degraded')
  assert.equal(fail(first, 99).kind, 'suspect')
  assert.equal(fail(first, 100).kind, 'degraded')
})

test('retries come ever later, but at least every second', () => {
  let health = fail(NORMAL, 0)
  let lastMs = 0
  for (let i = 0; i < 20; i++) {
    health = fail(health, 1000 * i)
    assert.ok('retryAtMs' in health)
    const delayMs = health.retryAtMs - 1000 * i
    assert.ok(delayMs >= lastMs && delayMs <= 1000)
    lastMs = delayMs
  }
  assert.equal(lastMs, 1000)
})

test('one success ends the trouble; what is owed is reported first', () => {
  const away = fail(fail(fail(NORMAL, 0), 1), 2)
  assert.equal(afterSuccess(away, false).kind, 'normal')
  const recovery = afterSuccess(away, true)
  assert.equal(recovery.kind, 'recovery')
  assert.equal(afterSuccess(recovery, false).kind, 'normal')
  assert.equal(fail(recovery, 3).kind, 'degraded')
})

test('a single request that was decided without the store is no outage', () => {
  assert.equal(afterSuccess(NORMAL, true), NORMAL)
})
