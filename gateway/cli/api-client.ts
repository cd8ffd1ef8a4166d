// The command line as a client of the admin API: over the control socket beside the data, or over TLS with a token.

import { request as requestTls } from 'node:https'
import { request, type IncomingMessage, type RequestOptions } from 'node:http'
import { SallyportError } from '../../sidecar/runtime/errors.ts'

export type ApiTarget =
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'server'
      readonly url: URL
      readonly token: string
      /** PEM; null: the system's roots. */
      readonly caPem: string | null
    }

/** What the API answered other than success; `unreachable` where nothing answered. */
export class ApiFailure extends SallyportError {
  readonly status: number
  /** The problem document, or null. */
  readonly problem: Readonly<Record<string, unknown>> | null

  constructor(
    code: string,
    message: string,
    status: number,
    problem: Readonly<Record<string, unknown>> | null,
  ) {
    super(code, message)
    this.status = status
    this.problem = problem
  }
}

const ANSWER_MS = 30_000
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** The decoded answer. Throws ApiFailure. */
export async function callApi(
  target: ApiTarget,
  method: string,
  path: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { status, text } = await exchange(target, method, path, body, more)
  const value = parsed(text)
  if (status >= 200 && status < 300) return value
  const problem = typeof value === 'object' ? (value as Record<string, unknown>) : null
  const { code, detail } = problem ?? {}
  throw new ApiFailure(
    typeof code === 'string' ? code : 'failed',
    typeof detail === 'string' ? detail : `the control plane answered ${status}`,
    status,
    problem,
  )
}

function exchange(
  target: ApiTarget,
  method: string,
  path: string,
  body: unknown,
  more: Readonly<Record<string, string>>,
): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body))
  const headers: Record<string, string> = { accept: 'application/json', ...more }
  if (payload !== null) {
    headers['content-type'] = 'application/json'
    headers['content-length'] = String(payload.length)
  }
  if (target.kind === 'socket') headers['host'] = 'localhost'
  else headers['authorization'] = `Bearer ${target.token}`
  const options: RequestOptions = { method, path, headers, timeout: ANSWER_MS, agent: false }
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new ApiFailure('unreachable', unreachable(target, error), 0, null))
    }
    const heard = (response: IncomingMessage): void => {
      collect(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), fail)
    }
    const sent = send(target, options, heard)
    sent.on('error', fail)
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.end(payload)
  })
}

function send(
  target: ApiTarget,
  options: RequestOptions,
  heard: (response: IncomingMessage) => void,
): ReturnType<typeof request> {
  if (target.kind === 'socket') return request({ ...options, socketPath: target.path }, heard)
  const { hostname, port } = target.url
  const ca = target.caPem === null ? {} : { ca: target.caPem }
  // A URL writes an IPv6 address in brackets, and nobody else does.
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return requestTls({ ...options, ...ca, host, port: port || 443 }, heard)
}

async function collect(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown)
  } catch {
    return null
  }
}

function unreachable(target: ApiTarget, error: Error): string {
  if (target.kind === 'server') return `${target.url.origin} cannot be reached: ${error.message}`
  const { code } = error as { code?: unknown }
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return `no gateway is running with this data folder (${target.path})`
  }
  return `${target.path} cannot be reached: ${error.message}`
}
