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

export class RecordedConnection {
  readonly socket: Socket
  readonly reader: RequestReader
  closed = false
  #parts: Buffer[] = []

  constructor(socket: Socket, reader: RequestReader) {
    this.socket = socket
    this.reader = reader
  }

  /** Everything received since the last `clear`. */
  get bytes(): Buffer {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)]
    return this.#parts[0] ?? Buffer.alloc(0)
  }

  receive(chunk: Buffer): void {
    this.#parts.push(chunk)
    this.reader.feed(chunk)
  }

  forget(): void {
    this.#parts = []
  }
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

  /**
   * Waits a second for open connections to be done with their requests and ends those that are not; then forgets
   * everything and answers 200 again.
   */
  async clear(): Promise<void> {
    const done = ({ reader, closed }: RecordedConnection): boolean => closed || reader.atBoundary
    await this.waitFor('end of all requests', () => this.#connections.every(done), 1000).catch(
      () => {},
    )
    this.#connections = this.#connections.filter((connection) => {
      if (!done(connection)) connection.socket.destroy()
      return !connection.closed && done(connection)
    })
    for (const connection of this.#connections) connection.forget()
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
    const connection = new RecordedConnection(socket, reader)
    this.#connections.push(connection)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      connection.receive(chunk)
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
