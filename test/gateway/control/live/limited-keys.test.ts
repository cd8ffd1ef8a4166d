import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LimitedKeys } from '../../../../gateway/control/live/limited-keys.ts'
import type { RefusedEntry } from '../../../../gateway/limit/refusals.ts'

const entry = (key: string, count: number, lastAtMs = 10): RefusedEntry => {
  return {
    limit: 'plan',
    label: key,
    key,
    shadow: false,
    stage: 'after_auth',
    routes: ['orders'],
    rate: '100/min',
    burst: null,
    promise: 'at most 100 in any 60 s',
    max: 100,
    remaining: 0,
    count,
    firstAtMs: 5,
    lastAtMs,
    passesAtMs: 1000,
    isBlocked: false,
  }
}

test('what workers refused is put together by key, most often first', () => {
  const keys = new LimitedKeys()
  keys.learn(1, [entry('a', 3), entry('b', 4)])
  keys.learn(2, [entry('a', 2, 20)])
  assert.deepEqual(
    keys.list().map(({ key, count, lastAtMs }) => [key, count, lastAtMs]),
    [
      ['a', 5, 20],
      ['b', 4, 10],
    ],
  )
})

test('a worker’s next word replaces its last, and the number of workers is bounded', () => {
  const keys = new LimitedKeys()
  keys.learn(1, [entry('a', 3)])
  keys.learn(1, [entry('a', 4)])
  assert.equal(keys.list()[0]?.count, 4)
  for (let worker = 2; worker < 200; worker++) keys.learn(worker, [entry(`w${worker}`, 1)])
  assert.ok(keys.list().every(({ key }) => key !== 'a'))
  assert.equal(keys.list().length, 128)
})
