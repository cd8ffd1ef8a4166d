// Answers an authority that asks whether a host is ours (RFC 8737), and costs a connection nothing while none does.

import type { Socket } from 'node:net'
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type Server as TlsServer,
} from 'node:tls'
import { ACME_PROTOCOL, type AcmeChallenge } from '../decide/acme-challenges.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'

/** A first message that takes longer to come is nobody's we wait for. */
const HELLO_MS = 2000
const HANDSHAKE_MS = 5000
/** Of the head of a TLS record, and of a whole one. */
const RECORD_HEAD = 5
const MAX_RECORD = RECORD_HEAD + 16_384
const HANDSHAKE = 22
/** An entry of the protocol list of a ClientHello: its length, then its name. */
const OFFER = Buffer.from(`${String.fromCharCode(ACME_PROTOCOL.length)}${ACME_PROTOCOL}`, 'latin1')

export class AcmeAnswers {
  readonly #clock: Pick<Clock, 'after'>
  #contexts: ReadonlyMap<string, SecureContext> = new Map()
  #server: TlsServer | null = null

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  /** Whether anybody may ask: else `lead` need not be called. */
  get isWaiting(): boolean {
    return this.#contexts.size > 0
  }

  /** In the place of those before; throws where OpenSSL refuses one, and then nothing has changed. */
  obey(challenges: readonly AcmeChallenge[]): void {
    this.#contexts = new Map(
      challenges.map(({ name, certPem: cert, keyPem: key }) => [
        name,
        createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
      ]),
    )
  }

  /** Looks at the first message of a TLS client: an authority is answered here, everybody else by `otherwise`. */
  lead(socket: Socket, otherwise: () => void): void {
    let seen = Buffer.alloc(0)
    const settle = (act: () => void): void => {
      cancel()
      socket.off('data', look)
      socket.off('close', cancel)
      socket.pause()
      if (socket.destroyed) return
      if (seen.length > 0) socket.unshift(seen)
      act()
    }
    const look = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk])
      if (!isWhole(seen)) return
      settle(seen.includes(OFFER) ? () => this.#answers().emit('connection', socket) : otherwise)
    }
    const cancel = this.#clock.after(HELLO_MS, () => settle(otherwise))
    socket.once('close', cancel)
    socket.on('data', look)
  }

  #answers(): TlsServer {
    this.#server ??= this.#create()
    return this.#server
  }

  #create(): TlsServer {
    const server = createServer({
      ALPNProtocols: [ACME_PROTOCOL],
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_MS,
      // Of a host nobody asked about there is nothing to show, and the handshake fails.
      SNICallback: (name, done) => done(null, this.#contexts.get(name.toLowerCase())),
    })
    // The certificate was the answer: nothing is ever said on such a connection.
    server.on('secureConnection', (socket) => socket.end())
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    return server
  }
}

/** All of the record is there, or it is none that we would wait for. */
function isWhole(bytes: Buffer): boolean {
  if (bytes[0] !== HANDSHAKE) return true
  if (bytes.length < RECORD_HEAD) return false
  return bytes.length >= Math.min(MAX_RECORD, RECORD_HEAD + bytes.readUInt16BE(3))
}
