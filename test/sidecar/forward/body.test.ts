import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectBody, limitBody } from '../../../sidecar/forward/body.ts'
import type { BodySource } from '../../../sidecar/upstream/transport.ts'
import { FakeBody } from './fake-exchange.ts'

/** Starts `body` and notes what comes out; `wants` is what `onData` answers. */
function read(body: BodySource, wants: () => boolean = () => true): string[] {
  const heard: string[] = []
  body.start({
    onData(chunk) {
      heard.push(chunk.toString())
      return wants()
    },
    onEnd: (trailers) => heard.push(['end', ...trailers].join(' ')),
    onAbort: () => heard.push('abort'),
  })
  return heard
}

test('a body of known length needs no counting', () => {
  const body = new FakeBody(5)
  assert.equal(
    limitBody(body, 1, () => assert.fail()),
    body,
  )
})

test('a body of unknown length may be exactly as long as allowed', () => {
  const body = new FakeBody(null)
  const heard = read(limitBody(body, 4, () => assert.fail()))
  body.send('ab', 'cd')
  body.sink!.onEnd(['t', '1'])
  assert.deepEqual(heard, ['ab', 'cd', 'end t 1'])
})

test('one byte more is not delivered, said once, and followed by nothing', () => {
  const body = new FakeBody(null)
  let tooLarge = 0
  const limited = limitBody(body, 4, () => (tooLarge += 1))
  const heard = read(limited)
  body.send('ab', 'cde', 'f')
  body.sink!.onEnd([])
  body.sink!.onAbort()
  assert.deepEqual(heard, ['ab'])
  assert.equal(tooLarge, 1)
})

test('a limited body is resumed and aborted like any', () => {
  const body = new FakeBody(null)
  const limited = limitBody(body, 4, () => assert.fail())
  const heard = read(limited)
  limited.resume()
  body.sink!.onAbort()
  assert.equal(body.resumed, 1)
  assert.deepEqual(heard, ['abort'])
})

test('a collected body is delivered again in its pieces, at the reader’s pace', () => {
  const body = new FakeBody(6)
  const held: (BodySource | null)[] = []
  collectBody(body, 6, (source) => held.push(source))
  body.send('ab', 'cd', 'ef')
  assert.equal(held.length, 0)
  body.sink!.onEnd(['t', '1'])
  const source = held[0]!
  assert.equal(source.length, 6)
  const heard = read(source, () => false)
  assert.deepEqual(heard, ['ab'])
  source.resume()
  source.resume()
  assert.deepEqual(heard, ['ab', 'cd', 'ef'])
  source.resume()
  source.resume()
  assert.deepEqual(heard, ['ab', 'cd', 'ef', 'end t 1'])
})

test('a collected body that is too short, too long or broken is none', () => {
  for (const [texts, aborts] of [
    [['abc'], false],
    [['abc', 'def', 'g'], false],
    [['abc'], true],
  ] as const) {
    const body = new FakeBody(6)
    const held: unknown[] = []
    collectBody(body, 6, (source) => held.push(source))
    body.send(...texts)
    if (aborts) body.sink!.onAbort()
    else body.sink!.onEnd([])
    assert.deepEqual(held, [null])
  }
})
