import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Caps, type Place } from '../../../gateway/egress/caps.ts'

const LIMITS = { connections: 100, total: 4, perCaller: 3, perDestination: 2 }

test('each limit stands, whatever the others leave', () => {
  const caps = new Caps()
  assert.equal(typeof caps.take('a', 'x:1', LIMITS), 'object')
  assert.equal(typeof caps.take('a', 'x:1', LIMITS), 'object')
  assert.equal(caps.take('a', 'x:1', LIMITS), 'destination_limit_reached')
  assert.equal(typeof caps.take('a', 'x:2', LIMITS), 'object')
  assert.equal(caps.take('a', 'y:1', LIMITS), 'caller_limit_reached')
  assert.equal(typeof caps.take('b', 'x:1', LIMITS), 'object')
  assert.equal(caps.take('c', 'x:1', LIMITS), 'egress_limit_reached')
})

test('a place is given back once, however often that is said', () => {
  const caps = new Caps()
  const places = [1, 2].map(() => caps.take('a', 'x:1', LIMITS) as Place)
  places[0]!.release()
  places[0]!.release()
  assert.equal(caps.total, 1)
  assert.equal(typeof caps.take('a', 'x:1', LIMITS), 'object')
  assert.equal(caps.take('a', 'x:1', LIMITS), 'destination_limit_reached')
})
