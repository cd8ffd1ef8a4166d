// Idempotency keys: one answer for one key, for a day, within bounds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdempotencyKeys, type Begun } from '../../../../gateway/control/admin/idempotency.ts'

function keys() {
  let nowMs = 0
  const store = new IdempotencyKeys({ monotonicMs: () => nowMs })
  return {
    store,
    advance: (ms: number) => {
      nowMs += ms
    },
  }
}

const answer = (body: string) => ({ status: 200, headers: new Map<string, string>(), body })

function run(begun: Begun): Extract<Begun, { kind: 'run' }> {
  assert.ok(begun.kind === 'run')
  return begun
}

test('a key is free after a failure, busy while it is used, and answered after a success', () => {
  const { store } = keys()
  const first = run(store.begin('k', 'a'))
  assert.throws(() => store.begin('k', 'a'), { code: 'conflict' })
  assert.throws(() => store.begin('k', 'b'), { code: 'invalid' })
  first.failed()
  run(store.begin('k', 'b')).done(answer('"b"'))
  assert.deepEqual(store.begin('k', 'b'), { kind: 'replay', answer: answer('"b"') })
  assert.throws(() => store.begin('k', 'a'), { code: 'invalid' })
})

test('a key is forgotten after a day', () => {
  const { store, advance } = keys()
  run(store.begin('k', 'a')).done(answer('1'))
  advance(24 * 3_600_000 - 1)
  assert.equal(store.begin('k', 'a').kind, 'replay')
  advance(1)
  run(store.begin('k', 'a'))
})

test('the oldest are forgotten where there are many or they are large, but none that is under way', () => {
  const { store } = keys()
  run(store.begin('under way', 'a'))
  for (let i = 0; i < 1500; i++) run(store.begin(`k${i}`, 'a')).done(answer('1'))
  assert.throws(() => store.begin('under way', 'a'), { code: 'conflict' })
  assert.equal(store.begin('k1499', 'a').kind, 'replay')
  run(store.begin('k0', 'a')).failed()
  const large = 'x'.repeat(12 * 1024 * 1024)
  for (const key of ['l1', 'l2', 'l3']) run(store.begin(key, 'a')).done(answer(large))
  assert.equal(store.begin('l3', 'a').kind, 'replay')
  run(store.begin('l1', 'a')).failed()
})
