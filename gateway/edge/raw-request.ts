// A request whose fields stay as the parser delivered them; Node would make an object of all of them for each request.

import { IncomingMessage, type IncomingHttpHeaders } from 'node:http'

/**
 * What Node's server asks for before it hands a request on, where it has not to look for Host: how the request is framed,
 * and what its client waits for.
 */
const ASKED_FOR: ReadonlySet<string> = new Set([
  'content-length',
  'expect',
  'te',
  'transfer-encoding',
])
// Most names need no lower-casing.
const LENGTHS: readonly boolean[] = Array.from({ length: 18 }, (_, length) =>
  [...ASKED_FOR].some((name) => name.length === length),
)

const SHOWN = Symbol('sallyport.shown')

/** `headers` holds the fields above and no other, until it is set to something else; all of them are in `rawHeaders`. */
export class RawRequest extends IncomingMessage {
  [SHOWN]: IncomingHttpHeaders | null = null
}

// Defined here because the types of Node say that `headers` is a plain property, which no accessor may override.
Object.defineProperty(RawRequest.prototype, 'headers', {
  get(this: RawRequest): IncomingHttpHeaders {
    return (this[SHOWN] ??= askedFor(this.rawHeaders))
  },
  set(this: RawRequest, headers: IncomingHttpHeaders) {
    this[SHOWN] = headers
  },
})

function askedFor(rawHeaders: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string> = {}
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i]!
    if (LENGTHS[raw.length] !== true) continue
    const name = raw.toLowerCase()
    if (!ASKED_FOR.has(name)) continue
    const before = headers[name]
    headers[name] = before === undefined ? rawHeaders[i + 1]! : `${before}, ${rawHeaders[i + 1]}`
  }
  return headers
}
