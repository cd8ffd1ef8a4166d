// Trailer fields that may travel on: never framing, routing, authentication or anything that is decided by headers.

import type { FlatHeaders } from '../upstream/transport.ts'
import { fieldRole } from './fields.ts'

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/
/** RFC 9110 section 6.5.1 and what a later hop could take for the request's own. */
const REFUSED = new Set([
  'content-encoding',
  'content-type',
  'content-range',
  'cache-control',
  'set-cookie',
  'max-forwards',
  'www-authenticate',
  'range',
])
const MAX_TRAILERS = 32

/** The fields of `trailers` that may be sent on as trailers; at most 32. */
export function safeTrailers(trailers: FlatHeaders): string[] {
  const safe: string[] = []
  for (let i = 0; i < trailers.length && safe.length < MAX_TRAILERS * 2; i += 2) {
    const name = trailers[i]!.toLowerCase()
    const value = trailers[i + 1]!
    if (fieldRole(name) !== 'end-to-end' || REFUSED.has(name)) continue
    if (name.startsWith('access-control-') || name.includes('_')) continue
    if (TOKEN.test(name) && !BAD_VALUE.test(value)) safe.push(name, value)
  }
  return safe
}
