import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  refusalOf,
  retryAfterMs,
} from '../../../../../gateway/control/certificates/acme/refusal.ts'

const NOW_MS = Date.parse('2026-11-23T12:00:00Z')
const type = 'urn:ietf:params:acme:error:rateLimited'

test('an authority is quoted, host by host, within bounds and without control characters', () => {
  const subproblems = [
    { detail: 'it has no address', identifier: { type: 'dns', value: 'a.example' } },
  ]
  const { code, message } = refusalOf(
    429,
    { type, detail: 'no\nmore\u001b[2J', subproblems },
    '',
    0,
  )
  assert.equal(code, 'acme_rateLimited')
  assert.equal(message, 'no more [2J; a.example: it has no address')
  assert.equal(refusalOf(400, { detail: 'x'.repeat(9999) }, undefined, 0).message.length, 500)
})

test('what is no problem document is told by its status', () => {
  for (const value of [null, 'text', { type: 'about:blank' }, { type: 7, detail: [] }]) {
    const { code, message } = refusalOf(502, value, undefined, 0)
    assert.equal(code, 'acme_status')
    assert.equal(message, 'the authority answered with status 502')
  }
})

test('it is left alone for as long as it asks, but not for more than a day', () => {
  assert.equal(retryAfterMs('120', NOW_MS), 120_000)
  assert.equal(retryAfterMs('Mon, 23 Nov 2026 13:00:00 GMT', NOW_MS), 3_600_000)
  assert.equal(retryAfterMs('99999999', NOW_MS), 86_400_000)
  for (const value of [undefined, 'soon', '-5', 'Mon, 23 Nov 2020 13:00:00 GMT']) {
    assert.equal(retryAfterMs(value, NOW_MS), 0, String(value))
  }
})
