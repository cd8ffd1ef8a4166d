import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Tallies } from '../../../gateway/limit/tallies.ts'

test('a name is counted in one place', () => {
  const tallies = new Tallies()
  tallies.of('plan').allowed += 2
  tallies.of('plan').limited += 1
  assert.deepEqual(tallies.byName.get('plan'), { allowed: 2, limited: 1, shadowed: 0, degraded: 0 })
})

test('names without end are counted together', () => {
  const tallies = new Tallies()
  for (let i = 0; i < 3000; i++) tallies.of(`limit ${i}`).allowed += 1
  assert.equal(tallies.byName.size, 1001)
  assert.equal(tallies.byName.get('(more)')?.allowed, 2000)
  tallies.of('limit 0').allowed += 1
  assert.equal(tallies.byName.get('limit 0')?.allowed, 2)
})
