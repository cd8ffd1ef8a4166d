// A client of the gateway under test: one request on a connection of its own, and WebSockets.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request, type RequestOptions } from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import type { TestGateway } from '../../support/gateway.ts'

export interface Ask {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  /** Default: a connection of its own. */
  readonly agent?: Agent
  /** Default `public`. */
  readonly listener?: string
  /** Client certificate, server name, versions, session. */
  readonly tls?: ConnectionOptions
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Host and server name are `localhost` unless `headers` says otherwise. */
export function requestOptions(gateway: TestGateway, ask: Ask): RequestOptions {
  return {
    host: '127.0.0.1',
    port: gateway.port(ask.listener ?? 'public'),
    servername: 'localhost',
    ca: gateway.ca.certPem,
    method: ask.method ?? 'GET',
    path: ask.path,
    headers: { host: 'localhost', ...ask.headers },
    agent: ask.agent ?? false,
    ...ask.tls,
  }
}

/** Rejects where the connection ends before the answer is complete. */
export function call(gateway: TestGateway, ask: Ask | string): Promise<Answer> {
  const asked = typeof ask === 'string' ? { path: ask } : ask
  return new Promise((resolve, reject) => {
    const sent = request(requestOptions(gateway, asked), (response) => {
      readAnswer(response).then(resolve, reject)
    })
    sent.once('error', reject)
    sent.end(asked.body)
  })
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).toString(),
  }
}

/** The head of an answer whose body is read by the test itself. */
export async function open(gateway: TestGateway, ask: Ask): Promise<IncomingMessage> {
  const sent = request(requestOptions(gateway, ask))
  sent.end(ask.body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return response
}

export interface Handshake {
  /** Subject alternative names of the certificate that was shown. */
  readonly names: string
  readonly serialNumber: string
  readonly protocol: string | null
  readonly alpn: string | false | null
  readonly reused: boolean
  /** To resume with, as it was when the first answer had been read. */
  readonly session: Buffer | undefined
}

/** One handshake and one answer on it, whatever its status; rejects where the server refuses either. */
export function handshake(gateway: TestGateway, ask: Ask): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const sent = request(requestOptions(gateway, ask), (response) => {
      const socket = response.socket as TLSSocket
      const { subjectaltname = '', serialNumber } = socket.getPeerCertificate()
      response.resume()
      response.once('error', reject)
      response.once('end', () => {
        resolve({
          names: subjectaltname,
          serialNumber,
          protocol: socket.getProtocol(),
          alpn: socket.alpnProtocol,
          reused: socket.isSessionReused(),
          session: socket.getSession(),
        })
        socket.destroy()
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}

export type Upgraded =
  | { readonly kind: 'upgraded'; readonly socket: Socket }
  | { readonly kind: 'refused'; readonly answer: Answer }

/** Asks for a WebSocket. */
export function upgrade(gateway: TestGateway, ask: Ask | string): Promise<Upgraded> {
  const asked = typeof ask === 'string' ? { path: ask } : ask
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...asked.headers,
  }
  return new Promise((resolve, reject) => {
    const sent = request(requestOptions(gateway, { ...asked, headers }))
    sent.once('error', reject)
    sent.once('upgrade', (_response, socket: Socket) => {
      sent.removeListener('error', reject)
      socket.on('error', () => socket.destroy())
      resolve({ kind: 'upgraded', socket })
    })
    sent.once('response', (response) => {
      readAnswer(response).then((answer) => resolve({ kind: 'refused', answer }), reject)
    })
    sent.end()
  })
}

/** As `upgrade`, for a request that must be let through. */
export async function openWebSocket(gateway: TestGateway, ask: Ask | string): Promise<Socket> {
  const upgraded = await upgrade(gateway, ask)
  if (upgraded.kind === 'upgraded') return upgraded.socket
  throw new Error(`refused with ${upgraded.answer.status}: ${upgraded.answer.body}`)
}

/** A masked text frame of less than 126 bytes; its mask is all zero, so that an echo reads the same. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

/** Resolves with everything read so far once `found` accepts it; rejects where the socket ends before. */
export function readUntil(socket: Socket, found: (bytes: Buffer) => boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const settle = (end: () => void): void => {
      socket.removeListener('data', onData)
      socket.removeListener('close', onClose)
      end()
    }
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      if (found(bytes)) settle(() => resolve(bytes))
    }
    const onClose = (): void => {
      settle(() => reject(new Error(`closed after ${bytes.toString('latin1')}`)))
    }
    socket.on('data', onData)
    socket.once('close', onClose)
  })
}

/** Everything the socket still receives until it is closed. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  if (!socket.destroyed) await once(socket, 'close')
  return Buffer.concat(chunks)
}

/** The status code of the unmasked close frame at the end of `bytes`, or null. */
export function closeCode(bytes: Buffer): number | null {
  const at = bytes.lastIndexOf(0x88)
  return at === -1 || at + 4 > bytes.length ? null : bytes.readUInt16BE(at + 2)
}
