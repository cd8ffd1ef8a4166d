// The one way to the admin API: JSON in and out, the session's cookie and CSRF token, and every failure a Refusal.

import { currentLanguage } from '../language/current-language.ts'
import type { ProblemBody } from './contract.ts'
import { asRefusal, Refusal } from './refusal.ts'

/** An answer that takes longer has been lost: an apply waits 30 s for the nodes at most. */
const LONGEST_MS = 45_000

let csrfToken = ''
let onSessionEnd = (): void => {}
let remedy = (_refusal: Refusal): Promise<boolean> => Promise.resolve(false)

/** Goes with every change from now on; '' for nobody. */
export function useCsrfToken(token: string): void {
  csrfToken = token
}

/** Called when the server knows our session no longer. */
export function whenSessionEnds(listener: () => void): void {
  onSessionEnd = listener
}

/** Asked about each refusal: whether something was done by which the same call may go through now. */
export function whenRefused(found: (refusal: Refusal) => Promise<boolean>): void {
  remedy = found
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface CallOptions {
  readonly body?: unknown
  /** Checksum of what was seen, for changes of the configuration. */
  readonly ifMatch?: string
  /** A refusal that means nobody is signed in is expected here. */
  readonly isSigningIn?: boolean
}

/** Throws Refusal. */
export async function call<Answer>(
  method: Method,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  try {
    return await callOnce(method, path, options)
  } catch (error) {
    const isRemedied = options.isSigningIn !== true && (await remedy(asRefusal(error)))
    if (!isRemedied) throw error
    return callOnce(method, path, options)
  }
}

async function callOnce<Answer>(
  method: Method,
  path: string,
  { body, ifMatch, isSigningIn = false }: CallOptions,
): Promise<Answer> {
  const headers = new Headers({
    accept: 'application/json',
    'accept-language': currentLanguage(),
  })
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (method !== 'GET' && csrfToken !== '') headers.set('x-csrf-token', csrfToken)
  if (ifMatch !== undefined) headers.set('if-match', `"${ifMatch}"`)
  const send = (): Promise<Response> =>
    fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'same-origin',
      signal: AbortSignal.timeout(LONGEST_MS),
    })
  // Reading once more does no harm: a connection that broke is not yet a gateway that is away.
  const response = await (method === 'GET' ? send().catch(send) : send()).catch(
    (error: unknown) => {
      throw new Refusal(0, { code: 'unreachable', detail: String(error) })
    },
  )
  const answer = await readJson(response)
  if (response.ok) return answer as Answer
  if (response.status === 401 && !isSigningIn) onSessionEnd()
  throw new Refusal(response.status, answer as Partial<ProblemBody>, retryAfter(response))
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown)
  } catch {
    const detail = `${response.status} ${response.statusText}`
    throw new Refusal(response.status, { code: 'not_understood', detail })
  }
}

function retryAfter({ headers }: Response): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds : null
}
