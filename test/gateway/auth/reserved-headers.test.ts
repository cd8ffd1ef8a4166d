import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReservedHeader } from '../../../gateway/auth/reserved-headers.ts'

test('a claim never becomes a field that frames, routes, authenticates, or vouches for the gateway', () => {
  for (const name of [
    'host',
    'transfer-encoding',
    'authorization',
    'x-forwarded-for',
    'x-sallyport-subject',
    'x-request-id',
    'content-type',
    'cookie',
  ]) {
    assert.ok(isReservedHeader(name), name)
  }
  for (const name of ['x-user', 'x-tenant', 'x-real-name']) assert.ok(!isReservedHeader(name), name)
})
