// Reads and writes DER (X.690): as little as certificates need, and strict enough that two readers see the same thing.

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

/** The tag of `[number]`, constructed or primitive (context-specific class). */
export function contextTag(number: number, constructed: boolean): number {
  return 0x80 | (constructed ? 0x20 : 0) | number
}

/** Raised by readers on anything that is not DER, or not what is read for. */
export class DerError extends Error {}

export interface DerElement {
  readonly tag: number
  readonly content: Buffer
  /** Tag and length included. */
  readonly raw: Buffer
}

const MAX_LENGTH_BYTES = 3

/** Steps through the elements of one constructed value. Every method throws {@link DerError} where the bytes differ. */
export class DerReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** The next element, which must have `tag` where one is given. */
  next(tag?: number): DerElement {
    const start = this.#at
    const found = this.#byte()
    if ((found & 0x1f) === 0x1f) throw new DerError('a tag of several bytes')
    if (tag !== undefined && found !== tag) throw new DerError(`tag ${found} where ${tag} belongs`)
    const length = this.#length()
    const end = this.#at + length
    if (end > this.#bytes.length) throw new DerError('a value longer than its surroundings')
    const content = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return { tag: found, content, raw: this.#bytes.subarray(start, end) }
  }

  isNext(tag: number): boolean {
    return this.#bytes[this.#at] === tag
  }

  /** The next element where it has `tag`, else null and nothing is read. */
  optional(tag: number): DerElement | null {
    return this.isNext(tag) ? this.next(tag) : null
  }

  /** Steps into the next element. */
  enter(tag: number): DerReader {
    return new DerReader(this.next(tag).content)
  }

  oid(): string {
    return readOid(this.next(TAG.oid).content)
  }

  /** A value of the type BOOLEAN; DER writes true as 0xff. */
  boolean(): boolean {
    const { content } = this.next(TAG.boolean)
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
      throw new DerError('a boolean that is neither')
    return content[0] === 0xff
  }

  /** The content octets of a shortest-form INTEGER that is not negative. */
  unsigned(): Buffer {
    const { content } = this.next(TAG.integer)
    const [first = 0x80, second = 0x80] = content
    if (first >= 0x80) throw new DerError('an integer that is empty or negative')
    if (first === 0 && content.length > 1 && second < 0x80)
      throw new DerError('an integer with needless zeros')
    return content
  }

  /** Fails unless everything has been read. */
  end(): void {
    if (!this.isAtEnd) throw new DerError('something follows the last field')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new DerError('the value ends too early')
    this.#at += 1
    return byte
  }

  #length(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    const count = first & 0x7f
    if (count === 0 || count > MAX_LENGTH_BYTES) throw new DerError('a length of that form')
    let length = 0
    for (let i = 0; i < count; i += 1) length = length * 256 + this.#byte()
    if (length < 0x80 || length < 256 ** (count - 1))
      throw new DerError('a length that is not in its shortest form')
    return length
  }
}

/** Dotted form. Throws {@link DerError} for components in other than the shortest form. */
export function readOid(content: Buffer): string {
  if (content.length === 0 || content.at(-1)! >= 0x80) throw new DerError('a broken identifier')
  const parts: number[] = []
  let value = 0
  let isStart = true
  for (const byte of content) {
    if (isStart && byte === 0x80) throw new DerError('an identifier with needless zeros')
    value = value * 128 + (byte & 0x7f)
    if (value > Number.MAX_SAFE_INTEGER / 128) throw new DerError('an identifier that is too large')
    isStart = byte < 0x80
    if (!isStart) continue
    if (parts.length > 0) parts.push(value)
    else {
      const root = Math.min(2, Math.floor(value / 40))
      parts.push(root, value - root * 40)
    }
    value = 0
  }
  return parts.join('.')
}

/** The bytes of a BIT STRING; only where `mayEndInPart` may its last byte be used in part. */
export function readBits(content: Buffer, mayEndInPart = false): Buffer {
  const [unused = 8] = content
  const bits = content.subarray(1)
  if (unused > 7 || (unused > 0 && (!mayEndInPart || bits.length === 0)))
    throw new DerError('a bit string of that form')
  if (unused > 0 && (bits.at(-1)! & (0xff >> (8 - unused))) !== 0)
    throw new DerError('bits that are set although unused')
  return bits
}

/** One element: the tag, the length, and the parts as its content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOctets(content.length), content])
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(TAG.sequence, ...parts)
}

/** An INTEGER from big-endian bytes that are read as not negative. */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const needsZero = bytes.length === 0 || bytes[start]! >= 0x80
  return der(TAG.integer, Buffer.from(needsZero ? [0] : []), bytes.subarray(start))
}

/** A BIT STRING; `unusedBits` at the end of the last byte are zero. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return der(TAG.bitString, Buffer.from([unusedBits]), bytes)
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [root = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const octets = [root * 40 + second, ...rest].flatMap((value) => {
    const groups = [value & 0x7f]
    for (let left = value >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return der(TAG.oid, Buffer.from(octets))
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const octets: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256)
  return Buffer.from([0x80 | octets.length, ...octets])
}
