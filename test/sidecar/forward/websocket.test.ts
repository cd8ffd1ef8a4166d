import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  closeFrame,
  FrameTracker,
  maskedCloseFrame,
  webSocketFault,
} from '../../../sidecar/forward/websocket.ts'

const LIMITS = { maxMessageBytes: 1000, maxFragments: 3, maxControlPerSecond: 2 }

interface Frame {
  readonly opcode?: number
  readonly final?: boolean
  readonly masked?: boolean
  readonly length?: number
}

function frame({ opcode = 2, final = true, masked = true, length = 0 }: Frame): Buffer {
  const mask = masked ? 0x80 : 0
  const first = (final ? 0x80 : 0) | opcode
  const head =
    length < 126
      ? [first, mask | length]
      : length < 65_536
        ? [first, mask | 126, length >> 8, length & 255]
        : [first, mask | 127, 0, 0, 0, 0, ...int32(length)]
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), Buffer.alloc(length, 1)])
}

function int32(value: number): number[] {
  return [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
}

test('the opening handshake needs version 13 and a key of 16 bytes', () => {
  const headers = (version: string, key: string): string[] => [
    'sec-websocket-version',
    version,
    'sec-websocket-key',
    key,
  ]
  assert.equal(webSocketFault(headers('13', 'dGhlIHNhbXBsZSBub25jZQ==')), null)
  assert.equal(webSocketFault(headers('12', 'dGhlIHNhbXBsZSBub25jZQ==')), 'websocket_version')
  assert.equal(webSocketFault([]), 'websocket_version')
  for (const key of [
    '',
    'short',
    'dGhlIHNhbXBsZSBub25jZQ=',
    'dGhlIHNhbXBsZSBub25jZR==',
    'a'.repeat(24),
  ]) {
    assert.equal(webSocketFault(headers('13', key)), 'websocket_key_invalid', key)
  }
})

test('close frames are well formed, and never too long', () => {
  assert.deepEqual(closeFrame(1001, 'bye'), Buffer.from([0x88, 5, 0x03, 0xe9, 0x62, 0x79, 0x65]))
  const masked = maskedCloseFrame(1008, 'x')
  assert.deepEqual(masked, Buffer.from([0x88, 0x83, 0, 0, 0, 0, 0x03, 0xf0, 0x78]))
  assert.equal(closeFrame(1011, 'x'.repeat(500)).length, 2 + 125)
})

suite('frames', () => {
  test('are followed over every split, and boundaries are known', () => {
    const stream = Buffer.concat([
      frame({ length: 5 }),
      frame({ length: 126 }),
      frame({ length: 300, masked: false }),
      frame({ opcode: 9, length: 3 }),
      frame({ length: 0 }),
    ])
    for (const size of [1, 2, 3, 7, 50, stream.length]) {
      const tracker = new FrameTracker(LIMITS)
      assert.equal(tracker.atBoundary, true)
      for (let at = 0; at < stream.length; at += size) {
        assert.equal(tracker.feed(stream.subarray(at, at + size), 0), null)
      }
      assert.equal(tracker.atBoundary, true, `pieces of ${size}`)
    }
    const tracker = new FrameTracker(LIMITS)
    tracker.feed(stream.subarray(0, 1), 0)
    assert.equal(tracker.atBoundary, false)
    tracker.feed(stream.subarray(1, 8), 0)
    assert.equal(tracker.atBoundary, false)
  })

  test('a message may be as large as allowed, over all its fragments, and not larger', () => {
    const feed = (...frames: Frame[]) =>
      new FrameTracker(LIMITS).feed(Buffer.concat(frames.map(frame)), 0)
    assert.equal(feed({ length: 1000 }), null)
    assert.equal(feed({ length: 1001 }), 1009)
    assert.equal(feed({ length: 600, final: false }, { opcode: 0, length: 400 }), null)
    assert.equal(feed({ length: 600, final: false }, { opcode: 0, length: 401 }), 1009)
    assert.equal(feed({ length: 900 }, { length: 900 }), null)
    const huge = Buffer.from([0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])
    assert.equal(new FrameTracker(LIMITS).feed(huge, 0), 1009)
  })

  test('a message may not come in too many fragments; control frames between them do not count', () => {
    const piece = frame({ opcode: 0, final: false, length: 1 })
    const tracker = new FrameTracker(LIMITS)
    assert.equal(tracker.feed(Buffer.concat([piece, frame({ opcode: 9 }), piece, piece]), 0), null)
    assert.equal(tracker.feed(piece, 0), 1009)
  })

  test('control frames are short, whole, and few', () => {
    assert.equal(new FrameTracker(LIMITS).feed(frame({ opcode: 9, length: 125 }), 0), null)
    assert.equal(new FrameTracker(LIMITS).feed(frame({ opcode: 9, length: 126 }), 0), 1002)
    assert.equal(new FrameTracker(LIMITS).feed(frame({ opcode: 8, final: false }), 0), 1002)
    const tracker = new FrameTracker(LIMITS)
    const ping = frame({ opcode: 9 })
    assert.equal(tracker.feed(Buffer.concat([ping, ping]), 100), null)
    assert.equal(tracker.feed(ping, 1100), null)
    assert.equal(tracker.feed(ping, 1200), null)
    assert.equal(tracker.feed(ping, 1300), 1008)
  })
})
