import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Instances } from '../../../gateway/limit/instances.ts'

test('more processes are believed at once', () => {
  const instances = new Instances(2)
  assert.equal(instances.count, 2)
  instances.report(5, 0)
  assert.equal(instances.count, 5)
})

test('a store that counts anew does not make shares larger for a moment', () => {
  const instances = new Instances(4)
  instances.report(4, 0)
  instances.report(1, 5000)
  instances.report(3, 10_000)
  assert.equal(instances.count, 4)
  instances.report(4, 15_000)
  instances.report(1, 20_000)
  assert.equal(instances.count, 4, 'they had all been heard of again')
})

test('fewer processes are believed when it was said for 15 s, and no less than the most of that time', () => {
  const instances = new Instances(8)
  for (let atMs = 0; atMs <= 10_000; atMs += 5000) instances.report(atMs === 5000 ? 3 : 2, atMs)
  assert.equal(instances.count, 8)
  instances.report(2, 15_000)
  assert.equal(instances.count, 3)
})

test('the time in which the store said nothing proves nothing', () => {
  const instances = new Instances(8)
  instances.report(1, 0)
  instances.miss()
  instances.report(1, 60_000)
  assert.equal(instances.count, 8)
  instances.report(6, 75_000)
  assert.equal(instances.count, 6)
})

test('there is always one', () => {
  const instances = new Instances(1)
  instances.report(0, 0)
  instances.report(0, 60_000)
  assert.equal(instances.count, 1)
})
