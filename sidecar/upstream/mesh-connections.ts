// Every outgoing mTLS connection of a process: none is used before its peer is known, none outlives either certificate.

import { Socket } from 'node:net'
import { connect } from 'node:tls'
import type { ConnectionOptions, DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { meshClientOptions } from '../identity/tls.ts'
import { checkPeer, peerOf } from '../identity/peer.ts'
import type { PeerReason, PeerVerdict } from '../identity/peer.ts'
import type { IdentitySource, Svid, TrustBundle } from '../identity/svid.ts'
import type { Clock } from '../runtime/clock.ts'
import { SallyportError, errorCode, errorMessage } from '../runtime/errors.ts'
import { TCP_KEEP_ALIVE_MS, neverRefused } from './dialer.ts'
import type { Dialled, Refusal } from './dialer.ts'

export interface MeshTarget {
  /** For messages: instance and address. */
  readonly name: string
  /** An IP address, never a name. */
  readonly address: string
  readonly port: number
  /** The SPIFFE id the peer must prove. */
  readonly id: string
}

/** A peer that was reached and not believed. Whoever hears of it should tell somebody. */
export interface MeshRefusal {
  readonly target: MeshTarget
  readonly reason: PeerReason
  /** For the log, never for the caller. */
  readonly detail: string
}

export interface MeshConnectionsOptions {
  readonly identity: IdentitySource
  readonly clock: Clock
  readonly onRefused: (refusal: MeshRefusal) => void
}

/** A connection whose peer was believed. */
interface Live {
  readonly socket: TLSSocket
  readonly target: MeshTarget
  /** What the peer showed, leaf first. */
  readonly chain: readonly Buffer[]
  /** Wall-clock time at which the first certificate of either end expires. */
  readonly endsAtMs: number
}

/** Wall clocks are set, and machines sleep: no look at the time is farther away than this. */
const LOOK_MS = 5000
/** Checking a certificate again takes about a quarter of a millisecond. */
const CHECKS_PER_TURN = 40
/** More than any chain that is believed. */
const MAX_CHAIN = 16

export class MeshConnections {
  readonly #options: MeshConnectionsOptions
  /** As many as pools and upgrades hold; a socket leaves when it closes. */
  readonly #live = new Set<Live>()
  readonly #listeners = new Set<() => void>()
  readonly #unsubscribe: () => void
  #svid: Svid | null
  #trust: TrustBundle | null
  #cancelLook: (() => void) | null = null
  #nextLookMs = Infinity

  constructor(options: MeshConnectionsOptions) {
    this.#options = options
    ;[this.#svid, this.#trust] = this.#current()
    this.#unsubscribe = options.identity.onChange(() => this.#changed())
  }

  /**
   * Starts a connection, by the identity of this moment. Never throws: where there is no identity, or none that TLS
   * takes, the connection fails.
   */
  dial(target: MeshTarget, handOver: boolean, onBytes: (chunk: Buffer) => void): Dialled {
    const { identity } = this.#options
    let options: ConnectionOptions
    let ownEndMs: number
    try {
      options = meshClientOptions(identity)
      ownEndMs = identity.svid.notAfterMs
    } catch (error) {
      return failed(error)
    }
    const address = { host: target.address, port: target.port, allowHalfOpen: handOver }
    const socket = connect({ ...options, ...address })
    socket.setNoDelay(true)
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS)
    socket.on('data', onBytes)
    return {
      socket,
      readyEvent: 'secureConnect',
      borrowed: false,
      refusal: () => this.#admit(socket, target, ownEndMs),
      release: () => socket.off('data', onBytes),
    }
  }

  /** Told after our own certificate or the trust bundle changed: connections made before should not be kept. */
  onRenewed(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Hears of no change any more; the connections stand until their pools close them or they expire. */
  close(): void {
    this.#unsubscribe()
    this.#listeners.clear()
  }

  #current(): [Svid | null, TrustBundle | null] {
    const { identity } = this.#options
    try {
      return [identity.svid, identity.trust]
    } catch {
      // There is none yet.
      return [null, null]
    }
  }

  #changed(): void {
    const [svid, trust] = this.#current()
    const isNew = svid !== this.#svid || trust !== this.#trust
    this.#svid = svid
    this.#trust = trust
    // First, so that idle connections close unchecked.
    if (isNew) for (const listener of this.#listeners) listener()
    this.#checkAgain([...this.#live])
  }

  /** What was believed when a connection was made need not be believed now: revoked, or of an authority that is gone. */
  #checkAgain(pending: Live[]): void {
    for (const live of pending.splice(0, CHECKS_PER_TURN)) {
      if (live.socket.destroyed) continue
      const { identity, clock } = this.#options
      const verdict = this.#verdict(live.target, () =>
        checkPeer(live.chain, identity, clock.wallMs(), live.target.id),
      )
      if ('refusal' in verdict) end(live, verdict.refusal.fault)
    }
    if (pending.length > 0) setImmediate(() => this.#checkAgain(pending))
  }

  #admit(socket: TLSSocket, target: MeshTarget, ownEndMs: number): Refusal | null {
    const { identity, clock } = this.#options
    // Node takes the certificates out of a client's socket when they are asked for in the other way, so this is first.
    const chain = chainOf(socket)
    const verdict = this.#verdict(target, () => peerOf(socket, identity, clock.wallMs(), target.id))
    if ('refusal' in verdict) return verdict.refusal
    const endsAtMs = Math.min(verdict.notAfterMs, ownEndMs)
    if (endsAtMs <= clock.wallMs()) {
      return { code: 'upstream_tls_failed', fault: 'our own certificate has expired' }
    }
    const live: Live = { socket, target, chain, endsAtMs }
    this.#live.add(live)
    socket.once('close', () => this.#live.delete(live))
    if (endsAtMs < this.#nextLookMs) this.#armLook()
    return null
  }

  #verdict(
    target: MeshTarget,
    judge: () => PeerVerdict,
  ): { readonly notAfterMs: number } | { readonly refusal: Refusal } {
    try {
      const verdict = judge()
      if (verdict.kind === 'trusted') return verdict
      const { reason, detail } = verdict
      this.#options.onRefused({ target, reason, detail })
      return { refusal: { code: 'identity_mismatch', fault: `the peer was refused: ${reason}` } }
    } catch (error) {
      const fault = `the peer could not be checked (${errorCode(error)}: ${errorMessage(error)})`
      return { refusal: { code: 'upstream_tls_failed', fault } }
    }
  }

  #armLook(): void {
    this.#cancelLook?.()
    this.#cancelLook = null
    this.#nextLookMs = Infinity
    if (this.#live.size === 0) return
    const { clock } = this.#options
    const nowMs = clock.wallMs()
    this.#nextLookMs = nowMs + LOOK_MS
    for (const { endsAtMs } of this.#live) {
      this.#nextLookMs = Math.min(this.#nextLookMs, endsAtMs)
    }
    this.#cancelLook = clock.after(Math.max(1, this.#nextLookMs - nowMs), () => this.#look())
  }

  #look(): void {
    const nowMs = this.#options.clock.wallMs()
    for (const live of this.#live) {
      if (nowMs >= live.endsAtMs) {
        this.#live.delete(live)
        end(live, 'a certificate of the connection has expired')
      }
    }
    this.#armLook()
  }
}

function chainOf(socket: TLSSocket): readonly Buffer[] {
  const chain: Buffer[] = []
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (certificate?.raw !== undefined && chain.length < MAX_CHAIN) {
    chain.push(certificate.raw)
    // A root is its own issuer.
    if (certificate.issuerCertificate === certificate) break
    certificate = certificate.issuerCertificate
  }
  return chain
}

function end({ socket, target }: Live, fault: string): void {
  socket.destroy(new SallyportError('identity_ended', `${target.name}: ${fault}`))
}

/** A connection that was lost before it began; who dialled hears of it the usual way. */
function failed(error: unknown): Dialled {
  const socket = new Socket()
  socket.destroy(error instanceof Error ? error : new Error(errorMessage(error)))
  return {
    socket,
    readyEvent: 'connect',
    borrowed: false,
    refusal: neverRefused,
    release: () => undefined,
  }
}
