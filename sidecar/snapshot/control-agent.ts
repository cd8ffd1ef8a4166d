// Connections to control: on each one the other end has proved to be control before a byte is written.

import { Agent } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { peerOf, type Trusting } from '../identity/peer.ts'
import { spiffeIdOf } from '../identity/spiffe-id.ts'
import type { Clock } from '../runtime/clock.ts'
import { controlFailure } from './control-error.ts'

const CONTROL = 'system/control'
const CONNECT_MS = 5000
/** One for the watch, one for the beats, and one for what happens meanwhile. */
const MAX_SOCKETS = 4

export interface ControlAgentOptions {
  readonly host: string
  readonly port: number
  readonly clock: Clock
  /** Asked for each connection. */
  readonly tls: () => ConnectionOptions
  readonly trusting: Trusting
}

type OnCreate = (error: Error | null, stream: Duplex) => void

/** For one generation of our identity: with a new certificate or bundle comes a new agent. */
export class ControlAgent extends Agent {
  readonly #options: ControlAgentOptions
  #isRetired = false

  constructor(options: ControlAgentOptions) {
    super({ keepAlive: true, maxSockets: MAX_SOCKETS, maxCachedSessions: 0 })
    this.#options = options
  }

  /** Connections close as soon as they are idle. */
  retire(): void {
    this.#isRetired = true
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy()
    }
  }

  override createConnection(_options: unknown, onCreate?: OnCreate): null {
    const { host, port, clock, tls } = this.#options
    const done = (error: Error | null, socket: TLSSocket): void => {
      cancel()
      socket.removeListener('error', onError)
      socket.removeListener('close', onClose)
      if (error !== null) socket.once('error', () => {}).destroy()
      onCreate?.(error, socket)
    }
    const onError = (error: Error): void => done(error, socket)
    const onClose = (): void => done(new Error('the connection was closed'), socket)
    const cancel = clock.after(CONNECT_MS, () => done(new Error('no connection in time'), socket))
    const socket = connect({ ...tls(), host, port })
    socket.setNoDelay(true)
    socket.once('error', onError)
    socket.once('close', onClose)
    socket.once('secureConnect', () => done(this.#verify(socket), socket))
    return null
  }

  /** What is no longer believed is not used again. */
  override keepSocketAlive(socket: Duplex): boolean {
    if (this.#isRetired || this.#verify(socket as TLSSocket) !== null) return false
    // What it answers is left out of its type: false where control is about to close the connection.
    const isKept: unknown = super.keepSocketAlive(socket)
    return isKept !== false
  }

  #verify(socket: TLSSocket): Error | null {
    const { trusting, clock } = this.#options
    const expectedId = spiffeIdOf(trusting.trust.trustDomain, CONTROL)
    const verdict = peerOf(socket, trusting, clock.wallMs(), expectedId)
    if (verdict.kind === 'trusted') return null
    return controlFailure('control_not_trusted', `${verdict.reason}: ${verdict.detail}`)
  }
}
