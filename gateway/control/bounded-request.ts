// One request to somebody else's server, with a bound on everything the other side can do.

import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isTrustworthyUrl, MAX_DOCUMENT_BYTES } from '../auth/fetch-json.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'

export interface BoundedRequest {
  readonly url: string
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Trusted CAs (PEM), or null for the system's. */
  readonly caPem: string | null
  /** From the call until the last byte. */
  readonly timeoutMs: number
}

export interface BoundedAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/**
 * TLS is always verified, only loopback is asked without it, no redirect is followed, and at most 512 KiB are read.
 * Rejects with an Error that says what went wrong, but not where.
 */
export async function ask(
  clock: Pick<Clock, 'after'>,
  request: BoundedRequest,
): Promise<BoundedAnswer> {
  const { timeoutMs } = request
  const url = URL.parse(request.url)
  if (url === null || !isTrustworthyUrl(url)) throw new Error('neither https nor loopback')
  const aborting = new AbortController()
  const late = new Error(`no complete answer within ${timeoutMs / 1000} s`)
  const cancel = clock.after(timeoutMs, () => aborting.abort(late))
  try {
    const response = await send(url, request, aborting.signal)
    const { statusCode = 0, headers } = response
    return { status: statusCode, headers, text: await collect(response) }
  } catch (error) {
    throw aborting.signal.aborted ? late : error
  } finally {
    cancel()
  }
}

function send(
  url: URL,
  { method, headers, body, caPem }: BoundedRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {}
  const options = {
    method,
    agent: false,
    headers: { ...headers, ...length, 'user-agent': 'sallyport' },
    signal,
  } as const
  const tls = { minVersion: 'TLSv1.2', ...(caPem === null ? {} : { ca: caPem }) } as const
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === 'http:'
        ? requestHttp(url, options, resolve)
        : requestHttps(url, { ...options, ...tls }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

async function collect(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_DOCUMENT_BYTES) throw new RangeError('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
