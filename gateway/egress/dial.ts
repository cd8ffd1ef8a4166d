// Connects to one of a few vetted addresses, whichever answers first, and to nothing else (after RFC 8305 section 5).

import { connect, isIPv6, type Socket } from 'node:net'
import { canonicalAddress } from '../../sidecar/forward/address.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorCode } from '../../sidecar/runtime/errors.ts'

export type DialFault =
  | 'connect_refused'
  | 'connect_timeout'
  | 'connect_failed'
  /** The connection did not lead to the address that was asked for. */
  | 'address_changed'

export type Dialled =
  | { readonly kind: 'connected'; readonly socket: Socket; readonly address: string }
  | { readonly kind: 'failed'; readonly reason: DialFault }

export interface DialTimes {
  /** For one attempt. */
  readonly connectMs: number
  /** For all of them. */
  readonly totalMs: number
}

/** Ends the attempts; nothing is told then. */
export type StopDialling = () => void

/** The next address is tried when the one before has not answered for this long. */
const STAGGER_MS = 250
/** Addresses tried in all. */
const MAX_ATTEMPTS = 6
const TCP_KEEP_ALIVE_MS = 30_000

/**
 * `addresses`: canonical, vetted, at least one. `onDialled` is called once, never before this returns. The socket may be
 * half open and has no listeners of ours any more but one for errors, which does nothing.
 */
export function dial(
  addresses: readonly string[],
  port: number,
  times: DialTimes,
  clock: Clock,
  onDialled: (dialled: Dialled) => void,
): StopDialling {
  const race = new Race(alternating(addresses), port, times, clock, onDialled)
  race.next()
  return () => race.stop()
}

class Race {
  readonly #waiting: string[]
  readonly #port: number
  readonly #connectMs: number
  readonly #clock: Clock
  readonly #onDialled: (dialled: Dialled) => void
  /** Attempts under way, each with what ends its timer. */
  readonly #attempts = new Map<Socket, () => void>()
  readonly #cancelTotal: () => void
  #cancelStagger = (): void => {}
  #fault: DialFault = 'connect_failed'
  #over = false

  constructor(
    addresses: string[],
    port: number,
    times: DialTimes,
    clock: Clock,
    onDialled: (dialled: Dialled) => void,
  ) {
    this.#waiting = addresses.slice(0, MAX_ATTEMPTS)
    this.#port = port
    this.#connectMs = times.connectMs
    this.#clock = clock
    this.#onDialled = onDialled
    this.#cancelTotal = clock.after(times.totalMs, () => this.#fail('connect_timeout'))
  }

  next(): void {
    const address = this.#waiting.shift()
    if (address === undefined || this.#over) return
    const socket = connect({
      host: address,
      port: this.#port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
      allowHalfOpen: true,
    })
    this.#attempts.set(
      socket,
      this.#clock.after(this.#connectMs, () => this.#lose(socket, 'connect_timeout')),
    )
    // It stays: an error that nobody listens for would end the process.
    socket.on('error', (error) => this.#lose(socket, faultOf(error)))
    socket.once('connect', () => this.#connected(socket, address))
    this.#cancelStagger()
    this.#cancelStagger = this.#clock.after(STAGGER_MS, () => this.next())
  }

  stop(): void {
    if (this.#over) return
    this.#over = true
    this.#cancelTotal()
    this.#cancelStagger()
    for (const [socket, cancel] of this.#attempts) {
      cancel()
      socket.destroy()
    }
    this.#attempts.clear()
  }

  #connected(socket: Socket, address: string): void {
    if (!this.#attempts.has(socket)) return
    const peer = socket.remoteAddress
    if (peer === undefined || canonicalAddress(peer) !== canonicalAddress(address)) {
      this.#lose(socket, peer === undefined ? 'connect_failed' : 'address_changed')
      return
    }
    this.#attempts.get(socket)!()
    this.#attempts.delete(socket)
    this.stop()
    this.#onDialled({ kind: 'connected', socket, address })
  }

  #lose(socket: Socket, fault: DialFault): void {
    const cancel = this.#attempts.get(socket)
    if (cancel === undefined) return
    cancel()
    this.#attempts.delete(socket)
    socket.destroy()
    this.#fault = fault
    if (this.#waiting.length > 0) this.next()
    else if (this.#attempts.size === 0) this.#fail(this.#fault)
  }

  #fail(reason: DialFault): void {
    if (this.#over) return
    this.stop()
    this.#onDialled({ kind: 'failed', reason })
  }
}

/** The families in turn, the newer one first, each in its own order. */
export function alternating(addresses: readonly string[]): string[] {
  const newer = addresses.filter((address) => isIPv6(address))
  const older = addresses.filter((address) => !isIPv6(address))
  const mixed: string[] = []
  for (let i = 0; i < Math.max(newer.length, older.length); i++) {
    mixed.push(...newer.slice(i, i + 1), ...older.slice(i, i + 1))
  }
  return mixed
}

function faultOf(error: Error): DialFault {
  const code = errorCode(error)
  if (code === 'ECONNREFUSED') return 'connect_refused'
  return code === 'ETIMEDOUT' ? 'connect_timeout' : 'connect_failed'
}
