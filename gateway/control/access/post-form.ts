// Sends one form to an identity provider and reads the JSON of its answer, with a bound on everything it can do.

import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { FETCH_TIMEOUT_MS, isTrustworthyUrl, MAX_DOCUMENT_BYTES } from '../../auth/fetch-json.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage, SallyportError } from '../../../sidecar/runtime/errors.ts'

export interface FormPost {
  readonly url: string
  readonly form: Readonly<Record<string, string>>
  /** Value of the authorization field, or null. */
  readonly authorization: string | null
  /** Trusted CAs (PEM), or null for the system's. */
  readonly caPem: string | null
}

/** Status and parsed body; null where it is not JSON. Rejects with `post_failed`. */
export type PostForm = (
  post: FormPost,
) => Promise<{ readonly status: number; readonly value: unknown }>

/** TLS is always verified, redirects are not followed, and all of it is over after 5 s and 512 KiB. */
export function createPostForm(clock: Pick<Clock, 'after'>): PostForm {
  return async (post) => {
    const url = new URL(post.url)
    if (!isTrustworthyUrl(url)) throw failure(url, 'neither https nor loopback')
    const aborting = new AbortController()
    const cancel = clock.after(FETCH_TIMEOUT_MS, () => aborting.abort())
    try {
      const response = await send(url, post, aborting.signal)
      return { status: response.statusCode ?? 0, value: parsed(await collect(response, url)) }
    } catch (error) {
      throw error instanceof SallyportError ? error : failure(url, errorMessage(error), error)
    } finally {
      cancel()
    }
  }
}

function send(
  url: URL,
  { form, authorization, caPem }: FormPost,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = new URLSearchParams(form).toString()
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'sallyport',
    ...(authorization === null ? {} : { authorization }),
  }
  const options = { method: 'POST', agent: false, headers, signal } as const
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

async function collect(response: IncomingMessage, url: URL): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_DOCUMENT_BYTES) throw failure(url, 'the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function failure(url: URL, what: string, cause?: unknown): SallyportError {
  return new SallyportError('post_failed', `${url.origin}: ${what}`, { cause })
}
