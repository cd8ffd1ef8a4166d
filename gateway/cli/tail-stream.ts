// Server-sent events of the admin API as the command line reads them; a broken stream is taken up where it ended.

import { request as requestTls } from 'node:https'
import { request, type IncomingMessage } from 'node:http'
import { ApiFailure, type ApiTarget } from './api-client.ts'

export interface StreamEvent {
  readonly id: string | null
  readonly event: string
  readonly data: string
}

/** A stream without a byte for this long is dead: the server's heart beats every 15 s. */
const SILENCE_MS = 45_000
const MAX_EVENT = 1024 * 1024

/** Until the stream ends. Throws ApiFailure where it cannot be had. */
export async function* readEvents(
  target: ApiTarget,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const response = await open(target, path, signal)
  let text = ''
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    if (text.length > MAX_EVENT) throw new ApiFailure('failed', 'an event is too long', 0, null)
    for (const block of blocks) {
      const event = eventOf(block)
      if (event !== null) yield event
    }
  }
}

/** null: a comment, or nothing to tell. */
export function eventOf(block: string): StreamEvent | null {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const at = line.indexOf(':')
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).replace(/^ /, ''))
  }
  const data = fields.get('data')
  if (data === undefined) return null
  return { id: fields.get('id') ?? null, event: fields.get('event') ?? 'message', data }
}

function open(target: ApiTarget, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new ApiFailure('unreachable', `no control plane answers: ${error.message}`, 0, null))
    }
    const heard = (response: IncomingMessage): void => {
      const { statusCode = 0 } = response
      if (statusCode === 200) resolve(response)
      else {
        response.resume()
        const message = `the control plane answered ${statusCode}`
        reject(new ApiFailure('failed', message, statusCode, null))
      }
    }
    const sent = send(target, path, signal, heard)
    sent.on('error', fail)
    sent.on('timeout', () => sent.destroy(new Error('the stream went silent')))
    sent.end()
  })
}

function send(
  target: ApiTarget,
  path: string,
  signal: AbortSignal,
  heard: (response: IncomingMessage) => void,
): ReturnType<typeof request> {
  const accept = 'text/event-stream'
  const options = { method: 'GET', path, signal, timeout: SILENCE_MS, agent: false } as const
  if (target.kind === 'socket') {
    const headers = { accept, host: 'localhost' }
    return request({ ...options, headers, socketPath: target.path }, heard)
  }
  const { hostname, port } = target.url
  const headers = { accept, authorization: `Bearer ${target.token}` }
  const ca = target.caPem === null ? {} : { ca: target.caPem }
  return requestTls({ ...options, ...ca, headers, hostname, port: port || 443 }, heard)
}
