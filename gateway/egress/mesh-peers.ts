// Who is at the other end of the mesh door's connections: checked when they begin and whenever trust changes, and ended
// when their certificate ends.

import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import { peerOf } from '../../sidecar/identity/peer.ts'
import { serviceNameOf } from '../../sidecar/identity/spiffe-id.ts'
import type { IdentitySource } from '../../sidecar/identity/svid.ts'
import { followIdentity } from '../../sidecar/identity/tls.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import type { Caller } from './callers.ts'

/** How often expired certificates are looked for. */
const SWEEP_MS = 1000

interface Peer {
  readonly caller: Caller
  readonly notAfterMs: number
}

export interface MeshPeersDeps {
  readonly clock: Clock
  readonly log: Log
  /** A stranger was turned away; `reason` is a stable word. */
  readonly onRefused: (client: string, reason: string) => void
  /** Before a connection is ended that was good when it began. */
  readonly onEnding: (socket: Socket, reason: string) => void
}

export class MeshPeers {
  readonly identity: IdentitySource
  readonly #deps: MeshPeersDeps
  readonly #peers = new Map<Socket, Peer>()
  #checked: readonly unknown[]
  #unfollow = (): void => {}
  #cancelSweep: (() => void) | null = null

  constructor(identity: IdentitySource, deps: MeshPeersDeps) {
    this.identity = identity
    this.#deps = deps
    this.#checked = [identity.trust, identity.revocations]
  }

  /** New certificates serve from the next connection on; what is trusted no longer is ended at once. */
  follow(server: Pick<Server, 'on' | 'setSecureContext'>): void {
    const unfollow = followIdentity(server, this.identity, (error) => {
      this.#deps.log.error('the mesh door keeps its old certificate', {
        error: errorMessage(error),
      })
    })
    const unwatch = this.identity.onChange(() => this.#recheck())
    this.#unfollow = () => {
      unfollow()
      unwatch()
    }
  }

  close(): void {
    this.#unfollow()
    this.#cancelSweep?.()
    this.#cancelSweep = null
  }

  /** False where the connection was refused, and is gone. */
  admit(socket: TLSSocket): boolean {
    const verdict = peerOf(socket, this.identity, this.#deps.clock.wallMs(), null)
    if (verdict.kind === 'refused') {
      this.#deps.onRefused(socket.remoteAddress ?? '', verdict.reason)
      socket.destroy()
      return false
    }
    const { id, serial, notAfterMs } = verdict
    this.#peers.set(socket, {
      caller: { name: serviceNameOf(id), serial, token: null },
      notAfterMs,
    })
    socket.once('close', () => this.#peers.delete(socket))
    this.#cancelSweep ??= this.#deps.clock.after(SWEEP_MS, () => this.#sweep())
    return true
  }

  callerOf(socket: Socket): Caller | null {
    return this.#peers.get(socket)?.caller ?? null
  }

  #recheck(): void {
    const { trust, revocations } = this.identity
    // A new certificate of our own says nothing about others.
    if (this.#checked[0] === trust && this.#checked[1] === revocations) return
    this.#checked = [trust, revocations]
    const nowMs = this.#deps.clock.wallMs()
    for (const socket of this.#peers.keys()) {
      const verdict = peerOf(socket as TLSSocket, this.identity, nowMs, null)
      if (verdict.kind === 'refused') this.#end(socket, 'identity_revoked')
    }
  }

  #sweep(): void {
    const nowMs = this.#deps.clock.wallMs()
    for (const [socket, { notAfterMs }] of this.#peers) {
      if (nowMs >= notAfterMs) this.#end(socket, 'identity_expired')
    }
    this.#cancelSweep =
      this.#peers.size === 0 ? null : this.#deps.clock.after(SWEEP_MS, () => this.#sweep())
  }

  #end(socket: Socket, reason: string): void {
    this.#deps.onEnding(socket, reason)
    socket.destroy()
  }
}
