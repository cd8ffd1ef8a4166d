// A small closed-loop HTTP/1.1 load generator on plain sockets, for machines without wrk.

import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface GeneratorOptions {
  readonly port: number
  /** The CA of the target's certificate (for `localhost`); null: cleartext. */
  readonly caPem: string | null
  /** Whole requests, sent in turn over all connections. */
  readonly requests: readonly string[]
  readonly connections: number
  readonly seconds: number
}

export interface GeneratorResult {
  readonly requests: number
  readonly seconds: number
  /** Connections that broke and answers other than a 200 with a content-length. */
  readonly errors: number
}

const HEAD_END = '\r\n\r\n'
const MAX_HEAD_BYTES = 64 * 1024
const LAST_ANSWER_MS = 5000

/** Keeps one request in flight on each connection until the time is over and the last answers are in. */
export async function generateLoad(options: GeneratorOptions): Promise<GeneratorResult> {
  const startedMs = performance.now()
  const deadlineMs = startedMs + options.seconds * 1000
  const requests = options.requests.map((text) => Buffer.from(text))
  const totals = { requests: 0, errors: 0, sent: 0 }
  const nextRequest = (): Buffer | null =>
    performance.now() < deadlineMs ? requests[totals.sent++ % requests.length]! : null
  const drive = async (): Promise<void> => {
    while (performance.now() < deadlineMs) {
      const end = await driveConnection(open(options), nextRequest, () => totals.requests++)
      if (end === 'done') return
      totals.errors++
    }
  }
  await Promise.all(Array.from({ length: options.connections }, drive))
  return {
    requests: totals.requests,
    seconds: (performance.now() - startedMs) / 1000,
    errors: totals.errors,
  }
}

function open(options: GeneratorOptions): Socket {
  const address = { host: '127.0.0.1', port: options.port }
  return options.caPem
    ? connectTls({ ...address, ca: options.caPem, servername: 'localhost' })
    : connectTcp({ ...address, noDelay: true })
}

/** Resolves with `done` once `nextRequest` gave null, with `failed` when the connection or an answer was no good. */
function driveConnection(
  socket: Socket,
  nextRequest: () => Buffer | null,
  onAnswer: () => void,
): Promise<'done' | 'failed'> {
  return new Promise((resolve) => {
    const finish = (end: 'done' | 'failed'): void => {
      socket.destroy()
      resolve(end)
    }
    const send = (): void => {
      const request = nextRequest()
      if (request) socket.write(request)
      else finish('done')
    }
    let pending: Buffer = Buffer.alloc(0)
    const ready = 'encrypted' in socket ? 'secureConnect' : 'connect'
    socket.setTimeout(LAST_ANSWER_MS, () => finish('failed'))
    socket.on('error', () => finish('failed')).on('end', () => finish('failed'))
    socket.on(ready, send).on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const length = answerLength(pending)
      if (length === 'incomplete') return
      // One request in flight: bytes after its answer answer nothing.
      if (length === 'bad' || pending.length > length) return finish('failed')
      if (pending.length < length) return
      pending = Buffer.alloc(0)
      onAnswer()
      send()
    })
  })
}

/** Bytes of head and body together, once the head is there. */
export function answerLength(bytes: Buffer): number | 'incomplete' | 'bad' {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd === -1) return bytes.length > MAX_HEAD_BYTES ? 'bad' : 'incomplete'
  const head = bytes.toString('latin1', 0, headEnd)
  const length = /\r\ncontent-length: *(\d+) *(?:\r\n|$)/i.exec(head)?.[1]
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) return 'bad'
  return headEnd + HEAD_END.length + Number(length)
}
