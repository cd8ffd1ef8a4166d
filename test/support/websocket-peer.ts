// One end of a WebSocket connection (RFC 6455 section 5) that sends frames as the test writes them.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { RawClient } from './raw-client.ts'

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface WebSocketFrame {
  readonly opcode: number
  readonly final: boolean
  /** RSV1: the message is compressed (RFC 7692). */
  readonly compressed: boolean
  readonly masked: boolean
  readonly payload: Buffer
}

export interface FrameOptions {
  readonly final?: boolean
  readonly compressed?: boolean
  /** Clients mask, servers do not. Default false. */
  readonly masked?: boolean
}

/** Masked frames carry a mask of four different bytes. */
export function webSocketFrame(
  opcode: number,
  payload: Buffer,
  { final = true, compressed = false, masked = false }: FrameOptions = {},
): Buffer {
  const { length } = payload
  const first = (final ? 0x80 : 0) | (compressed ? 0x40 : 0) | opcode
  const bit = masked ? 0x80 : 0
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = bit | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeUIntBE(length, 4, 6)
  if (!masked) return Buffer.concat([head, payload])
  const mask = Buffer.from([0x11, 0x22, 0x33, 0x44])
  return Buffer.concat([head, mask, unmask(payload, mask)])
}

/** The complete frames at the start of `bytes`, unmasked. */
export function readWebSocketFrames(bytes: Buffer): readonly WebSocketFrame[] {
  const frames: WebSocketFrame[] = []
  let at = 0
  while (at + 2 <= bytes.length) {
    const short = bytes[at + 1]! & 0x7f
    const masked = (bytes[at + 1]! & 0x80) !== 0
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0
    const start = at + 2 + extended + (masked ? 4 : 0)
    if (start > bytes.length) break
    const length =
      extended === 0
        ? short
        : bytes.readUIntBE(at + 2 + (extended === 8 ? 2 : 0), extended === 8 ? 6 : 2)
    if (start + length > bytes.length) break
    const mask = bytes.subarray(start - 4, start)
    const payload = bytes.subarray(start, start + length)
    frames.push({
      opcode: bytes[at]! & 0x0f,
      final: (bytes[at]! & 0x80) !== 0,
      compressed: (bytes[at]! & 0x40) !== 0,
      masked,
      payload: masked ? unmask(payload, mask) : payload,
    })
    at = start + length
  }
  return frames
}

/** Masking is its own inverse. */
function unmask(payload: Buffer, mask: Buffer): Buffer {
  return Buffer.from(payload.map((byte, index) => byte ^ mask[index % 4]!))
}

/** The status code of a close frame, or null where there was none. */
export function closeCodeOf(frames: readonly WebSocketFrame[]): number | null {
  const close = frames.find(({ opcode }) => opcode === OPCODE.close)
  return close === undefined || close.payload.length < 2 ? null : close.payload.readUInt16BE(0)
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** A client's opening handshake. */
export function handshake(host: string, ...fields: string[]): string {
  const lines = [
    'GET /socket HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    ...fields,
  ]
  return [...lines, '', ''].join('\r\n')
}

const ACCEPT = createHash('sha1')
  .update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  .digest('base64')

export const ACCEPTED =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n' +
  `sec-websocket-accept: ${ACCEPT}\r\n\r\n`

/** An upstream that accepts every handshake and then leaves the connection to the test. */
export interface WebSocketUpstream {
  readonly port: number
  /** Heads of the handshakes so far. */
  readonly heads: readonly string[]
  /** The next connection behind its handshake. */
  accepted(): Promise<RawClient>
  close(): Promise<void>
}

export async function startWebSocketUpstream(): Promise<WebSocketUpstream> {
  const heads: string[] = []
  const sockets = new Set<Socket>()
  const ready: RawClient[] = []
  const waiting: ((peer: RawClient) => void)[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.once('data', (head: Buffer) => {
      heads.push(head.toString('latin1'))
      const peer = new RawClient(socket)
      peer.send(ACCEPTED)
      const next = waiting.shift()
      if (next === undefined) ready.push(peer)
      else next(peer)
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    heads,
    accepted: () =>
      new Promise((resolve) => {
        const peer = ready.shift()
        if (peer === undefined) waiting.push(resolve)
        else resolve(peer)
      }),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
