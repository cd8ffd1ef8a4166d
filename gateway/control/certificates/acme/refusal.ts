// Why an authority refuses, in its own sentence (RFC 8555 section 6.7).

import { SallyportError } from '../../../../sidecar/runtime/errors.ts'

const PREFIX = 'urn:ietf:params:acme:error:'
/** More is cut: nobody reads it, and it is kept. */
const MAX_SENTENCE = 500
const MAX_SUBPROBLEMS = 5
const DAY_MS = 86_400_000

/** `code`: `acme_` and the authority's word, `acme_rateLimited`; `acme_status` where it has none. */
export class AuthorityRefusal extends SallyportError {
  /** What it asks to be left alone for; 0 where it does not say. */
  readonly retryAfterMs: number

  constructor(code: string, message: string, retryAfterMs = 0) {
    super(code, message)
    this.retryAfterMs = retryAfterMs
  }
}

/** From a problem document, or whatever came in its place. */
export function refusalOf(
  status: number,
  value: unknown,
  retryAfter: string | undefined,
  nowMs: number,
): AuthorityRefusal {
  const word = wordOf(value)
  const sentence = sentenceOf(value)
  const message = sentence === '' ? `the authority answered with status ${status}` : sentence
  return new AuthorityRefusal(`acme_${word}`, message, retryAfterMs(retryAfter, nowMs))
}

/** The authority's words for what is wrong, host by host; '' where it says nothing. */
export function sentenceOf(value: unknown): string {
  const { detail, subproblems } = record(value)
  const parts = Array.isArray(subproblems) ? subproblems.slice(0, MAX_SUBPROBLEMS) : []
  const told = parts.map((part) => {
    const { detail: own, identifier } = record(part)
    return `${text(record(identifier)['value'])}: ${text(own)}`
  })
  return [text(detail), ...told]
    .filter((part) => part !== '')
    .join('; ')
    .slice(0, MAX_SENTENCE)
}

/** RFC 9110 section 10.2.3, at most a day; 0 where it cannot be read. */
export function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs
  return Number.isNaN(seconds) ? 0 : Math.min(DAY_MS, Math.max(0, seconds))
}

function wordOf(value: unknown): string {
  const type = text(record(value)['type'])
  const word = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : ''
  return /^[A-Za-z]{1,40}$/.test(word) ? word : 'status'
}

/** Without control characters: it is shown to people and stands in logs. */
function text(value: unknown): string {
  // oxlint-disable-next-line no-control-regex
  return typeof value === 'string' ? value.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim() : ''
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
