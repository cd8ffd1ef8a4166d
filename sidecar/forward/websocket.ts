// The opening handshake of WebSocket (RFC 6455 section 4.2.1) and the close frames we may have to send ourselves.

import { headerValue } from './facts.ts'

const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/

/** A stable reason where the handshake is not version 13 with a 16-byte key, else null. */
export function webSocketFault(headers: readonly string[]): string | null {
  const view = { headers }
  if (headerValue(view, 'sec-websocket-version') !== '13') return 'websocket_version'
  const key = headerValue(view, 'sec-websocket-key')
  return key !== null && KEY.test(key) ? null : 'websocket_key_invalid'
}

/** Status codes of RFC 6455 section 7.4.1 that the gateway itself sends. */
export type CloseCode = 1001 | 1011 | FrameViolation

/** Invalid control frame, flood of control frames, message too large. */
export type FrameViolation = 1002 | 1008 | 1009

/** An unmasked (server to client) close frame. */
export function closeFrame(code: CloseCode, reason: string): Buffer {
  const text = Buffer.from(reason).subarray(0, 123)
  const frame = Buffer.allocUnsafe(4 + text.length)
  frame[0] = 0x88
  frame[1] = 2 + text.length
  frame.writeUInt16BE(code, 2)
  text.copy(frame, 4)
  return frame
}

/** A masked (client to server) close frame; the mask is all zero, which RFC 6455 allows a proxy that hides nothing. */
export function maskedCloseFrame(code: CloseCode, reason: string): Buffer {
  const plain = closeFrame(code, reason)
  const frame = Buffer.alloc(plain.length + 4)
  frame[0] = 0x88
  frame[1] = 0x80 | plain[1]!
  plain.copy(frame, 6, 2)
  return frame
}

/** What a stream of frames may not do; a violation names the close code it earns. */
export interface FrameLimits {
  /** Largest message, all its fragments together, as sent (still compressed). */
  readonly maxMessageBytes: number
  readonly maxFragments: number
  /** Ping, pong and close frames in a second. */
  readonly maxControlPerSecond: number
}

/**
 * Follows one direction of a spliced connection by frame headers alone: payloads are neither kept nor unmasked.
 * It knows where frames end, so that a close frame of ours never lands inside one of theirs.
 */
export class FrameTracker {
  readonly #limits: FrameLimits
  #header: number[] = []
  #payloadLeft = 0
  #messageBytes = 0
  #fragments = 0
  #controlInSecond = 0
  #second = 0

  constructor(limits: FrameLimits) {
    this.#limits = limits
  }

  /** true between two frames. */
  get atBoundary(): boolean {
    return this.#payloadLeft === 0 && this.#header.length === 0
  }

  /** Follows `chunk`; answers the close code it earned, or null. `nowMs` is monotonic. */
  feed(chunk: Buffer, nowMs: number): FrameViolation | null {
    let at = 0
    while (at < chunk.length) {
      if (this.#payloadLeft > 0) {
        const taken = Math.min(this.#payloadLeft, chunk.length - at)
        this.#payloadLeft -= taken
        at += taken
        continue
      }
      this.#header.push(chunk[at++]!)
      const size = headerSize(this.#header)
      if (size === null || this.#header.length < size) continue
      const fault = this.#begin(this.#header, nowMs)
      this.#header = []
      if (fault !== null) return fault
    }
    return null
  }

  #begin(header: readonly number[], nowMs: number): FrameViolation | null {
    const opcode = header[0]! & 0x0f
    const final = (header[0]! & 0x80) !== 0
    const length = payloadLength(header)
    if (length > Number.MAX_SAFE_INTEGER) return 1009
    this.#payloadLeft = length
    if (opcode >= 8) return length > 125 || !final ? 1002 : this.#countControl(nowMs)
    this.#messageBytes += length
    this.#fragments++
    if (this.#messageBytes > this.#limits.maxMessageBytes) return 1009
    if (this.#fragments > this.#limits.maxFragments) return 1009
    if (final) {
      this.#messageBytes = 0
      this.#fragments = 0
    }
    return null
  }

  #countControl(nowMs: number): FrameViolation | null {
    const second = Math.floor(nowMs / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#controlInSecond = 0
    }
    this.#controlInSecond++
    return this.#controlInSecond > this.#limits.maxControlPerSecond ? 1008 : null
  }
}

function headerSize(header: readonly number[]): number | null {
  if (header.length < 2) return null
  const short = header[1]! & 0x7f
  const mask = (header[1]! & 0x80) === 0 ? 0 : 4
  return 2 + mask + (short === 126 ? 2 : short === 127 ? 8 : 0)
}

function payloadLength(header: readonly number[]): number {
  const short = header[1]! & 0x7f
  if (short < 126) return short
  const bytes = short === 126 ? 2 : 8
  let length = 0
  for (let i = 0; i < bytes; i++) length = length * 256 + header[2 + i]!
  return length
}
