// Reads the server name a TLS client asks for from the first bytes of a connection, without ending its TLS.

export type HelloResult =
  | {
      readonly kind: 'hello'
      /** As sent, lower case without a trailing dot; null where the client names none (RFC 6066 section 3). */
      readonly serverName: string | null
      /** The encrypted_client_hello extension is there, real or as GREASE: then `serverName` is the outer one. */
      readonly hasEch: boolean
    }
  /** The first byte is already not of a TLS handshake. */
  | { readonly kind: 'not_tls' }
  /** It began like TLS, and no client writes it so. */
  | { readonly kind: 'malformed' }
  /** More than MAX_HELLO_BYTES. */
  | { readonly kind: 'too_long' }

/** Bytes on the wire, record headers included. Post-quantum key shares make hellos of about 2 KiB. */
export const MAX_HELLO_BYTES = 16 * 1024

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const RECORD_HEADER = 5
const MAX_RECORD = 16_384
const FIRST_BUFFER = 2048
const SERVER_NAME = 0
const HOST_NAME = 0
const ENCRYPTED_CLIENT_HELLO = 0xfe0d
const VISIBLE_NAME = /^[\x21-\x7e]+$/

/**
 * Takes the bytes of one connection as they come, in pieces of any size. After anything but 'more' it is done and must
 * not be pushed to again; `bytes` is then everything that was taken in, for whoever is to get it.
 */
export class ClientHelloReader {
  #wire: Buffer = Buffer.allocUnsafe(FIRST_BUFFER)
  #length = 0
  /** Where the next record starts. */
  #next = 0
  /** The handshake message so far, without record headers. */
  #message: Buffer = Buffer.allocUnsafe(FIRST_BUFFER)
  #messageLength = 0

  /** Everything that was pushed, the hello and what came behind it. */
  get bytes(): Buffer {
    return this.#wire.subarray(0, this.#length)
  }

  push(chunk: Buffer): 'more' | HelloResult {
    this.#wire = grown(this.#wire, this.#length, chunk.length)
    chunk.copy(this.#wire, this.#length)
    this.#length += chunk.length
    const result = this.#read()
    // Bytes behind a whole hello are no part of it.
    if (result === 'more' && this.#length >= MAX_HELLO_BYTES) return { kind: 'too_long' }
    return result
  }

  #read(): 'more' | HelloResult {
    for (;;) {
      const record = this.#nextRecord()
      if (record === 'more' || 'kind' in record) return record
      this.#message = grown(this.#message, this.#messageLength, record.length)
      record.copy(this.#message, this.#messageLength)
      this.#messageLength += record.length
      if (this.#message[0] !== CLIENT_HELLO) return { kind: 'malformed' }
      if (this.#messageLength < 4) continue
      const end = 4 + this.#message.readUIntBE(1, 3)
      if (end > MAX_HELLO_BYTES) return { kind: 'too_long' }
      // A client waits for the answer to its hello before it says more.
      if (this.#messageLength > end) return { kind: 'malformed' }
      if (this.#messageLength === end) return parseHello(this.#message.subarray(4, end))
    }
  }

  /** The content of the next whole record (RFC 8446 section 5.1). */
  #nextRecord(): 'more' | HelloResult | Buffer {
    const header = this.#wire.subarray(this.#next, this.#length)
    if (header.length > 0 && header[0] !== HANDSHAKE) {
      return { kind: this.#next === 0 ? 'not_tls' : 'malformed' }
    }
    if (header.length > 1 && header[1] !== 3) {
      return { kind: this.#next === 0 ? 'not_tls' : 'malformed' }
    }
    if (header.length < RECORD_HEADER) return 'more'
    const length = header.readUInt16BE(3)
    if (length === 0 || length > MAX_RECORD) return { kind: 'malformed' }
    if (header.length < RECORD_HEADER + length) return 'more'
    this.#next += RECORD_HEADER + length
    return header.subarray(RECORD_HEADER, RECORD_HEADER + length)
  }
}

/** `buffer` or a larger copy of it, so that `more` bytes fit behind `used`; it grows by doubling. */
function grown(buffer: Buffer, used: number, more: number): Buffer {
  if (used + more <= buffer.length) return buffer
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, used + more))
  buffer.copy(larger, 0, 0, used)
  return larger
}

/** The body of a ClientHello (RFC 8446 section 4.1.2). */
function parseHello(body: Buffer): HelloResult {
  try {
    return readHello(new Cursor(body))
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'malformed' }
    throw error
  }
}

function readHello(cursor: Cursor): HelloResult {
  cursor.take(2 + 32)
  if (cursor.vector(1).length > 32) return { kind: 'malformed' }
  const suites = cursor.vector(2)
  if (suites.length === 0 || suites.length % 2 !== 0) return { kind: 'malformed' }
  if (cursor.vector(1).length === 0) return { kind: 'malformed' }
  // A hello of TLS 1.2 may end here, without any extension.
  if (cursor.isAtEnd) return { kind: 'hello', serverName: null, hasEch: false }
  const extensions = new Cursor(cursor.vector(2))
  if (!cursor.isAtEnd) return { kind: 'malformed' }
  const seen = new Set<number>()
  let serverName: string | null = null
  while (!extensions.isAtEnd) {
    const type = extensions.number(2)
    const data = extensions.vector(2)
    if (seen.has(type)) return { kind: 'malformed' }
    seen.add(type)
    if (type !== SERVER_NAME) continue
    serverName = readServerName(data)
    if (serverName === null) return { kind: 'malformed' }
  }
  return { kind: 'hello', serverName, hasEch: seen.has(ENCRYPTED_CLIENT_HELLO) }
}

/** One host name and nothing else: with two of them, client and server could each take another. */
function readServerName(data: Buffer): string | null {
  const extension = new Cursor(data)
  const list = new Cursor(extension.vector(2))
  if (!extension.isAtEnd || list.number(1) !== HOST_NAME) return null
  const name = list.vector(2).toString('latin1').toLowerCase()
  if (!list.isAtEnd || !VISIBLE_NAME.test(name)) return null
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/** Reads forward; past the end it throws a RangeError. */
class Cursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('the hello is cut off')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  number(size: number): number {
    return this.take(size).readUIntBE(0, size)
  }

  /** A length of `size` bytes and that much content. */
  vector(size: number): Buffer {
    return this.take(this.number(size))
  }
}
