// H039–H048: what one HTTP/2 peer can pour into a connection (RFC 9113 section 10.5), in short versions.

import type { Http2Client } from '../../support/http2-client.ts'
import {
  data,
  fieldBlock,
  FLAG,
  frame,
  FRAME,
  goAway,
  headers,
  ping,
  resetStream,
  SETTING,
  settings,
  windowUpdate,
} from '../../support/http2-frames.ts'
import { request } from './http2-cases.ts'

export interface Flood {
  readonly what: string
  /** Settings of the client beside its own. */
  readonly settings?: readonly (readonly [number, number])[]
  /** true: the connection must end within a second. false: it may, or the flood stays without effect. */
  readonly ends: boolean
  readonly send: (client: Http2Client) => void
}

const NO_ERROR = 0
const CANCEL = 8
const MANY = 10_000

function many(count: number, make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(index)))
}

/** One field of 4,000 bytes put into the table, then named over and over: 9 KB that mean 32 MB. */
function fieldBomb(): Buffer {
  const fields = fieldBlock([...request({}), ['x-bomb', 'b'.repeat(4000)]])
  // Literal with incremental indexing instead of without.
  fields[fieldBlock(request({})).length] = 0x40
  const block = Buffer.concat([fields, Buffer.alloc(8000, 0x80 | 62)])
  return frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, block)
}

export const floods: Readonly<Record<string, Flood>> = {
  H039: {
    what: '10,000 streams opened and reset',
    ends: true,
    send: (client) =>
      client.send(
        many(MANY, (n) =>
          Buffer.concat([headers(2 * n + 1, request({}), true), resetStream(2 * n + 1, CANCEL)]),
        ),
      ),
  },
  H040: {
    what: 'a field block that never ends',
    ends: true,
    send(client) {
      const part = fieldBlock([['x-a', 'b'.repeat(8000)]])
      client.send(frame(FRAME.headers, 0, 1, fieldBlock(request({}))))
      client.send(many(300, () => frame(FRAME.continuation, 0, 1, part)))
    },
  },
  H041: {
    what: 'SETTINGS of 2,000 entries, again and again',
    ends: true,
    send(client) {
      const entries = Array.from(
        { length: 2000 },
        () => [SETTING.initialWindowSize, 65_535] as const,
      )
      client.send(many(20, () => settings(entries)))
    },
  },
  H042: {
    what: '10,000 PINGs whose answers nobody reads',
    ends: false,
    send(client) {
      client.raw.socket.pause()
      client.send(many(MANY, () => ping('flooding')))
      client.raw.socket.resume()
    },
  },
  H043: {
    what: 'a connection window over 2^31 - 1',
    ends: true,
    send: (client) => client.send(windowUpdate(0, 0x7fffffff), windowUpdate(0, 0x7fffffff)),
  },
  H044: {
    what: 'a small field block that means a huge one',
    ends: false,
    send: (client) => client.send(fieldBomb()),
  },
  H045: {
    what: '10,000 empty DATA frames',
    ends: false,
    send(client) {
      client.send(headers(1, request({ ':method': 'POST' }), false))
      client.send(many(MANY, () => data(1, '', false)))
    },
  },
  H046: {
    what: '10,000 PRIORITY frames',
    ends: false,
    send(client) {
      const payload = Buffer.from([0, 0, 0, 0, 15])
      client.send(many(MANY, (n) => frame(FRAME.priority, 0, 2 * n + 1, payload)))
    },
  },
  H047: {
    what: '100 answers that nobody opens a window for',
    settings: [[SETTING.initialWindowSize, 0]],
    ends: false,
    send: (client) =>
      client.send(many(100, (n) => headers(2 * n + 1, request({ ':path': '/large' }), true))),
  },
  H048: {
    what: 'requests and bodies after GOAWAY',
    ends: false,
    send(client) {
      client.send(goAway(0, NO_ERROR), headers(1, request({ ':method': 'POST' }), false))
      client.send(many(100, () => data(1, 'x'.repeat(1000), false)))
    },
  },
}
