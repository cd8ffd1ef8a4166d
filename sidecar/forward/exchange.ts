// Our own narrow view of one request and its answer. Only the adapters know node:http and node:http2.

import type { Duplex } from 'node:stream'
import type { BodySource, FlatHeaders } from '../upstream/transport.ts'

/** The request line and fields exactly as the parser delivered them, before anything was decided. */
export interface RequestHead {
  readonly method: string
  /** Request target (h1) or :path (h2). */
  readonly target: string
  /** `1.0`, `1.1`, `2.0` or whatever else the request line claimed. */
  readonly version: string
  /** true where the connection speaks HTTP/2. */
  readonly multiplexed: boolean
  /** [name, value, …] in the order received; h2: without pseudo fields. */
  readonly rawHeaders: readonly string[]
  /** h2 :authority, else null. */
  readonly authority: string | null
  /** h2 :scheme, else null. */
  readonly scheme: string | null
}

/** Who is on the other end of the connection. */
export interface PeerFacts {
  readonly address: string
  readonly port: number
  readonly secure: boolean
  /** SNI the client sent, lower case, or null. */
  readonly serverName: string | null
  /** A verified client certificate's subject and SANs (display only), or null. */
  readonly clientCertificate: string | null
}

/** One request and the means to answer it. Every method after `abort` or after the client went away does nothing. */
export interface Exchange {
  readonly head: RequestHead
  readonly peer: PeerFacts
  /** The request body, or null where the framing says there is none. */
  readonly body: BodySource | null
  /** True while request body bytes are still to come. */
  readonly bodyPending: boolean
  /** Answer bytes that were written but not taken by the connection yet. */
  readonly pendingOut: number
  /** True once the client is gone or the answer was aborted. */
  readonly gone: boolean
  /** True once a final head was written. */
  readonly answered: boolean
  /** Body bytes received and sent so far; an upgraded connection adds its own when it closes. */
  bytesIn: number
  bytesOut: number
  /** Called once when the client disconnects or resets before the answer is complete. */
  onGone(listener: () => void): void
  /** Called once when the last byte of the answer was handed to the socket; there is one such listener. */
  onDone(listener: () => void): void
  /** Sends 100 Continue where the client waits for one; does nothing otherwise. */
  continue(): void
  /** A 1xx other than 100 and 101. */
  informational(status: number, headers: FlatHeaders): void
  /** The final head, once. `headers` carries the framing the answer needs (content-length or none). */
  writeHead(status: number, headers: FlatHeaders): void
  /** Puts a written head on the wire now, without waiting for body bytes (server-sent events). */
  flush(): void
  /** false: wait for `onWritable` before writing more. */
  write(chunk: Buffer): boolean
  onWritable(listener: () => void): void
  end(chunk?: Buffer, trailers?: FlatHeaders): void
  /** Cuts the answer so that it cannot be taken for complete: RST_STREAM, or a closed connection. */
  abort(): void
  /** The answer is final and the connection must not be used again (`connection: close`, drained within a bound). */
  closeAfter(): void
  /** h1 upgrade request: takes the raw socket over, with the bytes that came behind the head. null where there is none. */
  takeSocket(): { socket: Duplex; head: Buffer } | null
}
