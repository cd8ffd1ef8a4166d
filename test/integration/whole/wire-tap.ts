// A listener between two ends that passes everything on and keeps a copy: what somebody on the wire would see.

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'

const MAX_RECORD_BYTES = 16_384 + 256
const RECORD_TYPES = new Set([20, 21, 22, 23])

export interface Tapped {
  readonly openedMs: number
  /** null: open. */
  closedMs: number | null
  /** What the one who connected sent, and what came back. */
  readonly sent: Buffer[]
  readonly received: Buffer[]
}

export class WireTap {
  readonly connections: Tapped[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #keeps: boolean

  /** `keeps` false: only the times of connections are kept. */
  constructor(target: { readonly host: string; readonly port: number }, keeps = true) {
    this.#keeps = keeps
    this.#server = createServer((near) => this.#accept(near, connect(target)))
  }

  /** Rejects with the system's error where there is no such address. */
  async open(host: string, port: number): Promise<void> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(near: Socket, far: Socket): void {
    const tapped: Tapped = { openedMs: Date.now(), closedMs: null, sent: [], received: [] }
    this.connections.push(tapped)
    near.once('close', () => (tapped.closedMs = Date.now()))
    this.#pass(near, far, tapped.sent)
    this.#pass(far, near, tapped.received)
  }

  #pass(from: Socket, to: Socket, copy: Buffer[]): void {
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (chunk: Buffer) => {
      if (this.#keeps) copy.push(chunk)
      to.write(chunk)
    })
    from.on('error', () => from.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}

/** Whether this machine has ::1, where a tap can stand before a port of 127.0.0.1. */
export function hasRoomForTap(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((each) => each?.address === '::1')
}

/** Why the bytes are not one TLS record after the other (RFC 8446 section 5.1), the last perhaps incomplete; null: they are. */
export function notTls(bytes: Buffer): string | null {
  for (let at = 0; at + 5 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 3)
    const isRecord = RECORD_TYPES.has(bytes[at]!) && bytes[at + 1] === 3
    if (!isRecord || length > MAX_RECORD_BYTES) {
      return `at ${at}: ${JSON.stringify(bytes.toString('latin1', at, at + 40))}`
    }
    at += 5 + length
  }
  return null
}
