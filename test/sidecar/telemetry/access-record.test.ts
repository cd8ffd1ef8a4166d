import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatRecord,
  isFailure,
  isWorthALine,
  type AccessRecord,
} from '../../../sidecar/telemetry/access-record.ts'

const RECORD: AccessRecord = {
  time: '2030-01-01T00:00:00.000Z',
  id: 'id',
  listener: 'public',
  protocol: 'h2',
  client: '192.0.2.1',
  host: 'api.example.com',
  method: 'GET',
  path: '/items/{id}',
  route: 'items',
  status: 200,
  reason: 'ok',
  rule: null,
  subject: null,
  issuer: null,
  shadowed: null,
  endpoint: null,
  bytesIn: 0,
  bytesOut: 2,
  durationMs: 1.5,
  upstreamMs: null,
  error: null,
}

test('failures are what the client or the record says went wrong', () => {
  assert.equal(isFailure(200, 'ok'), false)
  assert.equal(isFailure(101, 'ok'), false)
  assert.equal(isFailure(304, 'ok'), false)
  assert.equal(isFailure(404, 'ok'), true)
  assert.equal(isFailure(200, 'client_gone'), true)
  assert.equal(isFailure(0, 'ok'), true)
})

test('each mode writes what it promises', () => {
  const never = (): number => assert.fail('nothing to roll dice for')
  const worth = (kind: 'all' | 'off' | 'failures', status: number): boolean =>
    isWorthALine({ kind }, status, 'ok', never)
  assert.deepEqual([worth('all', 200), worth('all', 500)], [true, true])
  assert.deepEqual([worth('off', 200), worth('off', 500)], [false, false])
  assert.deepEqual([worth('failures', 200), worth('failures', 500)], [false, true])
})

test('a sample holds every failure, and its share of the rest', () => {
  const mode = { kind: 'sample', ratio: 0.1 } as const
  assert.equal(
    isWorthALine(mode, 200, 'ok', () => 0.0999),
    true,
  )
  assert.equal(
    isWorthALine(mode, 200, 'ok', () => 0.1),
    false,
  )
  assert.equal(
    isWorthALine(mode, 503, 'ok', () => 0.999),
    true,
  )
})

test('a record is one line of printable text, however a stranger spells itself', () => {
  const line = formatRecord({
    ...RECORD,
    host: 'a\n{"status":200}',
    subject: '\u001b[31m\u202eevil\u0007\u2028',
    method: 'x'.repeat(10_000),
  })
  assert.doesNotMatch(line, /[^\x20-\x7e…]/)
  assert.ok(line.length < 2000)
  const read = JSON.parse(line) as AccessRecord
  assert.equal(read.host, 'a\\u000a{"status":200}')
  assert.equal(read.subject, '\\u001b[31m\\u202eevil\\u0007\\u2028')
  assert.equal(read.durationMs, 1.5)
})
