// One request to a certificate authority, with a bound on everything the other side can do.

import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isTrustworthyUrl, MAX_DOCUMENT_BYTES } from '../../../auth/fetch-json.ts'
import type { Clock } from '../../../../sidecar/runtime/clock.ts'
import { errorMessage, SallyportError } from '../../../../sidecar/runtime/errors.ts'

/** From the call until the last byte: authorities take seconds to sign. */
const ANSWER_MS = 15_000

export interface AcmeQuestion {
  readonly url: string
  readonly method: 'GET' | 'HEAD' | 'POST'
  /** JSON; '' where there is none. */
  readonly body: string
  /** Trusted CAs (PEM), or null for the system's. */
  readonly caPem: string | null
}

export interface AcmeReply {
  readonly status: number
  /** First value of each field, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Rejects with SallyportError `acme_unreachable`. */
export type AskAuthority = (question: AcmeQuestion) => Promise<AcmeReply>

/** TLS is always verified, redirects are not followed, and all of it is over after 15 s and 512 KiB. */
export function createAskAuthority(clock: Pick<Clock, 'after'>): AskAuthority {
  return async (question) => {
    const url = URL.parse(question.url)
    if (url === null || !isTrustworthyUrl(url)) {
      throw failure(question.url, 'neither https nor loopback')
    }
    const aborting = new AbortController()
    const late = new Error(`no complete answer within ${ANSWER_MS / 1000} s`)
    const cancel = clock.after(ANSWER_MS, () => aborting.abort(late))
    try {
      const response = await send(url, question, aborting.signal)
      const text = await collect(response)
      return { status: response.statusCode ?? 0, headers: headersOf(response), text }
    } catch (error) {
      const cause: unknown = aborting.signal.aborted ? late : error
      throw failure(url.origin, errorMessage(cause), cause)
    } finally {
      cancel()
    }
  }
}

function send(
  url: URL,
  { method, body, caPem }: AcmeQuestion,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const headers = {
    accept: 'application/json, application/pem-certificate-chain',
    'user-agent': 'sallyport',
    ...(method === 'POST' && {
      'content-type': 'application/jose+json',
      'content-length': String(Buffer.byteLength(body)),
    }),
  }
  const options = { method, agent: false, headers, signal } as const
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

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : (value[0] ?? '')]],
    ),
  )
}

function failure(where: string, what: string, cause?: unknown): SallyportError {
  return new SallyportError('acme_unreachable', `${where}: ${what}`, { cause })
}
