// ClientHellos for tests: of a real TLS client, and written by hand to be odd.

import { Duplex } from 'node:stream'
import { connect, type ConnectionOptions } from 'node:tls'

/** The first bytes that Node's own TLS client sends. */
export async function realHello(options: ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        done()
        resolve(chunk)
        wire.destroy()
      },
    })
    connect({ ...options, socket: wire }).on('error', () => {})
  })
}

export interface HelloParts {
  readonly sessionId?: Buffer
  readonly suites?: Buffer
  readonly compression?: Buffer
  /** null: the hello ends before its extensions. */
  readonly extensions?: readonly Buffer[] | null
  /** Behind the extensions, inside the message. */
  readonly trailing?: Buffer
}

/** A handshake message, without record headers. */
export function helloMessage(parts: HelloParts = {}): Buffer {
  const { extensions = [serverName('example.com')], trailing = Buffer.alloc(0) } = parts
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    vector(1, parts.sessionId ?? Buffer.alloc(32)),
    vector(2, parts.suites ?? Buffer.from([0x13, 0x01])),
    vector(1, parts.compression ?? Buffer.from([0])),
    extensions === null ? Buffer.alloc(0) : vector(2, Buffer.concat(extensions)),
    trailing,
  ])
  return Buffer.concat([Buffer.from([1]), vector(3, body)])
}

/** The bytes as handshake records of at most `size` bytes each. */
export function records(message: Buffer, size = 16_384): Buffer {
  const parts: Buffer[] = []
  for (let start = 0; start < message.length; start += size) {
    const content = message.subarray(start, start + size)
    parts.push(Buffer.from([22, 3, 1]), vector(2, content))
  }
  return Buffer.concat(parts)
}

export function extension(type: number, data: Buffer): Buffer {
  const number = Buffer.alloc(2)
  number.writeUInt16BE(type)
  return Buffer.concat([number, vector(2, data)])
}

export function serverName(...names: readonly string[]): Buffer {
  const entries = names.map((name) =>
    Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(name, 'latin1'))]),
  )
  return extension(0, vector(2, Buffer.concat(entries)))
}

/** `content` behind its length in `size` bytes. */
export function vector(size: number, content: Buffer): Buffer {
  const length = Buffer.alloc(size)
  length.writeUIntBE(content.length, 0, size)
  return Buffer.concat([length, content])
}
