// What a pool needs of whatever opens connections to its endpoint, be it in cleartext, by TLS or by mesh mTLS.

import type { Socket } from 'node:net'
import type { TransportErrorCode } from './transport.ts'

export const TCP_KEEP_ALIVE_MS = 30_000

export interface Dialer {
  /** A connection costs both ends a handshake's worth of CPU. */
  readonly isSecure: boolean
  /** `handOver`: the socket may later be given away, so it reads in the ordinary way and may be half open. */
  dial(handOver: boolean, onBytes: (chunk: Buffer) => void): Dialled
}

export interface Dialled {
  readonly socket: Socket
  /** The event that says that the connection stands; `refusal` is asked next. */
  readonly readyEvent: 'connect' | 'secureConnect'
  /** True: chunks are views of a buffer that the next read overwrites. */
  readonly borrowed: boolean
  /** Null where bytes may be sent; else the connection must be destroyed before a single one is. */
  refusal(): Refusal | null
  /** Stops `onBytes`, so that the socket can be handed on. Only for sockets dialled with `handOver`. */
  release(): void
}

export interface Refusal {
  readonly code: TransportErrorCode
  /** In words that hold no bytes of a message. */
  readonly fault: string
}

/** Where TLS or nobody at all has the last word about the peer. */
export function neverRefused(): null {
  return null
}
