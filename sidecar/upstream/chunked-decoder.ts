// Decodes chunked content (RFC 9112 section 7.1) strictly and incrementally; extensions are dropped, trailers filtered.

import { FIELD_LINE } from './response-head.ts'
import type { HeadLimits } from './response-head.ts'
import { isTrailerField } from './response-fields.ts'

const MAX_SIZE_LINE = 15 + 256
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const QUOTED =
  '"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"'
const SIZE_LINE = new RegExp(`^[0-9A-Fa-f]{1,15}(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*$`)

const LF = 0x0a

/** `size` → `data` → `data-end` → `size` … → `trailers` → `done`; `invalid` from anywhere, for good. */
type Phase = 'size' | 'data' | 'data-end' | 'trailers' | 'done' | 'invalid'

export class ChunkedDecoder {
  readonly #limits: HeadLimits
  #phase: Phase = 'size'
  /** Bytes of the current chunk still to come. */
  #remaining = 0
  /** The part of a line that came without its end. */
  #partial = ''
  #line = ''
  #trailerBytes = 0
  #trailers: string[] = []
  #fault = ''

  constructor(limits: HeadLimits) {
    this.#limits = limits
  }

  get phase(): Phase {
    return this.#phase
  }

  /** Why the phase is `invalid`. */
  get fault(): string {
    return this.#fault
  }

  get trailers(): string[] {
    return this.#trailers
  }

  /** Decodes from `offset` on; answers the offset behind the last byte used (less than the length only when `done`). */
  feed(chunk: Buffer, offset: number, onData: (data: Buffer) => void): number {
    let at = offset
    while (at < chunk.length && this.#phase !== 'done' && this.#phase !== 'invalid') {
      if (this.#phase === 'data') {
        const end = Math.min(chunk.length, at + this.#remaining)
        this.#remaining -= end - at
        if (this.#remaining === 0) this.#phase = 'data-end'
        onData(chunk.subarray(at, end))
        at = end
      } else {
        at = this.#takeLine(chunk, at)
      }
    }
    return at
  }

  #takeLine(chunk: Buffer, at: number): number {
    const lf = chunk.indexOf(LF, at)
    const end = lf === -1 ? chunk.length : lf
    const limit = this.#lineLimit()
    if (this.#partial.length + end - at > limit + 1) {
      this.#refuse(
        this.#phase === 'trailers' ? 'trailers are too long' : 'a chunk line is too long',
      )
      return chunk.length
    }
    const text = this.#partial + chunk.toString('latin1', at, end)
    if (lf === -1) {
      this.#partial = text
      return end
    }
    this.#partial = ''
    if (!text.endsWith('\r')) {
      this.#refuse('a line of the chunked content ends without CR LF')
      return chunk.length
    }
    this.#line = text.slice(0, -1)
    this.#readLine()
    return end + 1
  }

  #lineLimit(): number {
    if (this.#phase === 'size') return MAX_SIZE_LINE
    return this.#phase === 'data-end' ? 0 : this.#limits.maxTrailerBytes - this.#trailerBytes
  }

  #readLine(): void {
    if (this.#phase === 'size') this.#readSize()
    else if (this.#phase === 'trailers') this.#readTrailer()
    else if (this.#line === '') this.#phase = 'size'
    else this.#refuse('a chunk is longer than its size')
  }

  #readSize(): void {
    if (!SIZE_LINE.test(this.#line)) {
      this.#refuse('a chunk size is malformed')
      return
    }
    // parseInt stops at the `;` of an extension.
    this.#remaining = Number.parseInt(this.#line, 16)
    if (this.#remaining > Number.MAX_SAFE_INTEGER) this.#refuse('a chunk size is out of range')
    else this.#phase = this.#remaining === 0 ? 'trailers' : 'data'
  }

  #readTrailer(): void {
    if (this.#line === '') {
      this.#phase = 'done'
      return
    }
    this.#trailerBytes += this.#line.length + 2
    const colon = this.#line.indexOf(':')
    if (!FIELD_LINE.test(this.#line)) this.#refuse('a trailer line is malformed')
    else if (this.#trailers.length / 2 >= this.#limits.maxFields) this.#refuse('too many trailers')
    else if (isTrailerField(this.#line.slice(0, colon).toLowerCase())) {
      this.#trailers.push(
        this.#line.slice(0, colon),
        this.#line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, ''),
      )
    }
  }

  #refuse(fault: string): void {
    this.#phase = 'invalid'
    this.#fault = fault
    this.#partial = ''
  }
}
