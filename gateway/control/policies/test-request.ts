// One real request to a listener of this very node, for whoever has set up a route and wants to see it work.

import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { checkServerIdentity } from 'node:tls'
import type { ListenerPlan } from '../../config/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import { readablePart } from './readable-part.ts'

export interface TestTarget {
  readonly listener: ListenerPlan
  /** Where it is bound; its configured port may be 0. */
  readonly port: number
  readonly method: string
  /** With its port where the URL named one. */
  readonly host: string
  /** Path and query. */
  readonly target: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

export type TestOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** Until the head of the answer. */
      readonly latencyMs: number
      readonly requestId: string | null
      readonly headers: readonly { readonly name: string; readonly value: string }[]
      readonly body: BodyPart
      /** The certificate does not carry the host's name: clients would refuse it. null: it does, or there is no TLS. */
      readonly nameFault: string | null
    }
  /** No answer: TLS, a connection that ended, the time. */
  | { readonly kind: 'failed'; readonly reason: string; readonly detail: string }

export interface BodyPart {
  /** The first 4 KiB of a text; null: it is none, or cannot be read as one. */
  readonly text: string | null
  readonly isCut: boolean
}

/** From the first byte to the last that is read. */
export const TEST_MS = 10_000
export const MAX_SHOWN_BYTES = 4096

/** What tells about the answer without being of somebody: no cookies. */
const SHOWN =
  /^(?:content-(?:type|length|encoding)|location|cache-control|vary|allow|retry-after|www-authenticate|x-request-id|access-control-.*|ratelimit.*)$/

/** Never rejects. The address is the listener's own, whatever the host says. */
export function sendTestRequest(test: TestTarget, clock: Clock): Promise<TestOutcome> {
  const { listener } = test
  let nameFault: string | null = null
  const options: RequestOptions = {
    host: dialled(listener.host),
    port: test.port,
    method: test.method,
    path: test.target,
    agent: false,
    setHost: false,
    headers: headersOf(test),
    maxHeaderSize: 32 * 1024,
  }
  const startMs = clock.monotonicMs()
  return new Promise((resolve) => {
    const request =
      listener.tls === null
        ? httpRequest(options)
        : httpsRequest({
            ...options,
            // Trusted is what this listener serves and nothing else: no name leads here, so no other certificate may answer.
            ca: listener.tls.certificates.map(({ certPem }) => certPem),
            allowPartialTrustChain: true,
            rejectUnauthorized: true,
            servername: serverName(test.host),
            checkServerIdentity: (_name, certificate) => {
              nameFault = checkServerIdentity(bareHost(test.host), certificate)?.message ?? null
              return undefined
            },
          })
    const finish = (outcome: TestOutcome): void => {
      cancel()
      request.destroy()
      resolve(outcome)
    }
    const fail = (reason: string, detail: string): void =>
      finish({ kind: 'failed', reason, detail })
    const cancel = clock.after(TEST_MS, () =>
      fail('timeout', `no whole answer within ${TEST_MS / 1000} s`),
    )
    request.on('error', (error) => fail(errorCode(error) ?? 'failed', errorMessage(error)))
    request.on('response', (response) => {
      const latencyMs = Math.round((clock.monotonicMs() - startMs) * 10) / 10
      readStart(response).then(
        (body) => finish({ kind: 'answered', latencyMs, ...told(response), body, nameFault }),
        (error: unknown) => fail('broken', errorMessage(error)),
      )
    })
    request.on('upgrade', (_response, socket) => {
      socket.destroy()
      fail('upgraded', 'the answer switched protocols')
    })
    request.end()
  })
}

function headersOf({ host, headers }: TestTarget): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {
    host,
    'user-agent': 'sallyport-test',
    accept: '*/*',
    'accept-encoding': 'identity',
    connection: 'close',
  }
  for (const { name, value } of headers) fields[name.toLowerCase()] = value
  return fields
}

/** Every address is heard at the loopback one. */
function dialled(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

function bareHost(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

/** '' for an address, which no SNI may carry (RFC 6066 section 3). */
function serverName(host: string): string {
  const bare = bareHost(host)
  return bare.includes(':') || /^[\d.]+$/.test(bare) ? '' : bare
}

function told({ statusCode = 0, headers }: IncomingMessage) {
  const shown = Object.entries(headers)
    .filter(([name]) => SHOWN.test(name))
    .map(([name, value]) => ({ name, value: String(value).slice(0, 1000) }))
  const id = headers['x-request-id']
  return {
    status: statusCode,
    requestId: typeof id === 'string' ? id : null,
    headers: shown,
  }
}

/** No more than what is shown is ever read. */
async function readStart(response: IncomingMessage): Promise<BodyPart> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MAX_SHOWN_BYTES) break
  }
  const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = response.headers
  const isCut = bytes > MAX_SHOWN_BYTES
  const start = Buffer.concat(chunks).subarray(0, MAX_SHOWN_BYTES)
  return { text: coding === 'identity' ? readablePart(start, type, isCut) : null, isCut }
}
