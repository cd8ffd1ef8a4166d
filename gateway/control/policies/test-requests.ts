// Test requests of operators: read as the edge would read them, kept from being anything but that, and matched with what was recorded.

import type { ListenerPlan, Plan } from '../../config/plan.ts'
import { decideArrival } from '../../decide/edge.ts'
import type { RecentRequest } from '../../decide/explain-record.ts'
import { readDescribed } from '../../decide/explain-request.ts'
import type { RequestFacts } from '../../../sidecar/forward/facts.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { LOGIN_COOKIE, SESSION_COOKIE } from '../access/cookies.ts'
import { ApiError, TooManyRequests } from '../admin/api-error.ts'
import { sendTestRequest, type TestOutcome } from './test-request.ts'

export interface TestQuestion {
  readonly url: string
  readonly method?: string
  readonly headers?: readonly { readonly name: string; readonly value: string }[]
  readonly listener?: string
}

export interface TestResult {
  readonly outcome: TestOutcome
  readonly listener: string
  /** Where it was sent: an address of this node. */
  readonly address: string
  /** The route that took it; null: none. */
  readonly route: string | null
  /** What the data plane wrote down of it; null: not kept, or not yet. */
  readonly recorded: {
    readonly reason: string
    readonly service: string | null
    readonly durationMs: number
  } | null
}

export interface TestRequestsOptions {
  readonly plan: () => Plan
  /** Where a listener is bound; undefined: it is not. */
  readonly port: (listener: string) => number | undefined
  readonly recent: (id: string) => Promise<RecentRequest | null>
  readonly clock: Clock
}

/** At the same time, all operators together. */
const MAX_RUNNING = 8
const RECORD_TRIES = 4
const RECORD_WAIT_MS = 60
const MAX_HEADER_BYTES = 8192
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** They belong to the connection, or to whoever frames the request. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** Credentials of this console's own API. */
const OWN_CREDENTIAL = new RegExp(`\\bsap_[0-9a-f]{12}_|${LOGIN_COOKIE}|${SESSION_COOKIE}`, 'i')

export class TestRequests {
  readonly #options: TestRequestsOptions
  #running = 0

  constructor(options: TestRequestsOptions) {
    this.#options = options
  }

  /** The route that would take it, for whoever may act on some routes only; null: none. Throws ApiError `invalid`. */
  routeOf(question: TestQuestion): string | null {
    const { facts, listener } = this.#read(question)
    return this.#routeFor(facts, listener)
  }

  /** Throws ApiError `invalid`, `not_available`, `too_many_requests`. */
  async send(question: TestQuestion): Promise<TestResult> {
    checkHeaders(question.headers ?? [])
    const { facts, listener } = this.#read(question)
    const port = this.#options.port(listener.name)
    if (port === undefined) {
      throw new ApiError('not_available', `the listener \`${listener.name}\` is not bound yet`)
    }
    if (this.#running >= MAX_RUNNING) {
      throw new TooManyRequests(`${MAX_RUNNING} test requests are under way`, 5)
    }
    this.#running += 1
    try {
      const outcome = await this.#sent(question, facts, listener, port)
      const id = outcome.kind === 'answered' ? outcome.requestId : null
      const record = id === null ? null : await this.#recorded(id)
      return {
        outcome,
        listener: listener.name,
        address: `${listener.host}:${port}`,
        route: record === null ? this.#routeFor(facts, listener) : record.outcome.route,
        recorded: record === null ? null : recordedOf(record),
      }
    } finally {
      this.#running -= 1
    }
  }

  #sent(
    { method = 'GET', headers = [] }: TestQuestion,
    { host, port: named, path, query }: RequestFacts,
    listener: ListenerPlan,
    port: number,
  ): Promise<TestOutcome> {
    const target = query === '' ? path : `${path}?${query}`
    const authority = named === null ? host : `${host}:${named}`
    const test = { listener, port, method, host: authority, target, headers }
    return sendTestRequest(test, this.#options.clock)
  }

  #read(question: TestQuestion): { facts: RequestFacts; listener: ListenerPlan } {
    const plan = this.#options.plan()
    const headers = (question.headers ?? []).map(({ name, value }) => [name, value] as const)
    const read = readDescribed({ ...question, headers }, plan, this.#options.clock)
    if (read.kind === 'invalid') throw invalid('/url', read.message, 'write `https://host/path`')
    if (read.kind === 'refused') {
      const message = `the gateway reads no such request (${read.reason}): it never gets to a route`
      throw invalid('/url', message, 'Explain says more about it')
    }
    const listener = plan.listeners.find(({ name }) => name === read.listener)!
    return { facts: read.facts, listener }
  }

  #routeFor(facts: RequestFacts, listener: ListenerPlan): string | null {
    const table = this.#options.plan().tables.get(listener.name)
    return table === undefined ? null : (decideArrival(facts, table).route?.name ?? null)
  }

  /** Workers write it down when the exchange ends, which may be a moment after the answer. */
  async #recorded(id: string): Promise<RecentRequest | null> {
    for (let left = RECORD_TRIES; left > 0; left--) {
      const found = await this.#options.recent(id)
      if (found !== null) return found
      await new Promise<void>((resolve) => {
        this.#options.clock.after(RECORD_WAIT_MS, resolve)
      })
    }
    return null
  }
}

function recordedOf({ outcome: { reason, service, durationMs } }: RecentRequest) {
  return { reason, service, durationMs }
}

function checkHeaders(headers: readonly { readonly name: string; readonly value: string }[]): void {
  let bytes = 0
  const seen = new Set<string>()
  for (const [index, { name, value }] of headers.entries()) {
    const at = `/headers/${index}`
    const lower = name.toLowerCase()
    bytes += name.length + value.length
    if (!TOKEN.test(name)) throw invalid(at, `\`${name}\` is no header name`, 'write `x-name`')
    if (!VALUE.test(value)) {
      throw invalid(at, `the value of ${name} holds a character no field may`, 'remove it')
    }
    if (FRAMING.has(lower) || lower.startsWith('proxy-')) {
      throw invalid(at, `${name} is not a test request’s to say`, 'leave it out')
    }
    if (OWN_CREDENTIAL.test(value)) {
      const hint = 'use a token of an issuer of the configuration'
      throw invalid(
        at,
        `${name} carries a credential of this console, which no service may see`,
        hint,
      )
    }
    if (seen.has(lower)) throw invalid(at, `${name} stands there twice`, 'write it once')
    seen.add(lower)
  }
  if (bytes > MAX_HEADER_BYTES) {
    throw invalid('/headers', 'the header fields are larger than 8 KiB', 'write less')
  }
}

function invalid(pointer: string, message: string, hint: string): ApiError {
  return new ApiError('invalid', message, [{ pointer, detail: message, hint }])
}
