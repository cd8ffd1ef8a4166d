// A strict reader of HTTP/1.1 requests for upstreams of tests: what it does not accept, no upstream should be sent.

/** [name, value] in the order received, as spelled on the wire. */
export type FieldList = readonly (readonly [string, string])[]

export interface ReadRequest {
  readonly method: string
  readonly target: string
  readonly headers: FieldList
  /** Body bytes without framing. */
  body: Buffer
  trailers: FieldList
  complete: boolean
}

export interface RequestListener {
  onHead(request: ReadRequest): void
  onComplete(request: ReadRequest): void
}

type Phase =
  | { readonly kind: 'head' }
  | { readonly kind: 'length'; readonly request: ReadRequest; left: number }
  | { readonly kind: 'chunk-size'; readonly request: ReadRequest }
  | { readonly kind: 'chunk-data'; readonly request: ReadRequest; left: number }
  | { readonly kind: 'trailers'; readonly request: ReadRequest }
  | { readonly kind: 'malformed'; readonly fault: string }

const REQUEST_LINE = /^([A-Z]+) ([!-~]+) HTTP\/1\.1$/
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t\x20-\x7e\x80-\xff]*)$/
const CHUNK_SIZE = /^[0-9a-f]{1,8}$/i
const MAX_HEAD_BYTES = 256 * 1024

/** Reads one connection; `fault` stays once anything was not exactly as RFC 9112 wants a sender to write it. */
export class RequestReader {
  readonly #listener: RequestListener
  #phase: Phase = { kind: 'head' }
  #rest: Buffer = Buffer.alloc(0)
  #bodyParts: Buffer[] = []

  constructor(listener: RequestListener) {
    this.#listener = listener
  }

  get fault(): string | null {
    return this.#phase.kind === 'malformed' ? this.#phase.fault : null
  }

  /** true between two requests. */
  get atBoundary(): boolean {
    return this.#phase.kind === 'head' && this.#rest.length === 0
  }

  feed(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#step());
  }

  /** false: nothing more to do with the bytes that are here. */
  #step(): boolean {
    const phase = this.#phase
    switch (phase.kind) {
      case 'malformed':
        return false
      case 'head':
        return this.#readHead()
      case 'length':
      case 'chunk-data':
        return this.#readData(phase)
      case 'chunk-size':
        return this.#readChunkSize(phase.request)
      case 'trailers':
        return this.#readTrailers(phase.request)
    }
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n')
    if (end === -1) {
      return this.#rest.length > MAX_HEAD_BYTES ? this.#refuse('a head without an end') : false
    }
    const [line = '', ...fields] = this.#take(end + 4)
      .toString('latin1', 0, end)
      .split('\r\n')
    const match = REQUEST_LINE.exec(line)
    const headers = fields.map(readField)
    if (match === null) return this.#refuse(`request line ${JSON.stringify(line)}`)
    if (!headers.every((field) => field !== null)) return this.#refuse('a field line is malformed')
    const request: ReadRequest = {
      method: match[1]!,
      target: match[2]!,
      headers,
      body: Buffer.alloc(0),
      trailers: [],
      complete: false,
    }
    if (valuesOf(headers, 'host').length !== 1) return this.#refuse('not exactly one Host')
    return this.#beginBody(request)
  }

  #beginBody(request: ReadRequest): boolean {
    const lengths = valuesOf(request.headers, 'content-length')
    const codings = valuesOf(request.headers, 'transfer-encoding')
    if (lengths.length + codings.length > 1) return this.#refuse('more than one framing field')
    if (codings.length === 1 && codings[0] !== 'chunked') return this.#refuse('transfer coding')
    if (lengths.length === 1 && !/^(?:0|[1-9]\d*)$/.test(lengths[0]!)) {
      return this.#refuse(`content-length ${JSON.stringify(lengths[0])}`)
    }
    this.#bodyParts = []
    this.#listener.onHead(request)
    if (codings.length === 1) this.#phase = { kind: 'chunk-size', request }
    else this.#phase = { kind: 'length', request, left: Number(lengths[0] ?? 0) }
    return true
  }

  #readData(phase: Extract<Phase, { left: number }>): boolean {
    const part = this.#take(Math.min(phase.left, this.#rest.length))
    if (part.length > 0) this.#bodyParts.push(part)
    phase.left -= part.length
    if (phase.left > 0) return false
    if (phase.kind === 'length') return this.#complete(phase.request)
    if (this.#rest.length < 2) return false
    if (this.#take(2).toString('latin1') !== '\r\n') return this.#refuse('no CRLF behind a chunk')
    this.#phase = { kind: 'chunk-size', request: phase.request }
    return true
  }

  #readChunkSize(request: ReadRequest): boolean {
    const end = this.#rest.indexOf('\r\n')
    if (end === -1)
      return this.#rest.length > 64 ? this.#refuse('a chunk size without an end') : false
    const text = this.#take(end + 2).toString('latin1', 0, end)
    if (!CHUNK_SIZE.test(text)) return this.#refuse(`chunk size ${JSON.stringify(text)}`)
    const left = Number.parseInt(text, 16)
    this.#phase = left === 0 ? { kind: 'trailers', request } : { kind: 'chunk-data', request, left }
    return true
  }

  #readTrailers(request: ReadRequest): boolean {
    const empty = this.#rest.subarray(0, 2).toString('latin1') === '\r\n'
    const end = empty ? 0 : this.#rest.indexOf('\r\n\r\n') + 2
    if (!empty && end === 1) return false
    const section = this.#take(end + 2).toString('latin1', 0, end)
    const fields = section.split('\r\n').slice(0, -1).map(readField)
    if (!fields.every((field) => field !== null)) return this.#refuse('a trailer is malformed')
    request.trailers = fields
    return this.#complete(request)
  }

  #complete(request: ReadRequest): boolean {
    request.body = Buffer.concat(this.#bodyParts)
    this.#bodyParts = []
    request.complete = true
    this.#phase = { kind: 'head' }
    this.#listener.onComplete(request)
    return this.#rest.length > 0
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return taken
  }

  #refuse(fault: string): boolean {
    this.#phase = { kind: 'malformed', fault }
    return false
  }
}

/** Every value of a field, whatever the spelling of its name. */
export function valuesOf(fields: FieldList, name: string): string[] {
  return fields.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value)
}

function readField(line: string): readonly [string, string] | null {
  const match = FIELD.exec(line)
  return match === null ? null : [match[1]!, match[2]!.trim()]
}
