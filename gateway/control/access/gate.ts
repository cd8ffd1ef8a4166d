// Who is asking the admin API over the network: by API token, or by the cookie of a session that proves it is its own page.

import type { FastifyRequest } from 'fastify'
import { ApiError } from '../admin/api-error.ts'
import type { Caller } from '../admin/app.ts'
import { ANYONE, type Role } from '../admin/operation.ts'
import type { Accounts } from './accounts.ts'
import type { Session, Sessions } from './sessions.ts'

/** The prefix makes browsers refuse it without TLS, for other paths, and from other hosts of the domain. */
export const SESSION_COOKIE = '__Host-sallyport'
const READING = new Set(['GET', 'HEAD'])

export interface GateOptions {
  readonly accounts: Pick<Accounts, 'tokenOf'>
  readonly sessions: Pick<Sessions, 'use'>
  /** Lower-case host names under which the console may be reached (a page of another name is an attack by DNS). */
  readonly isHost: (host: string) => boolean
}

const NOBODY: Caller = { principal: ANYONE, sessionId: null }

/** Throws ApiError. A bearer token is asked first and alone: then cookies count for nothing. */
export async function callerOf(
  request: FastifyRequest,
  isOpen: boolean,
  { accounts, sessions, isHost }: GateOptions,
): Promise<Caller> {
  const { authorization, host = '' } = request.headers
  if (!isHost(host.replace(/:\d+$/, '').toLowerCase())) {
    throw new ApiError('host_not_allowed', 'the console is not served under this name')
  }
  if (authorization !== undefined) {
    const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
    const token = text === undefined ? null : await accounts.tokenOf(text)
    if (token === null) throw new ApiError('not_signed_in', 'the API token is not valid')
    return caller('token', token.owner, token.role, token.name, null)
  }
  const isReading = READING.has(request.method)
  if (!isReading) refuseOtherSites(request)
  const id = cookieOf(request.headers.cookie)
  const session = id === null ? null : sessions.use(id)
  if (id === null || session === null) return NOBODY
  if (!isReading && !isOpen) checkCsrf(request, session)
  return caller('user', session.user, session.role, '', id)
}

function caller(
  kind: 'user' | 'token',
  name: string,
  role: Role,
  token: string,
  sessionId: string | null,
): Caller {
  return { principal: { kind, name, role, token }, sessionId }
}

/** A browser says where a request comes from; a page of another origin changes nothing here. */
function refuseOtherSites({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  const { origin, host } = headers
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== `https://${host}`)
  if (isForeign) throw new ApiError('cross_site', 'changes come from the console itself only')
}

function checkCsrf({ headers }: FastifyRequest, { csrfToken }: Session): void {
  if (headers['x-csrf-token'] === csrfToken) return
  throw new ApiError('cross_site', 'send the session’s token in x-csrf-token')
}

function cookieOf(header: string | undefined): string | null {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    if (part.slice(0, at).trim() === SESSION_COOKIE) return part.slice(at + 1).trim()
  }
  return null
}
