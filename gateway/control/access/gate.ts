// Who is asking the admin API over the network: by API token, or by the cookie of a session that proves it is its own page.

import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Caller } from '../admin/app.ts'
import { ANYONE, isChanging, type Operation } from '../admin/operation.ts'
import type { Accounts } from './accounts.ts'
import { cookieNamed, SESSION_COOKIE } from './cookies.ts'
import { confirmed } from './second-factors.ts'
import { csrfTokenOf, FEDERATED, isStale, type Sessions } from './sessions.ts'

const READING = new Set(['GET', 'HEAD'])

export interface GateOptions {
  readonly accounts: Pick<Accounts, 'tokenOf' | 'user' | 'isAway'>
  readonly sessions: Pick<Sessions, 'use' | 'end'>
  /** Of the identity provider that is in the configuration now; '' where there is none. */
  readonly provider: string
  /** Whether everybody who signs in with a password here needs a second factor. */
  readonly isFactorRequired: boolean
  readonly clock: Pick<Clock, 'wallMs'>
}

const NOBODY: Caller = { principal: ANYONE, sessionId: null }

/** Throws ApiError where the name it was asked under is none of `hosts` (lower case). */
export function checkHost({ headers }: FastifyRequest, hosts: readonly string[]): void {
  const name = (headers.host ?? '').replace(/:\d{1,5}$/, '').toLowerCase()
  if (hosts.includes(name)) return
  throw new ApiError('host_not_allowed', 'the console is not served under this name')
}

/**
 * Throws ApiError. A bearer token is asked first and alone: then cookies count for nothing. What is open to anyone looks
 * at no token, and refuses other sites' changes all the same: nobody shall be signed in without knowing.
 */
export async function callerOf(
  request: FastifyRequest,
  isOpen: boolean,
  options: GateOptions,
): Promise<Caller> {
  const caller = await known(request, isOpen, options)
  const { operation } = request.routeOptions.config as { operation?: Operation }
  const isChange = operation !== undefined && isChanging(operation)
  if (caller !== NOBODY && isChange && options.accounts.isAway) throw away()
  return caller
}

async function known(
  request: FastifyRequest,
  isOpen: boolean,
  options: GateOptions,
): Promise<Caller> {
  const { authorization, cookie } = request.headers
  if (authorization !== undefined) {
    return isOpen ? NOBODY : tokenCaller(authorization, options.accounts)
  }
  const isReading = READING.has(request.method)
  const origin = originOf(request)
  if (!isReading && origin === 'foreign') throw foreign()
  const id = cookieNamed(cookie ?? '', SESSION_COOKIE)
  // A page of another site that asks for something here does so as nobody.
  const owner = id === null || origin === 'foreign' ? null : await ownerOf(id, options)
  if (id === null || owner === null) return NOBODY
  if (!isReading && !isOpen) {
    if (origin !== 'own') throw foreign()
    checkCsrf(request, id)
  }
  return { ...owner, sessionId: id }
}

async function tokenCaller(
  authorization: string,
  accounts: GateOptions['accounts'],
): Promise<Caller> {
  const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  const token = text === undefined ? null : await accounts.tokenOf(text)
  if (token === null) throw new ApiError('not_signed_in', 'the API token is not valid')
  const { owner, role, id, scope } = token
  const isFederated = owner.startsWith(FEDERATED)
  return {
    principal: { kind: 'token', name: owner, role, token: id, scope, isFederated },
    sessionId: null,
  }
}

/**
 * The account decides, on whatever node it was changed: a session of before such a change is over, and so is one of an
 * identity provider that is not this one any more, or gives other roles.
 */
async function ownerOf(
  id: string,
  { accounts, sessions, provider, isFactorRequired, clock }: GateOptions,
): Promise<Omit<Caller, 'sessionId'> | null> {
  const session = await sessions.use(id)
  if (session === null) return null
  const { name, generation } = session
  const common = { kind: 'user', name, token: '' } as const
  const stale = isStale(session, clock.wallMs())
  if (generation === null && session.provider === provider) {
    const principal = { ...common, role: session.role, scope: [], isFederated: true }
    return { principal, isStale: stale }
  }
  const account = generation === null ? null : await accounts.user(name)
  if (account !== null && account.generation === generation) {
    const { role, scope } = account
    const mustEnrol = isFactorRequired && confirmed(account) === null
    return { principal: { ...common, role, scope, isFederated: false }, isStale: stale, mustEnrol }
  }
  // It is worth nothing whether that can be written down or not.
  await sessions.end(id).catch(() => undefined)
  return null
}

/** What a browser says about where a request comes from; `unknown`: nothing was said, so that it is hardly a browser. */
function originOf({ headers }: FastifyRequest): 'own' | 'foreign' | 'unknown' {
  const site = headers['sec-fetch-site']
  const { origin, host } = headers
  if (origin !== undefined && origin !== `https://${host}`) return 'foreign'
  if (site !== undefined && site !== 'same-origin') return site === 'none' ? 'unknown' : 'foreign'
  return origin === undefined && site === undefined ? 'unknown' : 'own'
}

function foreign(): ApiError {
  return new ApiError('cross_site', 'changes come from the console itself only')
}

/** Who may act was read a while ago, and may have changed since. */
function away(): ApiError {
  return new ApiError(
    'not_available',
    'the store of the fleet is away: until it is back one can look here, but change nothing',
  )
}

function checkCsrf({ headers }: FastifyRequest, sessionId: string): void {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer')
  const sent = headers['x-csrf-token']
  if (typeof sent === 'string' && timingSafeEqual(digest(sent), digest(csrfTokenOf(sessionId))))
    return
  throw new ApiError('cross_site', 'send the session’s token in x-csrf-token')
}
