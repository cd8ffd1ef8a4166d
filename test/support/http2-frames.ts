// HTTP/2 frames written by hand (RFC 9113 section 4, RFC 7541 section 6.2.2), so that a test can send what no library would.

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const

export const SETTING = { headerTableSize: 1, initialWindowSize: 4 } as const

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** [name, value] as they go on the wire, pseudo fields included; Latin-1, nothing is checked. */
export type FieldPairs = readonly (readonly [string, string])[]

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A whole field block in one HEADERS frame. */
export function headers(stream: number, fields: FieldPairs, endStream: boolean): Buffer {
  const flags = FLAG.endHeaders | (endStream ? FLAG.endStream : 0)
  return frame(FRAME.headers, flags, stream, fieldBlock(fields))
}

export function data(stream: number, text: string | Buffer, endStream: boolean): Buffer {
  const payload = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  return frame(FRAME.data, endStream ? FLAG.endStream : 0, stream, payload)
}

/** SETTINGS of [identifier, value] pairs. */
export function settings(pairs: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6)
  for (const [index, [id, value]] of pairs.entries()) {
    payload.writeUInt16BE(id, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  }
  return frame(FRAME.settings, 0, 0, payload)
}

export function settingsAck(): Buffer {
  return frame(FRAME.settings, FLAG.ack, 0)
}

export function resetStream(stream: number, code: number): Buffer {
  return frame(FRAME.resetStream, 0, stream, uint32(code))
}

export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(FRAME.windowUpdate, 0, stream, uint32(increment))
}

/** `text`: eight bytes. */
export function ping(text: string): Buffer {
  return frame(FRAME.ping, 0, 0, Buffer.from(text, 'latin1'))
}

export function goAway(lastStream: number, code: number): Buffer {
  return frame(FRAME.goAway, 0, 0, Buffer.concat([uint32(lastStream), uint32(code)]))
}

/** Every field as a literal without indexing and without Huffman coding. */
export function fieldBlock(fields: FieldPairs): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  )
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([prefixed(bytes.length, 7), bytes])
}

/** An integer with a prefix of so many bits (RFC 7541 section 5.1). */
function prefixed(value: number, bits: number): Buffer {
  const limit = 2 ** bits - 1
  if (value < limit) return Buffer.from([value])
  const bytes = [limit]
  let rest = value - limit
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
  return Buffer.from(bytes)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** The complete frames at the start of `bytes`. */
export function readFrames(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = []
  let at = 0
  while (at + 9 <= bytes.length) {
    const end = at + 9 + bytes.readUIntBE(at, 3)
    if (end > bytes.length) break
    frames.push({
      type: bytes[at + 3]!,
      flags: bytes[at + 4]!,
      stream: bytes.readUInt32BE(at + 5) & 0x7fffffff,
      payload: bytes.subarray(at + 9, end),
    })
    at = end
  }
  return frames
}

/** Statuses of the static table (RFC 7541 appendix A). */
const STATIC_STATUS = new Map([
  [0x88, 200],
  [0x89, 204],
  [0x8a, 206],
  [0x8b, 304],
  [0x8c, 400],
  [0x8d, 404],
  [0x8e, 500],
])

/** Huffman codes of the digits (RFC 7541 appendix B): five bits for 0–2, six for 3–9. */
const DIGITS = new Map<string, string>(
  Array.from('0123456789', (digit, n) => [digitCode(n), digit] as const),
)

/**
 * The status of a response's field block. It reads the first field only, which is `:status` for every server that
 * keeps pseudo fields first and was told to use no dynamic table.
 */
export function statusOf(block: Buffer): number {
  let at = 0
  // Dynamic table size updates.
  while ((block[at]! & 0xe0) === 0x20) at += block[at] === 0x3f ? 2 : 1
  const known = STATIC_STATUS.get(block[at]!)
  if (known !== undefined) return known
  const length = block[at + 1]! & 0x7f
  const value = block.subarray(at + 2, at + 2 + length)
  if ((block[at + 1]! & 0x80) === 0) return Number(value.toString('latin1'))
  return Number(huffmanDigits(value))
}

function digitCode(digit: number): string {
  return digit < 3 ? digit.toString(2).padStart(5, '0') : (22 + digit).toString(2).padStart(6, '0')
}

function huffmanDigits(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  let text = ''
  let code = ''
  for (const bit of bits) {
    code += bit
    const digit = DIGITS.get(code)
    if (digit === undefined) continue
    text += digit
    code = ''
  }
  return text
}
