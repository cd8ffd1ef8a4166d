// HTTP/1.1 cases that cannot hold while node:http parses requests: why, and what holds instead.

import { broken, forwarded, type Http1Exception } from './http1-case.ts'

const TRAILER_REFUSED = 'the parser refuses the whole request instead of dropping the trailer'

export const http1Exceptions: Readonly<Record<string, Http1Exception>> = {
  S073: { reason: TRAILER_REFUSED, expect: broken() },
  S074: { reason: TRAILER_REFUSED, expect: broken() },
  S102: {
    reason: 'the parser reads any number of spaces as one, and the upstream sees one',
    expect: forwarded(),
  },
}
