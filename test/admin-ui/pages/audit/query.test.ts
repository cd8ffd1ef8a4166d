// The address of the audit page says what is shown, and the API is asked for exactly that.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addressOf,
  exportPathOf,
  fieldsOf,
  pathOf,
} from '../../../../admin-ui/pages/audit/query.ts'

const some = fieldsOf(new URLSearchParams('actor=sato&since=2030-12-30&until=2030-12-31&other=1'))

test('an address leads to the same fields again, and to nothing else', () => {
  assert.equal(addressOf(some, '7'), '/audit?actor=sato&since=2030-12-30&until=2030-12-31&before=7')
  assert.deepEqual(fieldsOf(new URL(addressOf(some, ''), 'https://x').searchParams), some)
  assert.equal(addressOf(fieldsOf(new URLSearchParams()), ''), '/audit')
})

test('days are whole, in the zone in which times are shown', () => {
  const utc = new URL(pathOf(some, '', 'utc'), 'https://x').searchParams
  assert.equal(utc.get('since'), '2030-12-30T00:00:00.000Z')
  assert.equal(utc.get('until'), '2031-01-01T00:00:00.000Z')
  const local = new URL(pathOf(some, '', 'local'), 'https://x').searchParams
  assert.equal(local.get('since'), new Date(2030, 11, 30).toISOString())
  assert.equal(local.get('until'), new Date(2031, 0, 1).toISOString())
})

test('a file holds what is shown, and what is no day is not asked for', () => {
  const odd = { ...some, since: 'yesterday', until: '' }
  assert.equal(
    exportPathOf(odd, 'utc', { format: 'csv', lang: 'ja' }),
    '/api/v1/audit/export?format=csv&lang=ja&actor=sato',
  )
})
