// Two sockets joined byte for byte: half-close travels on, a slow reader slows the writer, and every byte is counted.

import type { Duplex } from 'node:stream'

export interface TunnelEnds {
  readonly client: Duplex
  readonly upstream: Duplex
  /** What the client sent already; goes out first. */
  readonly fromClient: readonly Buffer[]
}

/** `ok`, or why it ended: `client_gone`, `upstream_reset`, or the word it was closed with. */
export type OnTunnelClosed = (reason: string) => void

export class Tunnel {
  readonly #client: Duplex
  readonly #upstream: Duplex
  readonly #onClosed: OnTunnelClosed
  #reason: string | null = null
  #open = 2
  bytesFromClient = 0
  bytesToClient = 0

  /** Starts at once. `onClosed` is called once, when both sides are closed. */
  constructor(ends: TunnelEnds, onClosed: OnTunnelClosed) {
    const { client, upstream, fromClient } = ends
    this.#client = client
    this.#upstream = upstream
    this.#onClosed = onClosed
    let full = false
    for (const chunk of fromClient) {
      this.bytesFromClient += chunk.length
      full = !upstream.write(chunk)
    }
    client.on('data', (chunk: Buffer) => {
      this.bytesFromClient += chunk.length
      if (!upstream.write(chunk)) client.pause()
    })
    upstream.on('data', (chunk: Buffer) => {
      this.bytesToClient += chunk.length
      if (!client.write(chunk)) upstream.pause()
    })
    this.#follow(client, upstream, 'client_gone')
    this.#follow(upstream, client, 'upstream_reset')
    if (full) client.pause()
    else client.resume()
    upstream.resume()
    if (client.destroyed || upstream.destroyed) {
      this.close(client.destroyed ? 'client_gone' : 'upstream_reset')
    }
  }

  /** Ends both sides at once. */
  close(reason: string): void {
    this.#reason ??= reason
    this.#client.destroy()
    this.#upstream.destroy()
  }

  #follow(from: Duplex, to: Duplex, lost: string): void {
    to.on('drain', () => from.resume())
    if (from.readableEnded) to.end()
    else from.once('end', () => to.end())
    // A reset is told by `close`, which follows.
    from.on('error', () => from.destroy())
    // Whoever made the tunnel does not hold it yet.
    if (from.closed) queueMicrotask(() => this.#sideClosed(from, to, lost))
    else from.once('close', () => this.#sideClosed(from, to, lost))
  }

  #sideClosed(side: Duplex, other: Duplex, lost: string): void {
    if (!side.readableEnded) {
      this.#reason ??= lost
      other.destroy()
    }
    this.#open--
    if (this.#open === 0) this.#onClosed(this.#reason ?? 'ok')
  }
}
