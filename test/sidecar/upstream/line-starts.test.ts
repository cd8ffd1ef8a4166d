import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineStarts } from '../../../sidecar/upstream/line-starts.ts'

test('a name starts its line as it is spelled, the first time and every other', () => {
  const starts = new LineStarts(new Set())
  for (let time = 0; time < 2; time++) {
    assert.equal(starts.of('X-Mixed'), '\r\nX-Mixed: ')
    assert.equal(starts.of('x-mixed'), '\r\nx-mixed: ')
    assert.equal(starts.of('x'.repeat(300)), `\r\n${'x'.repeat(300)}: `)
  }
})

test('what is no name, or is refused in whatever case, starts nothing', () => {
  const starts = new LineStarts(new Set(['te']))
  for (const name of ['', 'a b', 'a:', 'a\r\nb', 'a\0', 'é', '\u010a', 'te', 'TE', 'Te']) {
    assert.equal(starts.of(name), null, JSON.stringify(name))
    assert.equal(starts.of(name), null, JSON.stringify(name))
  }
})

test('a flood of names changes no answer', () => {
  const starts = new LineStarts(new Set(['x-7']))
  for (let i = 0; i < 2000; i++) {
    assert.equal(starts.of(`x-${i}`), i === 7 ? null : `\r\nx-${i}: `)
  }
  assert.equal(starts.of('x-1'), '\r\nx-1: ')
})
