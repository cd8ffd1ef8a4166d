// Signing in at the identity provider, as operations of the admin API: leaving for it, and coming back.

import { Type } from 'typebox'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import type { AccessDeps } from './access-deps.ts'
import { cookieNamed, LOGIN_COOKIE, loginCookie, noCookie } from './cookies.ts'
import { LOGIN_SECONDS, type LoginState, type OidcClient } from './oidc-client.ts'
import { Nothing } from './schemas.ts'
import { startSession } from './session-start.ts'
import { FEDERATED } from './sessions.ts'

const CALLBACK = '/api/v1/oidc/callback'
const Text = Type.Optional(Type.String({ maxLength: 8192 }))

export function oidcOperations({ oidc, sessions, throttle }: AccessDeps): readonly Operation[] {
  const existing = (): OidcClient => {
    const client = oidc()
    if (client !== null) return client
    throw new ApiError('not_found', 'there is no identity provider in the configuration')
  }
  return [
    {
      id: 'startOidc',
      method: 'GET',
      path: '/api/v1/oidc/login',
      role: 'anyone',
      summary: 'Sends the browser to the identity provider.',
      answer: Nothing,
      status: 303,
      async run({ header, host, address }) {
        const client = existing()
        throttle.signIn('', address)
        const { url, login } = await client.begin(`https://${host}${CALLBACK}`).catch(unavailable)
        header('set-cookie', loginCookie(write(login), LOGIN_SECONDS))
        header('location', url)
        return {}
      },
    },
    {
      id: 'finishOidc',
      method: 'GET',
      path: CALLBACK,
      role: 'anyone',
      summary: 'Where the identity provider sends the browser back to; starts a session.',
      query: Type.Object({ code: Text, state: Text, iss: Text, error: Text }),
      answer: Nothing,
      status: 303,
      async run(request) {
        const { query, cookies, header, host, address } = request
        const client = existing()
        request.change({ target: 'session/(unknown name)' })
        throttle.signIn('', address)
        const login = read(cookieNamed(cookies, LOGIN_COOKIE) ?? '')
        const user = await client
          .finish(query, login, `https://${host}${CALLBACK}`)
          .catch(unavailable)
        const { subject, displayName, role, groups } = user
        const name = `${FEDERATED}${subject}`
        const { issuer } = client.plan
        request.change({ target: `session/${name}`, after: { displayName, role, groups, issuer } })
        if (role === null) {
          throw new ApiError('not_permitted', `${displayName} is in no group that may come in here`)
        }
        const who = { name, displayName, role, scope: [], generation: null }
        startSession(request, sessions, who, [noCookie(LOGIN_COOKIE)])
        header('location', '/')
        return {}
      },
    },
  ]
}

/** Who came back is refused; a provider that does not answer is not the caller's fault. */
function unavailable(error: unknown): never {
  if (errorCode(error) === 'oidc_refused') throw new ApiError('not_signed_in', errorMessage(error))
  throw new ApiError(
    'not_available',
    `the identity provider cannot be used: ${errorMessage(error)}`,
  )
}

function write({ state, nonce, verifier, startedAtMs }: LoginState): string {
  return [state, nonce, verifier, Math.floor(startedAtMs)].join('.')
}

function read(text: string): LoginState | null {
  const [, state, nonce, verifier, startedAtMs] =
    /^([\w-]{43})\.([\w-]{43})\.([\w-]{43})\.(\d{1,15})$/.exec(text) ?? []
  if (state === undefined || nonce === undefined || verifier === undefined) return null
  return { state, nonce, verifier, startedAtMs: Number(startedAtMs) }
}
