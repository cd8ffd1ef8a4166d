// Opens TCP and TLS connections to one configured endpoint; verification can not be turned off.

import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, createSecureContext } from 'node:tls'
import type { ConnectionOptions, SecureContext } from 'node:tls'
import { TCP_KEEP_ALIVE_MS, neverRefused } from './dialer.ts'
import type { Dialled, Dialer } from './dialer.ts'
import type { EndpointPlan, UpstreamTlsPlan } from './plan.ts'

const READ_BUFFER_BYTES = 65_536

export class StaticDialer implements Dialer {
  readonly isSecure: boolean
  readonly #endpoint: EndpointPlan
  readonly #tls: UpstreamTlsPlan
  readonly #context: SecureContext | null
  /** One buffer serves all connections: a read is handed on before the next one starts. */
  readonly #readBuffer = new Uint8Array(READ_BUFFER_BYTES)
  #session: Buffer | undefined

  /** Throws where the plan's certificates can not be used; `compileService` lets no such plan through. */
  constructor(endpoint: EndpointPlan, tls: UpstreamTlsPlan) {
    this.#endpoint = endpoint
    this.#tls = tls
    this.isSecure = endpoint.secure
    this.#context = endpoint.secure
      ? createSecureContext({
          minVersion: 'TLSv1.2',
          ...(tls.caPem === null ? {} : { ca: tls.caPem }),
          ...(tls.certPem === null ? {} : { cert: tls.certPem }),
          ...(tls.keyPem === null ? {} : { key: tls.keyPem }),
        })
      : null
  }

  dial(handOver: boolean, onBytes: (chunk: Buffer) => void): Dialled {
    if (this.#context !== null) return this.#dialTls(this.#context, handOver, onBytes)
    const { host, port } = this.#endpoint
    const address = {
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    }
    if (handOver)
      return ordinary(connectTcp({ ...address, allowHalfOpen: true }), 'connect', onBytes)
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      onBytes(Buffer.from(buffer.buffer, buffer.byteOffset, bytes))
      return true
    }
    const socket = connectTcp({ ...address, onread: { buffer: this.#readBuffer, callback } })
    return {
      socket,
      readyEvent: 'connect',
      borrowed: true,
      refusal: neverRefused,
      release: () => undefined,
    }
  }

  #dialTls(context: SecureContext, handOver: boolean, onBytes: (chunk: Buffer) => void): Dialled {
    const { host, port } = this.#endpoint
    const name = this.#tls.serverName ?? host
    const options: ConnectionOptions & { readonly allowHalfOpen: boolean } = {
      host,
      port,
      secureContext: context,
      rejectUnauthorized: true,
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
      ALPNProtocols: ['http/1.1'],
      allowHalfOpen: handOver,
      // RFC 6066 section 3: an address is never sent as a server name.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(this.#session === undefined ? {} : { session: this.#session }),
    }
    const socket = connectTls(options)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS)
    // A resumed session repeats no check of the client, so mutual TLS always shakes hands in full.
    if (this.#tls.certPem === null) {
      socket.on('session', (session) => {
        this.#session = session
      })
    }
    return ordinary(socket, 'secureConnect', onBytes)
  }
}

function ordinary(
  socket: Socket,
  readyEvent: 'connect' | 'secureConnect',
  onBytes: (chunk: Buffer) => void,
): Dialled {
  socket.on('data', onBytes)
  return {
    socket,
    readyEvent,
    borrowed: false,
    refusal: neverRefused,
    release: () => socket.off('data', onBytes),
  }
}
