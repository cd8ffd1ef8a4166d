// A client that sends bytes exactly as written, over TCP or TLS, and reads answers without any library's forgiveness.

import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { readResponses, type RawResponse } from './response-reader.ts'

export interface RawConnectOptions {
  /** Speak TLS, trusting this CA (PEM). */
  readonly caPem?: string
  readonly serverName?: string
  readonly alpn?: readonly string[]
}

export class RawClient {
  readonly socket: Socket
  readonly #watchers = new Set<() => void>()
  readonly #parts: Buffer[] = []
  #joined = Buffer.alloc(0)
  /** The peer said that it sends nothing more. */
  ended = false
  /** The connection is gone, in whatever way. */
  closed = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      this.#parts.push(chunk)
      this.#changed()
    })
    // A reset is an end like any other; what matters is what came before it.
    socket.on('error', () => socket.destroy())
    socket.on('end', () => {
      this.ended = true
      this.#changed()
    })
    socket.on('close', () => {
      this.closed = true
      this.#changed()
    })
  }

  /** Everything received so far. */
  get received(): Buffer {
    if (this.#parts.length > 0) {
      this.#joined = Buffer.concat([this.#joined, ...this.#parts.splice(0)])
    }
    return this.#joined
  }

  /** Answers so far; `methods` of the requests they belong to matter for HEAD only. */
  responses(methods: readonly string[] = []): readonly RawResponse[] {
    return readResponses(this.received, methods, this.ended || this.closed)
  }

  /** Text goes out as Latin-1. */
  send(data: string | Buffer): void {
    if (!this.socket.destroyed)
      this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
  }

  /** Resolves once `found`; looked at whenever bytes arrive or the connection ends. */
  waitFor(what: string, found: () => boolean, timeoutMs = 8000): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer)
        this.#watchers.delete(check)
        end()
      }
      const check = (): void => {
        if (found()) settle(resolve)
      }
      const timer = setTimeout(() => {
        const got = JSON.stringify(this.received.subarray(0, 600).toString('latin1'))
        settle(() => reject(new Error(`no ${what} within ${timeoutMs} ms; received ${got}`)))
      }, timeoutMs)
      this.#watchers.add(check)
      check()
    })
  }

  /** Waits for so many complete final answers. */
  async answers(count: number, methods: readonly string[] = []): Promise<readonly RawResponse[]> {
    const final = (): readonly RawResponse[] =>
      this.responses(methods).filter(({ status, complete }) => complete && status >= 200)
    await this.waitFor(`${count} answers`, () => final().length >= count)
    return final()
  }

  async waitForClose(timeoutMs?: number): Promise<void> {
    await this.waitFor('end of the connection', () => this.ended || this.closed, timeoutMs)
  }

  destroy(): void {
    this.socket.destroy()
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }
}

/** Connects to 127.0.0.1; with TLS it resolves after the handshake. */
export async function connectRaw(
  port: number,
  options: RawConnectOptions = {},
): Promise<RawClient> {
  if (options.caPem === undefined) {
    const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    return new RawClient(socket)
  }
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    ca: options.caPem,
    servername: options.serverName ?? 'localhost',
    ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
  })
  await once(socket, 'secureConnect')
  return new RawClient(socket)
}
