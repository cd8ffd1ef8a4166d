// What a browser makes of CORS answers, step by step as the Fetch standard has it (sections 4.8 to 4.10, CORS protocol).

import type { CorsAnswer, CorsField } from './cors-answers.ts'

/** A call of a script in a page. */
export interface ScriptCall {
  /** Of the page, as browsers serialise it. */
  readonly origin: string
  readonly method: string
  /** Lower-case names; `value` null: not said. */
  readonly headers: readonly { readonly name: string; readonly value: string | null }[]
  /** `credentials: 'include'`: cookies and the like go along. */
  readonly credentials: boolean
}

export type Outcome =
  /** The script gets the answer. */
  | 'readable'
  /** The request reaches the gateway, and its answer is kept from the script. */
  | 'unreadable'
  /** The preflight fails: the request itself is never sent. */
  | 'blocked'
  /** No script may send such a request. */
  | 'not_sendable'

export interface BrowserVerdict {
  readonly outcome: Outcome
  /** Stable word. */
  readonly reason: string
  /** One sentence with the values that were compared. */
  readonly detail: string
  /** Fields of the answer that the script may read, besides the safelisted ones. */
  readonly exposed: readonly string[]
}

type Fault = Pick<BrowserVerdict, 'reason' | 'detail'>

const NORMALIZED = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']
const SAFE_METHODS = ['GET', 'HEAD', 'POST']
const FORBIDDEN_METHODS = ['CONNECT', 'TRACE', 'TRACK']
const SAFE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']
const SAFE_HEADERS = ['accept', 'accept-language', 'content-language']
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set([
  'accept-charset',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'connection',
  'content-length',
  'cookie',
  'cookie2',
  'date',
  'dnt',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'referer',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
])

/** As `fetch` spells it: a lower-case `patch` stays one, which surprises many. */
export function sentMethod(method: string): string {
  const upper = method.toUpperCase()
  return NORMALIZED.includes(upper) ? upper : method
}

/** Names that `fetch` drops without a word. */
export function droppedHeaders({ headers }: ScriptCall): readonly string[] {
  return headers.map(({ name }) => name).filter(isForbidden)
}

/** What a preflight asks for; null: none is sent. */
export function preflightOf(call: ScriptCall): { method: string; headers: string | null } | null {
  const unsafe = unsafeNames(call)
  const method = sentMethod(call.method)
  if (SAFE_METHODS.includes(method) && unsafe.length === 0) return null
  return { method, headers: unsafe.length === 0 ? null : unsafe.join(',') }
}

/** `preflight` null: none was needed. */
export function judge(
  call: ScriptCall,
  preflight: CorsAnswer | null,
  actual: CorsAnswer,
): BrowserVerdict {
  const method = sentMethod(call.method)
  if (FORBIDDEN_METHODS.includes(method.toUpperCase())) {
    const detail = `no page may send ${method}`
    return { outcome: 'not_sendable', reason: 'forbidden_method', detail, exposed: [] }
  }
  const refused = preflight === null ? null : preflightFault(call, preflight)
  if (refused !== null) return { outcome: 'blocked', ...refused, exposed: [] }
  const hidden = corsCheck(call, actual.headers)
  if (hidden !== null) return { outcome: 'unreadable', ...hidden, exposed: [] }
  const detail = `${call.origin} may read the answer`
  return { outcome: 'readable', reason: 'ok', detail, exposed: exposedBy(call, actual.headers) }
}

function preflightFault(call: ScriptCall, { status, headers }: CorsAnswer): Fault | null {
  const hidden = corsCheck(call, headers)
  if (hidden !== null) return hidden
  if (status === null || status < 200 || status > 299) {
    return { reason: 'preflight_status', detail: `the preflight is answered ${status}, not 2xx` }
  }
  const method = sentMethod(call.method)
  const methods = listed(headers, 'access-control-allow-methods')
  const isAny = !call.credentials && methods.includes('*')
  if (!methods.includes(method) && !SAFE_METHODS.includes(method) && !isAny) {
    const detail = `${method} is not among Access-Control-Allow-Methods: ${methods.join(', ') || '(none)'}`
    return { reason: 'method_not_allowed', detail }
  }
  const allowed = listed(headers, 'access-control-allow-headers').map((name) => name.toLowerCase())
  const anyHeader = !call.credentials && allowed.includes('*')
  const missing = unsafeNames(call).find((name) => {
    if (allowed.includes(name)) return false
    return !anyHeader || name === 'authorization'
  })
  if (missing === undefined) return null
  const detail = `${missing} is not among Access-Control-Allow-Headers: ${allowed.join(', ') || '(none)'}`
  return { reason: 'header_not_allowed', detail }
}

/** The standard's "CORS check" of one answer; null: passed. */
function corsCheck(
  { origin, credentials }: ScriptCall,
  headers: readonly CorsField[],
): Fault | null {
  const allowed = valueOf(headers, 'access-control-allow-origin')
  if (allowed === null) {
    const detail = `there is no Access-Control-Allow-Origin for ${origin}`
    return { reason: 'origin_not_allowed', detail }
  }
  if (!credentials && allowed === '*') return null
  if (allowed === '*') {
    const detail = 'Access-Control-Allow-Origin is `*`, which counts for nothing with credentials'
    return { reason: 'any_origin_with_credentials', detail }
  }
  if (allowed !== origin) {
    const detail = `Access-Control-Allow-Origin is ${allowed}, not ${origin}`
    return { reason: 'origin_differs', detail }
  }
  if (!credentials || valueOf(headers, 'access-control-allow-credentials') === 'true') return null
  const detail = 'Access-Control-Allow-Credentials is not `true`, and the script sends credentials'
  return { reason: 'credentials_not_allowed', detail }
}

/** CORS-unsafe request-header names, as a preflight lists them: lower case, in order, each once. */
function unsafeNames({ headers }: ScriptCall): readonly string[] {
  const names = headers
    .filter(({ name, value }) => !isForbidden(name) && !isSafe(name, value))
    .map(({ name }) => name)
  return [...new Set(names)].toSorted()
}

function isForbidden(name: string): boolean {
  return FORBIDDEN_HEADERS.has(name) || name.startsWith('sec-') || name.startsWith('proxy-')
}

function isSafe(name: string, value: string | null): boolean {
  if (SAFE_HEADERS.includes(name)) return true
  if (name !== 'content-type' || value === null) return false
  return SAFE_TYPES.includes(value.split(';', 1)[0]!.trim().toLowerCase())
}

function exposedBy({ credentials }: ScriptCall, headers: readonly CorsField[]): readonly string[] {
  const names = listed(headers, 'access-control-expose-headers')
  return credentials ? names.filter((name) => name !== '*') : names
}

function listed(headers: readonly CorsField[], name: string): readonly string[] {
  return (valueOf(headers, name) ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function valueOf(headers: readonly CorsField[], name: string): string | null {
  return headers.find((field) => field.name === name)?.value ?? null
}
