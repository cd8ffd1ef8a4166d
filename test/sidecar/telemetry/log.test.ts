import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LineWriter } from '../../../sidecar/telemetry/line-writer.ts'
import { createLog } from '../../../sidecar/telemetry/log.ts'
import { printable } from '../../../sidecar/telemetry/printable.ts'
import { ManualClock } from '../../gateway/auth/manual-clock.ts'

test('an entry is one JSON line with time, level, part and its fields', () => {
  const lines: string[] = []
  const writer = { write: (line: string) => lines.push(line) } as unknown as LineWriter
  const log = createLog(writer, new ManualClock(Date.UTC(2030, 0, 1)), 'worker-1')
  log.info('all is well')
  log.warn('look at \u001b[31mthis', { file: 'a\nb', count: 3, names: ['x'] })
  log.error('x'.repeat(5000), { stack: 'y'.repeat(9000) })
  const [first, second, third] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const common = { time: '2030-01-01T00:00:00.000Z', part: 'worker-1' }
  assert.deepEqual(first, { ...common, level: 'info', message: 'all is well' })
  assert.deepEqual(second, {
    ...common,
    level: 'warn',
    message: 'look at \\u001b[31mthis',
    file: 'a\\u000ab',
    count: 3,
    names: ['x'],
  })
  assert.ok(lines[2]!.length < 6500)
  assert.equal(third!['level'], 'error')
  for (const line of lines) assert.ok(!line.includes('\n'))
})

test('a list of names in a field is as printable as the rest', () => {
  const lines: string[] = []
  const writer = { write: (line: string) => lines.push(line) } as unknown as LineWriter
  createLog(writer, new ManualClock(), 'x').info('m', { names: ['a\u202eb'] })
  assert.ok(!lines[0]!.includes('\u202e'))
})

test('printable text keeps what people read and shows what they cannot', () => {
  assert.equal(printable('Grüße, 世界 ✓', 100), 'Grüße, 世界 ✓')
  assert.equal(printable('a\tb\u007f\u0085\u2029', 100), 'a\\u0009b\\u007f\\u0085\\u2029')
  assert.equal(printable('abcdef', 6), 'abcdef')
  assert.equal(printable('abcdefg', 6), 'abcdef…')
})
