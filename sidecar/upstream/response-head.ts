// The head of one HTTP/1.1 response: strict grammar (RFC 9112 sections 4, 5, 6), framing, and end-to-end fields.

import { connectionOptions, withoutNominated } from './response-fields.ts'

export interface HeadLimits {
  /** Status line and fields with their line ends. Default 16 KiB. */
  readonly maxHeadBytes: number
  /** Default 200; also holds for trailers. */
  readonly maxFields: number
  /** Interim (1xx) responses before the final one. Default 10. */
  readonly maxInterim: number
  /** Trailer section with its line ends. Default 8 KiB. */
  readonly maxTrailerBytes: number
}

export const DEFAULT_HEAD_LIMITS: HeadLimits = {
  maxHeadBytes: 16_384,
  maxFields: 200,
  maxInterim: 10,
  maxTrailerBytes: 8192,
}

/** How the end of the content is found (RFC 9112 section 6.3). */
export type Framing = 'none' | 'length' | 'chunked' | 'until-close'

export interface ResponseHead {
  readonly status: number
  /** End-to-end fields in the order and spelling received: [name, value, …]. */
  readonly headers: string[]
  readonly framing: Framing
  /** Content bytes where the framing is `length`, else 0. */
  readonly length: number
  /** The connection may be used again after this response. */
  readonly keepAlive: boolean
  /** `timeout` of a Keep-Alive field in ms, or null. */
  readonly keepAliveMs: number | null
  /** Value of the Upgrade field in lower case, or ''. */
  readonly upgrade: string
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const TEXT = '[\\t\\x20-\\x7e\\x80-\\xff]*'

/** One field line without its line end. */
export const FIELD_LINE = new RegExp(`^${TOKEN}:${TEXT}$`)
export const STATUS_LINE = new RegExp(`^HTTP/1\\.[01] [1-5][0-9]{2} ${TEXT}$`)

const HEAD = new RegExp(
  `^HTTP/1\\.[01] [1-5][0-9]{2} ${TEXT}\\r\\n(?:${TOKEN}:${TEXT}\\r\\n)*\\r\\n$`,
)

// Lengths of the names `readControlField` looks for, so that most names need no lower-casing.
const CONTROL_LENGTHS: readonly boolean[] = Array.from({ length: 20 }, (_, length) =>
  [2, 7, 10, 14, 16, 17, 18, 19].includes(length),
)
const DIGITS = /^[0-9]{1,16}$/
const KEEP_ALIVE_TIMEOUT = /(?:^|[\s,;])timeout\s*=\s*"?([0-9]{1,6})/i

/** What the fields that are not handed on said. */
interface Control {
  contentLength: string | null
  /** Where it stands among the fields that are handed on. */
  contentLengthAt: number
  transferEncoding: string | null
  connection: string
  keepAlive: string
  upgrade: string
  fault: string
}

/**
 * `text`: latin1, from the status line to the empty line, both included. `method` is that of the request.
 * Answers a sentence that says what is wrong where the head is not exactly what the grammar allows.
 */
export function parseResponseHead(
  text: string,
  method: string,
  limits: HeadLimits,
): ResponseHead | string {
  if (!HEAD.test(text)) return headFault(text)
  const status = Number(text.slice(9, 12))
  const control: Control = {
    contentLength: null,
    contentLengthAt: -1,
    transferEncoding: null,
    connection: '',
    keepAlive: '',
    upgrade: '',
    fault: '',
  }
  const headers: string[] = []
  const end = text.length - 2
  let fields = 0
  for (let at = text.indexOf('\r\n') + 2; at < end;) {
    const lineEnd = text.indexOf('\r\n', at)
    const colon = text.indexOf(':', at)
    const name = text.slice(at, colon)
    const value = trimmed(text, colon + 1, lineEnd)
    if (++fields > limits.maxFields) return `more than ${limits.maxFields} fields`
    if (
      CONTROL_LENGTHS[name.length] !== true ||
      !readControlField(control, name, value, headers.length)
    ) {
      headers.push(name, value)
    }
    at = lineEnd + 2
  }
  if (control.fault !== '') return control.fault
  return assemble(text.charCodeAt(7) === 0x31, status, method, headers, control)
}

/** Notes what concerns the connection and the framing; false where the field is handed on, at index `at`. */
function readControlField(control: Control, name: string, value: string, at: number): boolean {
  switch (name.toLowerCase()) {
    case 'content-length':
      if (control.contentLength !== null) control.fault = 'more than one Content-Length'
      control.contentLength = value
      control.contentLengthAt = at
      return false
    case 'transfer-encoding':
      if (control.transferEncoding !== null) control.fault = 'more than one Transfer-Encoding'
      control.transferEncoding = value
      return true
    case 'connection':
      control.connection = control.connection === '' ? value : `${control.connection},${value}`
      return true
    case 'keep-alive':
      control.keepAlive = value
      return true
    case 'upgrade':
      control.upgrade = control.upgrade === '' ? value : `${control.upgrade},${value}`
      return true
    case 'proxy-authenticate':
    case 'proxy-authorization':
    case 'proxy-connection':
    case 'te':
    case 'trailer':
      return true
    default:
      return false
  }
}

function assemble(
  isHttp11: boolean,
  status: number,
  method: string,
  fields: string[],
  control: Control,
): ResponseHead | string {
  const fault = framingFault(isHttp11, control)
  if (fault !== null) return fault
  const length = control.contentLength === null ? 0 : Number(control.contentLength)
  if (control.contentLength !== null) settleContentLength(fields, control, status, length)
  // Content-Length is none of the fields that Connection can remove.
  const headers = withoutNominated(fields, control.connection)
  const framing = framingOf(status, method, control, length)
  return {
    status,
    headers,
    framing,
    length: framing === 'length' ? length : 0,
    keepAlive: framing !== 'until-close' && isPersistent(isHttp11, control.connection),
    keepAliveMs: keepAliveMs(control.keepAlive),
    upgrade: control.upgrade.toLowerCase(),
  }
}

/** One spelling of the number for the next hop, and none in 1xx and 204 (RFC 9110 section 8.6). */
function settleContentLength(
  headers: string[],
  { contentLength, contentLengthAt }: Control,
  status: number,
  length: number,
): void {
  if (status < 200 || status === 204) headers.splice(contentLengthAt, 2)
  else if (contentLength!.startsWith('0')) headers[contentLengthAt + 1] = String(length)
}

function framingFault(isHttp11: boolean, control: Control): string | null {
  const { contentLength, transferEncoding } = control
  if (transferEncoding !== null) {
    if (contentLength !== null) return 'Content-Length together with Transfer-Encoding'
    if (transferEncoding.toLowerCase() !== 'chunked')
      return 'a Transfer-Encoding other than chunked'
    if (!isHttp11) return 'Transfer-Encoding in HTTP/1.0'
  }
  if (contentLength === null) return null
  return DIGITS.test(contentLength) && Number(contentLength) <= Number.MAX_SAFE_INTEGER
    ? null
    : 'a Content-Length that is not a number'
}

function framingOf(status: number, method: string, control: Control, length: number): Framing {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 'none'
  if (control.transferEncoding !== null) return 'chunked'
  if (control.contentLength === null) return 'until-close'
  return length === 0 ? 'none' : 'length'
}

function isPersistent(isHttp11: boolean, connection: string): boolean {
  if (connection === '') return isHttp11
  if (connection === 'keep-alive') return true
  const options = connectionOptions(connection)
  return !options.includes('close') && (isHttp11 || options.includes('keep-alive'))
}

function keepAliveMs(keepAlive: string): number | null {
  if (keepAlive === '') return null
  const match = KEEP_ALIVE_TIMEOUT.exec(keepAlive)
  return match ? Number(match[1]) * 1000 : null
}

/** text[from, to) without optional white space around it: space and tab only, which `trim()` would exceed. */
function trimmed(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Says which line is at fault; never quotes it, for it may hold anything. */
function headFault(text: string): string {
  const lines = text.slice(0, -4).split('\r\n')
  if (!STATUS_LINE.test(lines[0]!)) return 'the status line is malformed'
  const at = lines.findIndex((line, index) => index > 0 && !FIELD_LINE.test(line))
  return `field line ${at} is malformed`
}
