import assert from 'node:assert/strict'
import { test } from 'node:test'
import { match } from '../../../admin-ui/router/match.ts'

test('a path is compared segment by segment, and its parameters are decoded', () => {
  assert.deepEqual(match('/', '/'), {})
  assert.deepEqual(match('/routes', '/routes/'), {})
  assert.deepEqual(match('/routes/:name', '/routes/a%2Fb'), { name: 'a/b' })
  assert.equal(match('/routes/:name', '/routes'), null)
  assert.equal(match('/routes', '/routes/x'), null)
  assert.equal(match('/routes/:name', '/routes/%E0%A4%A'), null)
})
