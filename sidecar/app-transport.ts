// The way to the app: HTTP/1.1 over loopback or a UNIX socket, with connections that we always close first.

import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { Clock } from './runtime/clock.ts'
import { ConnectionPool } from './upstream/connection-pool.ts'
import { neverRefused, type Dialled, type Dialer } from './upstream/dialer.ts'
import type { Transport } from './upstream/transport.ts'
import { appText, type AppAddress } from './app-address.ts'

const CONNECT_TIMEOUT_MS = 1000
const IDLE_STREAM_MS = 60_000
/** Below the 5 s of Node and many others: an app must never close a connection that we are about to use. */
const IDLE_CONNECTION_MS = 3000
const MAX_CONNECTIONS = 1024
const MAX_QUEUED = 1024
const READ_BUFFER_BYTES = 65_536

export function appTransport(app: AppAddress, clock: Clock): Transport {
  const plan = {
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: IDLE_STREAM_MS,
    maxConnections: MAX_CONNECTIONS,
    maxQueued: MAX_QUEUED,
  }
  return new ConnectionPool(appText(app), new AppDialer(app), plan, clock, IDLE_CONNECTION_MS)
}

/** Opens a connection to the app. */
export function connectApp(app: AppAddress): Socket {
  return connect(addressOf(app))
}

class AppDialer implements Dialer {
  readonly isSecure = false
  readonly #address: NetConnectOpts
  /** One buffer serves all connections: a read is handed on before the next one starts. */
  readonly #readBuffer = new Uint8Array(READ_BUFFER_BYTES)

  constructor(app: AppAddress) {
    this.#address = addressOf(app)
  }

  dial(handOver: boolean, onBytes: (chunk: Buffer) => void): Dialled {
    const readyEvent = 'connect'
    if (handOver) {
      const socket = connect({ ...this.#address, allowHalfOpen: true })
      socket.on('data', onBytes)
      const release = (): void => void socket.off('data', onBytes)
      return { socket, readyEvent, borrowed: false, refusal: neverRefused, release }
    }
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      onBytes(Buffer.from(buffer.buffer, buffer.byteOffset, bytes))
      return true
    }
    const socket = connect({ ...this.#address, onread: { buffer: this.#readBuffer, callback } })
    return { socket, readyEvent, borrowed: true, refusal: neverRefused, release: () => undefined }
  }
}

function addressOf(app: AppAddress): NetConnectOpts {
  return app.kind === 'unix'
    ? { path: app.path }
    : { host: app.host, port: app.port, noDelay: true }
}
