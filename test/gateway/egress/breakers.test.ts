import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Breakers } from '../../../gateway/egress/breakers.ts'
import { ManualClock } from '../auth/manual-clock.ts'

const PLAN = { failures: 3, openMs: 1000 }

function opened(): { clock: ManualClock; breakers: Breakers } {
  const clock = new ManualClock()
  const breakers = new Breakers(clock, () => 0)
  for (let i = 0; i < 3; i++) breakers.enter('x', PLAN)!.failed()
  return { clock, breakers }
}

test('failures in a row open it, and only for that destination', () => {
  const { breakers } = opened()
  assert.equal(breakers.stateOf('x'), 'open')
  assert.equal(breakers.enter('x', PLAN), null)
  assert.notEqual(breakers.enter('y', PLAN), null)
})

test('a success in between begins the count anew', () => {
  const breakers = new Breakers(new ManualClock(), () => 0)
  for (let i = 0; i < 10; i++) {
    breakers.enter('x', PLAN)!.failed()
    breakers.enter('x', PLAN)!.failed()
    breakers.enter('x', PLAN)!.succeeded()
  }
  assert.equal(breakers.stateOf('x'), 'closed')
})

test('after its time exactly one tries it: success closes it, failure opens it again', async () => {
  const { clock, breakers } = opened()
  await clock.advance(1000)
  const trial = breakers.enter('x', PLAN)
  assert.notEqual(trial, null)
  assert.equal(breakers.enter('x', PLAN), null)
  trial!.failed()
  assert.equal(breakers.enter('x', PLAN), null)
  await clock.advance(1000)
  breakers.enter('x', PLAN)!.succeeded()
  assert.equal(breakers.stateOf('x'), 'closed')
})

test('a trial that tells nothing leaves the next one to try at once', async () => {
  const { clock, breakers } = opened()
  await clock.advance(1000)
  breakers.enter('x', PLAN)!.givenUp()
  assert.notEqual(breakers.enter('x', PLAN), null)
})

test('what began before it opened neither closes it nor spoils the trial', () => {
  const clock = new ManualClock()
  const breakers = new Breakers(clock, () => 0)
  const early = breakers.enter('x', PLAN)!
  for (let i = 0; i < 3; i++) breakers.enter('x', PLAN)!.failed()
  early.succeeded()
  assert.equal(breakers.stateOf('x'), 'open')
})

test('at most 1024 failing destinations are remembered', () => {
  const breakers = new Breakers(new ManualClock(), () => 0)
  for (let i = 0; i < 1025; i++) {
    for (let j = 0; j < 3; j++) breakers.enter(`d${i}`, PLAN)!.failed()
  }
  assert.equal(breakers.stateOf('d0'), 'closed')
  assert.equal(breakers.stateOf('d1'), 'open')
})
