// Fetches one JSON document from an identity provider, with a bound on everything the other side can do.

import * as http from 'node:http'
import * as https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'

/** From the call until the last byte. */
export const FETCH_TIMEOUT_MS = 5000
/** Largest document. */
export const MAX_DOCUMENT_BYTES = 512 * 1024

export type FetchErrorCode =
  | 'fetch_failed'
  | 'fetch_timeout'
  | 'fetch_aborted'
  | 'fetch_status'
  | 'fetch_too_large'
  | 'fetch_not_json'
  | 'fetch_insecure'

export interface FetchOptions {
  /** Trusted CAs (PEM), or null for the system's. */
  readonly caPem: string | null
  readonly signal: AbortSignal
  /** Finds the addresses of a name in place of the system's resolver. */
  readonly lookup?: LookupFunction
}

/** The parsed document; rejects with a SallyportError of a FetchErrorCode. */
export type FetchJson = (url: string, options: FetchOptions) => Promise<unknown>

/** https, or http to this very machine, where nobody else can answer. */
export function isTrustworthyUrl(url: URL): boolean {
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
}

/**
 * The fetch of real life: TLS is always verified, redirects are not followed, the status must be 200, the body JSON of at
 * most 512 KiB, and all of it is over after 5 s.
 */
export function createFetchJson(clock: Clock): FetchJson {
  return async (url, options) => {
    const target = new URL(url)
    if (!isTrustworthyUrl(target))
      throw failure('fetch_insecure', url, 'neither https nor loopback')
    const text = (await fetchBytes(target, options, clock)).toString('utf8')
    try {
      return JSON.parse(text) as unknown
    } catch {
      throw failure('fetch_not_json', url, 'the answer is not JSON')
    }
  }
}

function fetchBytes(url: URL, options: FetchOptions, clock: Clock): Promise<Buffer> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    const request = open(url, options)
    const settle = (act: () => void): void => {
      cancelTimeout()
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const fail = (error: SallyportError): void => {
      settle(() => reject(error))
      request.destroy()
    }
    const onAbort = (): void => fail(failure('fetch_aborted', url.href, 'given up'))
    const cancelTimeout = clock.after(FETCH_TIMEOUT_MS, () => {
      fail(failure('fetch_timeout', url.href, `no complete answer within ${FETCH_TIMEOUT_MS} ms`))
    })
    signal.addEventListener('abort', onAbort)
    request.on('error', (error) =>
      fail(failure('fetch_failed', url.href, errorMessage(error), error)),
    )
    request.on('response', (response) => {
      readBody(response, url.href).then(
        (body) => settle(() => resolve(body)),
        (reason: unknown) => {
          const known = reason instanceof SallyportError
          fail(known ? reason : failure('fetch_failed', url.href, errorMessage(reason), reason))
        },
      )
    })
    if (signal.aborted) onAbort()
    else request.end()
  })
}

function open(url: URL, { caPem, lookup }: FetchOptions): http.ClientRequest {
  // A connection of its own: at one fetch in ten minutes there is nothing to keep alive.
  const options = {
    agent: false,
    headers: { accept: 'application/json', 'user-agent': 'sallyport' },
    ...(lookup === undefined ? {} : { lookup }),
  } as const
  if (url.protocol === 'http:') return http.request(url, options)
  const tls = {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(caPem === null ? {} : { ca: caPem }),
  } as const
  return https.request(url, { ...options, ...tls })
}

async function readBody(response: http.IncomingMessage, url: string): Promise<Buffer> {
  const { statusCode = 0, headers } = response
  if (statusCode !== 200) throw failure('fetch_status', url, `the answer has status ${statusCode}`)
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw failure('fetch_not_json', url, 'the answer is compressed although that was not asked for')
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_DOCUMENT_BYTES) {
      throw failure('fetch_too_large', url, `the answer is larger than ${MAX_DOCUMENT_BYTES} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function failure(code: FetchErrorCode, url: string, what: string, cause?: unknown): SallyportError {
  return new SallyportError(code, `${url}: ${what}`, { cause })
}
