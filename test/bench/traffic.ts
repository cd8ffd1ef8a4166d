// What is sent to a proxy and what must come back.

import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Materials } from './materials.ts'
import type { Scenario } from './scenarios.ts'

/** Where a proxy listens on this machine and the requests it gets, one after another, for ever. */
export interface Target {
  readonly port: number
  /** The CA of its certificate; null: cleartext. */
  readonly caPem: string | null
  /** One or more sets of request headers. */
  readonly headerSets: readonly HeaderSet[]
  /** `access-control-allow-origin` every answer must carry; null: none is asked for. */
  readonly allowOrigin: string | null
}

export type HeaderSet = Readonly<Record<string, string>>

/** The upstream's answer: 110 bytes of JSON. */
export const ANSWER = JSON.stringify({
  id: 7,
  state: 'shipped',
  total: '249.90',
  currency: 'EUR',
  items: [11, 12, 13],
  note: 'left with the neighbour',
}).padEnd(110)

export const PATH = '/orders/7?expand=items'
const PROBE_TIMEOUT_MS = 5000

export function createTarget(port: number, scenario: Scenario, materials: Materials): Target {
  const host = `localhost:${port}`
  const plain = { host, 'user-agent': 'sallyport-bench', accept: 'application/json' }
  const guarded = materials.tokens.slice(0, scenario.tokens).map((token) => ({
    ...plain,
    origin: materials.origin,
    authorization: `Bearer ${token}`,
  }))
  return {
    port,
    caPem: scenario.tls ? materials.caPem : null,
    headerSets: scenario.tokens === 0 ? [plain] : guarded,
    allowOrigin: scenario.tokens === 0 ? null : materials.origin,
  }
}

/** One HTTP/1.1 GET, as bytes on the wire. */
export function requestText(headers: HeaderSet): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${PATH} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** Sends one request of the target's kind and compares the answer; null: all is right, else what is wrong. */
export async function probe(target: Target): Promise<string | null> {
  try {
    const { response, body } = await ask(target, target.headerSets[0]!)
    if (response.statusCode !== 200) return `status ${response.statusCode}: ${body.slice(0, 200)}`
    if (body !== ANSWER) return `unexpected body: ${body.slice(0, 200)}`
    const allowed = response.headers['access-control-allow-origin'] ?? null
    return allowed === target.allowOrigin ? null : `unexpected allowed origin: ${allowed}`
  } catch (error) {
    return String(error)
  }
}

/** Makes sure that a proxy which is to check tokens does check them; null: it does, or need not. */
export async function probeRefusals(target: Target): Promise<string | null> {
  const { authorization, ...others } = target.headerSets[0]!
  if (authorization === undefined) return null
  // The last character of a signature may hold unused bits: change one before it.
  const flipped = authorization.at(-9) === 'A' ? 'B' : 'A'
  const forged = authorization.slice(0, -9) + flipped + authorization.slice(-8)
  for (const headers of [others, { ...others, authorization: forged }]) {
    const { response } = await ask(target, headers)
    if (response.statusCode !== 401) return `bad token answered with ${response.statusCode}`
  }
  return null
}

function ask(
  target: Target,
  headers: HeaderSet,
): Promise<{ response: IncomingMessage; body: string }> {
  const common = {
    host: '127.0.0.1',
    port: target.port,
    path: PATH,
    headers,
    agent: false,
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
  } as const
  return new Promise((resolve, reject) => {
    const request = target.caPem
      ? httpsRequest({ ...common, ca: target.caPem, servername: 'localhost' })
      : httpRequest(common)
    request.on('error', reject).on('response', (response) => {
      let body = ''
      response.setEncoding('utf8').on('error', reject)
      response.on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ response, body }))
    })
    request.end()
  })
}
