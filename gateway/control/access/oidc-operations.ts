// Signing in at the identity provider, as operations of the admin API: leaving for it, and coming back.

import { Type } from 'typebox'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation, OperationRequest } from '../admin/operation.ts'
import type { AccessDeps } from './access-deps.ts'
import { cookieNamed, LOGIN_COOKIE, loginCookie, noCookie } from './cookies.ts'
import {
  LOGIN_SECONDS,
  type FederatedUser,
  type LoginState,
  type OidcClient,
} from './oidc-client.ts'
import { CLOSED, Nothing, OidcTest, Provider } from './schemas.ts'
import { startSession } from './session-start.ts'
import { FEDERATED } from './sessions.ts'

const CALLBACK = '/api/v1/oidc/callback'
const Text = Type.Optional(Type.String({ maxLength: 8192 }))
export function oidcOperations(deps: AccessDeps): readonly Operation[] {
  const { oidc, sessions, throttle, clock } = deps
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
      isVisited: true,
      summary:
        'Sends the browser to the identity provider; `again`: who is signed in there shows it once more.',
      query: Type.Object({ again: Type.Optional(Type.Literal('true')) }, CLOSED),
      answer: Nothing,
      status: 303,
      async run({ header, host, address, query }) {
        const client = existing()
        throttle.signIn('', address)
        const { url, login } = await client
          .begin(`https://${host}${CALLBACK}`, null, query['again'] === 'true')
          .catch(unavailable)
        header('set-cookie', loginCookie(write(login), LOGIN_SECONDS))
        header('location', url)
        return {}
      },
    },
    ...testing(deps, existing),
    {
      id: 'finishOidc',
      method: 'GET',
      path: CALLBACK,
      role: 'anyone',
      isVisited: true,
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
        if (login !== null && login.test !== null) return finishTest(deps, request, client, login)
        const user = await client
          .finish(query, login, `https://${host}${CALLBACK}`)
          .catch(unavailable)
        const { subject, displayName, role, groups, claims } = user
        const name = `${FEDERATED}${subject}`
        const { issuer } = client.plan
        request.change({ target: `session/${name}`, after: { displayName, role, groups, issuer } })
        if (role === null) {
          throw new ApiError('not_permitted', `${displayName} is in no group that may come in here`)
        }
        const provider = client.mark
        const authenticated = authenticatedAt(claims, clock.wallMs())
        const who = {
          name,
          displayName,
          role,
          scope: [],
          generation: null,
          provider,
          ...authenticated,
        }
        await startSession(request, sessions, who, [noCookie(LOGIN_COOKIE)])
        header('location', '/')
        return {}
      },
    },
  ]
}

/** When they showed it there, which may be long ago; a provider that does not say has just been asked. */
function authenticatedAt(
  { auth_time: seconds }: FederatedUser['claims'],
  nowMs: number,
): { readonly authenticatedAtMs?: number } {
  if (typeof seconds !== 'number') return {}
  return { authenticatedAtMs: Math.min(nowMs, seconds * 1000) }
}

function testing(
  { oidc, oidcTests }: AccessDeps,
  existing: () => OidcClient,
): readonly Operation[] {
  return [
    {
      id: 'readOidc',
      method: 'GET',
      path: '/api/v1/oidc',
      role: 'admin',
      summary: 'The identity provider of the configuration and the roles its groups get.',
      answer: Provider,
      run() {
        const plan = oidc()?.plan ?? null
        if (plan === null) return { provider: null }
        const { issuer, clientId, groupsClaim } = plan
        const roles = [...plan.roles].map(([group, role]) => ({ group, role }))
        return { provider: { issuer, clientId, groupsClaim, roles } }
      },
    },
    {
      id: 'testOidc',
      method: 'POST',
      path: '/api/v1/oidc::test',
      role: 'admin',
      summary: 'Begins a test sign-in at the identity provider: nobody is signed in by it.',
      answer: Type.Object({
        id: Type.String(),
        url: Type.String({ description: 'Where to send this browser.' }),
      }),
      async run({ header, host, change }) {
        const client = existing()
        change({ target: 'oidc/test' })
        const id = oidcTests.begin()
        const begun = await client.begin(`https://${host}${CALLBACK}`, id).catch(unavailable)
        header('set-cookie', loginCookie(write(begun.login), LOGIN_SECONDS))
        return { id, url: begun.url }
      },
    },
    {
      id: 'readOidcTest',
      method: 'GET',
      path: '/api/v1/oidc/tests/:id',
      role: 'admin',
      summary: 'What a test sign-in came to: the claims that came back and the role they give.',
      answer: OidcTest,
      run({ params: { id = '' } }) {
        const result = oidcTests.result(id)
        if (result !== null) return result
        throw new ApiError('not_found', 'this node knows of no such test, or not any more')
      },
    },
  ]
}

/** Nobody is signed in: what came of it is told to the administrator who asked. */
async function finishTest(
  { oidcTests }: AccessDeps,
  { query, header, host, change }: OperationRequest,
  client: OidcClient,
  login: LoginState,
): Promise<object> {
  const id = login.test ?? ''
  change({ target: 'oidc/test' })
  header('set-cookie', [noCookie(LOGIN_COOKIE)])
  header('location', `/access/provider?test=${id}`)
  try {
    const user = await client.finish(query, login, `https://${host}${CALLBACK}`)
    const { claims, displayName, groups, role } = user
    oidcTests.end(id, { claims, displayName, groups, role, problem: '' })
  } catch (error) {
    const told = { claims: {}, displayName: '', groups: [], role: null }
    oidcTests.end(id, { ...told, problem: errorMessage(error) })
  }
  return {}
}

/** Who came back is refused; a provider that does not answer is not the caller's fault. */
function unavailable(error: unknown): never {
  if (errorCode(error) === 'oidc_refused') throw new ApiError('not_signed_in', errorMessage(error))
  throw new ApiError(
    'not_available',
    `the identity provider cannot be used: ${errorMessage(error)}`,
  )
}

function write({ state, nonce, verifier, startedAtMs, test }: LoginState): string {
  return [state, nonce, verifier, Math.floor(startedAtMs), test ?? ''].join('.')
}

function read(text: string): LoginState | null {
  const [, state, nonce, verifier, startedAtMs, test] =
    /^([\w-]{43})\.([\w-]{43})\.([\w-]{43})\.(\d{1,15})\.([\w-]{43})?$/.exec(text) ?? []
  if (state === undefined || nonce === undefined || verifier === undefined) return null
  return { state, nonce, verifier, startedAtMs: Number(startedAtMs), test: test ?? null }
}
