// The live connections of the mesh port: who is at the other end, until when, and whether that still holds.

import type { TLSSocket } from 'node:tls'
import type { Clock } from './runtime/clock.ts'

/** No connection takes new requests for longer than this, ±10 %. */
const MAX_AGE_MS = 3_600_000
const JITTER = 0.1
/** Nor in the last tenth of what its certificates have left: what has begun must be able to finish. */
const USABLE_SHARE = 0.9
/** Certificates are looked at this often by the wall clock, which may jump; ends are kept to within this. */
const SWEEP_MS = 250

export interface Authenticated {
  /** The caller's SPIFFE id. */
  readonly id: string
  /** `billing`: its name in records. */
  readonly name: string
  /** When the first of both sides' certificates expires; wall clock. */
  readonly notAfterMs: number
}

export interface InboundConnection extends Authenticated {
  readonly socket: TLSSocket
  /** Wall clock: from then on, the next answer is the last. */
  readonly retireAtMs: number
}

export interface ConnectionHooks {
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  /** Its time is over: whoever hears it ends what runs on it, and then the connection. */
  readonly onExpired: (connection: InboundConnection) => void
}

export class InboundConnections {
  readonly #hooks: ConnectionHooks
  readonly #bySocket = new Map<object, InboundConnection>()
  readonly #retired = new WeakSet<InboundConnection>()
  #cancelSweep: (() => void) | null = null

  constructor(hooks: ConnectionHooks) {
    this.#hooks = hooks
  }

  get size(): number {
    return this.#bySocket.size
  }

  add(socket: TLSSocket, peer: Authenticated): InboundConnection {
    const { clock, random } = this.#hooks
    const nowMs = clock.wallMs()
    const leftMs = peer.notAfterMs - nowMs
    const ageMs = Math.min(MAX_AGE_MS, leftMs) * (1 - JITTER + 2 * JITTER * random())
    const retireAtMs = nowMs + Math.min(ageMs, leftMs * USABLE_SHARE)
    const connection: InboundConnection = { ...peer, socket, retireAtMs }
    this.#bySocket.set(socket, connection)
    socket.once('close', () => this.#bySocket.delete(socket))
    this.#cancelSweep ??= clock.after(SWEEP_MS, () => this.#sweep())
    return connection
  }

  get(socket: object): InboundConnection | null {
    return this.#bySocket.get(socket) ?? null
  }

  /** Whether the next answer on it must be its last. */
  isRetired(connection: InboundConnection): boolean {
    return this.#retired.has(connection) || this.#hooks.clock.wallMs() >= connection.retireAtMs
  }

  /** Our own certificate was replaced: every connection that was made with the old one takes one more request. */
  retireAll(): void {
    for (const connection of this.#bySocket.values()) this.#retired.add(connection)
  }

  /** A copy: what is looked at may be closed meanwhile. */
  all(): readonly InboundConnection[] {
    return [...this.#bySocket.values()]
  }

  close(): void {
    this.#cancelSweep?.()
    this.#cancelSweep = null
  }

  #sweep(): void {
    const { clock, onExpired } = this.#hooks
    const nowMs = clock.wallMs()
    for (const connection of this.all()) {
      // The next look would come too late.
      if (nowMs + SWEEP_MS >= connection.notAfterMs) onExpired(connection)
    }
    this.#cancelSweep =
      this.#bySocket.size === 0 ? null : clock.after(SWEEP_MS, () => this.#sweep())
  }
}
