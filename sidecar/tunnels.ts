// CONNECT tunnels of the app: handed on to the egress gateway over mutual TLS, which decides and dials; bytes pass unread.

import type { Socket } from 'node:net'
import type { Clock } from './runtime/clock.ts'
import type { Authority } from './forward/host.ts'
import { METRICS } from './telemetry/metric-names.ts'
import type { Counter, Metrics } from './telemetry/metrics.ts'
import type { Dialer } from './upstream/dialer.ts'
import { rawProblem } from './answers.ts'
import { endWith } from './http-front.ts'

const MAX_TUNNELS = 1000
const CONNECT_TIMEOUT_MS = 5000
/** How long the app may still send once the gateway has ended: most never mean to, and would keep their place for good. */
const HALF_CLOSED_MS = 300_000
/** Of one direction, while the other side does not read. */
const MAX_EARLY_BYTES = 64 * 1024

export interface TunnelDeps {
  readonly clock: Clock
  readonly metrics: Metrics
  readonly hop: string
  /** A dialer to some instance of the egress gateway; null where there is none now. */
  readonly egress: () => Dialer | null
}

export class Tunnels {
  readonly #deps: TunnelDeps
  readonly #ended: Counter
  readonly #open = new Set<Tunnel>()

  constructor(deps: TunnelDeps) {
    this.#deps = deps
    this.#ended = deps.metrics.counter(METRICS.tunnels)
  }

  get size(): number {
    return this.#open.size
  }

  /** false: there is no egress gateway, and nothing has happened. `head`: what came behind the request. */
  open(target: Authority, client: Socket, head: Buffer): boolean {
    const dialer = this.#deps.egress()
    if (dialer === null) return false
    if (this.#open.size >= MAX_TUNNELS) {
      this.#refuse(client, 'upstream_overloaded')
      return true
    }
    const { clock } = this.#deps
    let cancelEnd = (): void => {}
    const onHalfClosed = (): void => {
      cancelEnd = clock.after(HALF_CLOSED_MS, () => tunnel.end())
    }
    const tunnel = new Tunnel(dialer, client, target, head, onHalfClosed, (reason) => {
      this.#open.delete(tunnel)
      cancel()
      cancelEnd()
      if (reason === 'ok') this.#ended.add([reason])
      else this.#refuse(client, reason)
    })
    this.#open.add(tunnel)
    const cancel = clock.after(CONNECT_TIMEOUT_MS, () => tunnel.tooSlow())
    return true
  }

  close(): void {
    for (const tunnel of this.#open) tunnel.end()
  }

  #refuse(client: Socket, reason: string): void {
    this.#ended.add([reason])
    endWith(client, rawProblem({ reason, hop: this.#deps.hop, requestId: '' }))
  }
}

/** Connecting → asked (the gateway has our CONNECT) → joined (it has answered, whatever it said) → over. */
type Phase = 'connecting' | 'asked' | 'joined' | 'over'

class Tunnel {
  readonly #client: Socket
  readonly #gateway: Socket
  readonly #onOver: (reason: string) => void
  #phase: Phase = 'connecting'
  #early: Buffer[] = []
  #earlyBytes = 0

  /**
   * `onHalfClosed`: once, when the gateway has said its last; `onOver`: once; a reason other than `ok` where the client has
   * not been answered.
   */
  constructor(
    dialer: Dialer,
    client: Socket,
    target: Authority,
    head: Buffer,
    onHalfClosed: () => void,
    onOver: (reason: string) => void,
  ) {
    this.#client = client
    this.#onOver = onOver
    const dialled = dialer.dial(true, (chunk) => this.#fromGateway(chunk))
    this.#gateway = dialled.socket
    if (head.length > 0) this.#fromClient(head)
    client.on('data', (chunk: Buffer) => this.#fromClient(chunk))
    client.once('end', () => {
      if (this.#phase === 'joined') this.#gateway.end()
      else this.end()
    })
    client.once('close', () => this.end())
    client.on('drain', () => this.#gateway.resume())
    this.#gateway.once(dialled.readyEvent, () => {
      const refusal = dialled.refusal()
      if (refusal !== null) this.#fail(refusal.code)
      else if (this.#phase === 'connecting') {
        this.#phase = 'asked'
        const authority = target.text
        this.#gateway.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`, 'latin1')
      }
    })
    this.#gateway.on('error', () => this.#fail('upstream_connect_failed'))
    this.#gateway.once('end', () => {
      client.end()
      if (this.#phase !== 'over') onHalfClosed()
    })
    this.#gateway.once('close', () => {
      if (this.#phase === 'joined') this.end()
      else this.#fail('upstream_reset')
    })
    this.#gateway.on('drain', () => client.resume())
  }

  /** Connecting, or the gateway's own connecting, takes too long. */
  tooSlow(): void {
    if (this.#phase === 'connecting') this.#fail('upstream_connect_timeout')
  }

  /** Ends both sides at once. */
  end(): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#gateway.destroy()
    this.#client.destroy()
    this.#onOver('ok')
  }

  /** The gateway's answer is the client's: it is as good as if it had asked itself. */
  #fromGateway(chunk: Buffer): void {
    if (this.#phase === 'over') return
    if (this.#phase === 'connecting') {
      this.#fail('upstream_invalid_response')
      return
    }
    if (this.#phase === 'asked') {
      this.#phase = 'joined'
      for (const early of this.#early) this.#gateway.write(early)
      this.#early = []
      this.#client.resume()
    }
    if (!this.#client.write(chunk)) this.#gateway.pause()
  }

  /** Nothing may reach the gateway before it has answered: it would be read as a part of the request. */
  #fromClient(chunk: Buffer): void {
    if (this.#phase === 'joined') {
      if (!this.#gateway.write(chunk)) this.#client.pause()
      return
    }
    this.#early.push(chunk)
    this.#earlyBytes += chunk.length
    if (this.#earlyBytes >= MAX_EARLY_BYTES) this.#client.pause()
  }

  #fail(reason: string): void {
    if (this.#phase === 'over') return
    const wasJoined = this.#phase === 'joined'
    this.#phase = 'over'
    this.#gateway.destroy()
    if (wasJoined) this.#client.destroy()
    this.#onOver(wasJoined ? 'ok' : reason)
  }
}
