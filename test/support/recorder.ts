// An upstream on a raw socket that keeps every byte it was sent and answers well-formed requests as the test says.

import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { RequestReader, type ReadRequest } from './request-reader.ts'

/** Answers one request; may write anything, at any time, or nothing. */
export type Reply = (request: ReadRequest, socket: Socket) => void

export interface RecorderOptions {
  /** Whether replies come at the end of the head or of the whole request; default `request`. */
  readonly replyAfter?: 'head' | 'request'
}

export interface RecordedConnection {
  readonly socket: Socket
  /** Everything received since the last `clear`. */
  bytes: Buffer
  readonly reader: RequestReader
  closed: boolean
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok'

/** The reply where the test names none: 200 with a two-byte body. */
export const replyOk: Reply = (request, socket) => {
  socket.write(request.method === 'HEAD' ? OK.slice(0, -2) : OK)
}

/** A reply that is always the same bytes; `end` closes our side behind them. */
export function replyWith(text: string, after: 'keep' | 'end' | 'reset' = 'keep'): Reply {
  return (_request, socket) => {
    if (after === 'end') socket.end(text, 'latin1')
    else if (after === 'keep') socket.write(text, 'latin1')
    else if (text === '') socket.resetAndDestroy()
    else socket.write(text, 'latin1', () => socket.resetAndDestroy())
  }
}

export class Recorder {
  readonly #server = createServer((socket) => this.#accept(socket))
  readonly #watchers = new Set<() => void>()
  #connections: RecordedConnection[] = []
  #reply: Reply = replyOk
  #replyAfter: 'head' | 'request' = 'request'
  /** Requests whose head was well formed, in the order of arrival, since the last `clear`. */
  requests: ReadRequest[] = []
  port = 0

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  /** How requests are answered from now on. */
  script(reply: Reply, options: RecorderOptions = {}): void {
    this.#reply = reply
    this.#replyAfter = options.replyAfter ?? 'request'
  }

  get connections(): readonly RecordedConnection[] {
    return this.#connections
  }

  get bytesReceived(): number {
    return this.#connections.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  /** Why a connection was sent something that is not a well-formed request, or null. */
  get fault(): string | null {
    return this.#connections.find(({ reader }) => reader.fault !== null)?.reader.fault ?? null
  }

  get complete(): readonly ReadRequest[] {
    return this.requests.filter((request) => request.complete)
  }

  /** Waits until no open connection is inside a request, then forgets everything and answers 200 again. */
  async clear(): Promise<void> {
    const inside = ({ reader, closed }: RecordedConnection): boolean =>
      !closed && !reader.atBoundary && reader.fault === null
    await this.waitFor('open requests to end', () => !this.#connections.some(inside))
    this.#connections = this.#connections.filter(({ closed, reader, socket }) => {
      if (reader.fault !== null) socket.destroy()
      return !closed && reader.fault === null
    })
    for (const connection of this.#connections) connection.bytes = Buffer.alloc(0)
    this.requests = []
    this.script(replyOk)
  }

  /** Resolves once `found`; looked at whenever bytes arrive or a connection ends. */
  waitFor(what: string, found: () => boolean, timeoutMs = 5000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(check)
        reject(new Error(`no ${what} within ${timeoutMs} ms at the upstream`))
      }, timeoutMs)
      const check = (): void => {
        if (!found()) return
        clearTimeout(timer)
        this.#watchers.delete(check)
        resolve()
      }
      this.#watchers.add(check)
      check()
    })
  }

  async close(): Promise<void> {
    for (const { socket } of this.#connections) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    const reader = new RequestReader({
      onHead: (request) => {
        this.requests.push(request)
        if (this.#replyAfter === 'head') this.#reply(request, socket)
      },
      onComplete: (request) => {
        if (this.#replyAfter === 'request') this.#reply(request, socket)
      },
    })
    const connection: RecordedConnection = { socket, bytes: Buffer.alloc(0), reader, closed: false }
    this.#connections.push(connection)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      connection.bytes = Buffer.concat([connection.bytes, chunk])
      reader.feed(chunk)
      this.#changed()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      connection.closed = true
      this.#changed()
    })
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }
}

/** A recorder that listens on 127.0.0.1. */
export async function startRecorder(): Promise<Recorder> {
  const recorder = new Recorder()
  await recorder.open()
  return recorder
}
