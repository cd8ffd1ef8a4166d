// Joins the two sockets of an upgraded connection byte for byte, and ends both in an orderly way.

import type { Duplex } from 'node:stream'
import type { Clock } from '../runtime/clock.ts'
import type { FlatHeaders } from '../upstream/transport.ts'
import {
  closeFrame,
  FrameTracker,
  maskedCloseFrame,
  type CloseCode,
  type FrameLimits,
  type FrameViolation,
} from './websocket.ts'

export interface SpliceOptions {
  readonly client: Duplex
  readonly clientHead: Buffer
  readonly upstream: Duplex
  readonly upstreamHead: Buffer
  /** Lower-case upgrade token; frames are understood for `websocket` only. */
  readonly protocol: string
  /** End-to-end fields of the 101 answer. */
  readonly headers: FlatHeaders
  readonly limits: FrameLimits
  readonly clock: Clock
  /** Once, when both sides are closed: `ok`, or why we ended it. */
  readonly onClosed: (reason: string, bytesFromClient: number, bytesToClient: number) => void
}

export interface Spliced {
  /** Ends both sides; a WebSocket client hears a close frame that tells why. */
  close(reason: string): void
}

/** What a client that broke a limit is recorded as. */
const VIOLATIONS: Readonly<Record<FrameViolation, string>> = {
  1002: 'frame_invalid',
  1008: 'frame_flood',
  1009: 'message_too_large',
}
const CLOSE_CODES: Readonly<Record<string, CloseCode>> = {
  token_expired: 1008,
  shutting_down: 1001,
  upstream_reset: 1011,
  frame_invalid: 1002,
  frame_flood: 1008,
  message_too_large: 1009,
}
/** How long the client may take to read its close frame. */
const CLOSE_WAIT_MS = 1000

export function splice(options: SpliceOptions): Spliced {
  return new Splice(options)
}

class Splice implements Spliced {
  readonly #options: SpliceOptions
  readonly #fromClient: FrameTracker | null
  readonly #fromUpstream: FrameTracker | null
  #reason = 'ok'
  #closed = 0
  #ending = false
  #bytesFromClient = 0
  #bytesToClient = 0

  constructor(options: SpliceOptions) {
    this.#options = options
    const websocket = options.protocol === 'websocket'
    this.#fromClient = websocket ? new FrameTracker(options.limits) : null
    // What our own upstream may send is its business: only the frame boundaries matter here.
    this.#fromUpstream = websocket ? new FrameTracker(UNLIMITED) : null
    const { client, upstream } = options
    client.write(switchingProtocols(options), 'latin1')
    this.#join(client, upstream, (chunk) => this.#watchClient(chunk))
    this.#join(upstream, client, (chunk) => this.#watchUpstream(chunk))
    client.on('error', () => this.#clientLost())
    upstream.on('error', () => this.close('upstream_reset'))
    upstream.once('close', () => {
      if (!upstream.readableEnded) this.close('upstream_reset')
      this.#sideClosed()
    })
    client.once('close', () => {
      if (!client.readableEnded) this.#clientLost()
      upstream.destroy()
      this.#sideClosed()
    })
    if (options.upstreamHead.length > 0)
      this.#pass(options.upstreamHead, client, (chunk) => this.#watchUpstream(chunk))
    if (options.clientHead.length > 0)
      this.#pass(options.clientHead, upstream, (chunk) => this.#watchClient(chunk))
  }

  close(reason: string): void {
    if (this.#ending) return
    this.#ending = true
    this.#reason = reason
    const { client, upstream, clock } = this.#options
    const code = CLOSE_CODES[reason] ?? 1011
    if (this.#fromClient !== null && !client.destroyed) {
      // A frame of ours inside one of theirs would be read as payload: then only the connection is closed.
      if (this.#fromUpstream?.atBoundary === true) client.write(closeFrame(code, reason))
      if (this.#fromClient.atBoundary && !upstream.destroyed)
        upstream.write(maskedCloseFrame(code, reason))
    }
    upstream.end()
    client.end()
    client.resume()
    clock.after(CLOSE_WAIT_MS, () => {
      client.destroy()
      upstream.destroy()
    })
  }

  #clientLost(): void {
    if (!this.#ending) this.#reason = 'client_gone'
    this.#ending = true
    this.#options.upstream.destroy()
  }

  #join(from: Duplex, to: Duplex, watch: (chunk: Buffer) => boolean): void {
    from.on('data', (chunk: Buffer) => {
      if (this.#ending) return
      if (watch(chunk) && !to.write(chunk)) from.pause()
    })
    to.on('drain', () => from.resume())
    from.on('end', () => {
      // Half-close travels on: the other direction may still have much to say.
      if (!this.#ending) to.end()
    })
  }

  #pass(chunk: Buffer, to: Duplex, watch: (chunk: Buffer) => boolean): void {
    if (watch(chunk)) to.write(chunk)
  }

  #watchClient(chunk: Buffer): boolean {
    this.#bytesFromClient += chunk.length
    const fault = this.#fromClient?.feed(chunk, this.#options.clock.monotonicMs()) ?? null
    if (fault === null) return true
    this.close(VIOLATIONS[fault])
    return false
  }

  #watchUpstream(chunk: Buffer): boolean {
    this.#bytesToClient += chunk.length
    const fault = this.#fromUpstream?.feed(chunk, this.#options.clock.monotonicMs()) ?? null
    if (fault === null) return true
    this.close('upstream_reset')
    return false
  }

  #sideClosed(): void {
    this.#closed++
    if (this.#closed < 2) return
    this.#options.onClosed(this.#reason, this.#bytesFromClient, this.#bytesToClient)
  }
}

const UNLIMITED: FrameLimits = {
  maxMessageBytes: Number.MAX_SAFE_INTEGER,
  maxFragments: Number.MAX_SAFE_INTEGER,
  maxControlPerSecond: Number.MAX_SAFE_INTEGER,
}

function switchingProtocols(options: SpliceOptions): string {
  let head = `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${options.protocol}\r\n`
  for (let i = 0; i < options.headers.length; i += 2) {
    head += `${options.headers[i]}: ${options.headers[i + 1]}\r\n`
  }
  return `${head}\r\n`
}
