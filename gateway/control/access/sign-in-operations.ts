// Setting up, signing in and out, as operations of the admin API.

import { Type } from 'typebox'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation, OperationRequest } from '../admin/operation.ts'
import type { AccessDeps } from './access-deps.ts'
import type { User } from './account-state.ts'
import { noCookie, SESSION_COOKIE } from './cookies.ts'
import { provenUser, type Given } from './password-proof.ts'
import { CLOSED, Code, ExpiresIn, Me, Name, NewToken, Password } from './schemas.ts'
import { confirmed } from './second-factors.ts'
import { aboutMe, sessionUserOf, startSession } from './session-start.ts'
import { tokenLifeMs } from './token-life.ts'

const LOGIN_TOKEN_LIFE = '30d'

export function signInOperations(deps: AccessDeps): readonly Operation[] {
  return [readSetup(deps), setUp(deps), ...signingIn(deps), ...signedIn(deps)]
}

function readSetup({ accounts, oidc, setupToken }: AccessDeps): Operation {
  return {
    id: 'readSetup',
    method: 'GET',
    path: '/api/v1/setup',
    role: 'anyone',
    summary:
      'Says whether there is a first administrator yet, and an identity provider to sign in at.',
    answer: Type.Object({
      isSetUp: Type.Boolean(),
      hasIdentityProvider: Type.Boolean(),
      tokenFile: Type.Union([Type.String(), Type.Null()], {
        description:
          'Where the setup token stands on the gateway’s machine; null once there is none.',
      }),
    }),
    async run() {
      const isSetUp = await accounts.isSetUp()
      const token = setupToken()
      // Another node of the fleet may have made the first one.
      if (isSetUp) token?.retire()
      const tokenFile = isSetUp ? null : (token?.file ?? null)
      return { isSetUp, hasIdentityProvider: oidc() !== null, tokenFile }
    },
  }
}

function setUp({
  accounts,
  sessions,
  setupToken,
  throttle,
  isFactorRequired,
}: AccessDeps): Operation {
  return {
    id: 'setUp',
    method: 'POST',
    path: '/api/v1/setup',
    role: 'anyone',
    summary: 'Makes the first administrator, with the one-time token that the gateway printed.',
    body: Type.Object(
      { token: Type.Optional(Type.String({ maxLength: 256 })), name: Name, password: Password },
      CLOSED,
    ),
    answer: Me,
    status: 201,
    async run(request) {
      const { token = '', name = '', password = '' } = request.body as Record<string, string>
      throttle.signIn('', request.address)
      const known = setupToken()
      if (known === null || (await accounts.isSetUp())) {
        throw new ApiError('conflict', 'this is already set up')
      }
      if (!known.matches(token)) {
        throw new ApiError('not_permitted', `the setup token is wrong; it is in ${known.file}`)
      }
      request.change({ target: `user/${name}`, after: { role: 'admin' } })
      const user = await accounts.addUser(name, password, 'admin', [], true)
      known.retire()
      return startSession(request, sessions, sessionUserOf(user, isFactorRequired()))
    },
  }
}

function signingIn(deps: AccessDeps): Operation[] {
  return [
    {
      id: 'signIn',
      method: 'POST',
      path: '/api/v1/sessions',
      role: 'anyone',
      summary:
        'Starts a session with a name and a password, and a code where there is a second factor; the answer sets its cookie.',
      body: Type.Object({ name: Name, password: Password, code: Type.Optional(Code) }, CLOSED),
      answer: Me,
      status: 201,
      async run(request) {
        const user = await signIn(deps, request, 'session')
        return startSession(request, deps.sessions, sessionUserOf(user, deps.isFactorRequired()))
      },
    },
    {
      id: 'signInForToken',
      method: 'POST',
      path: '/api/v1/tokens::login',
      role: 'anyone',
      summary:
        'Makes an API token with a name and a password, and a code where there is a second factor, for the command line.',
      body: Type.Object(
        {
          name: Name,
          password: Password,
          code: Type.Optional(Code),
          tokenName: Type.Optional(Name),
          expiresIn: Type.Optional(ExpiresIn),
        },
        CLOSED,
      ),
      answer: NewToken,
      status: 201,
      async run(request) {
        const { tokenName = 'login', expiresIn = LOGIN_TOKEN_LIFE } = request.body as Record<
          string,
          string
        >
        const lifeMs = tokenLifeMs(expiresIn)
        const user = await signIn(deps, request, 'token')
        if (deps.isFactorRequired() && confirmed(user) === null) {
          const message = 'set up a second factor at the console first: everybody here needs one'
          throw new ApiError('second_factor_required', message)
        }
        const { name: owner, role, scope } = user
        return deps.accounts.addToken({ owner, name: tokenName, role, scope, lifeMs })
      },
    },
  ]
}

/** Throws ApiError, see provenUser. */
async function signIn(
  deps: AccessDeps,
  request: OperationRequest,
  what: 'session' | 'token',
): Promise<User> {
  const { accounts, oidc, log } = deps
  const given = request.body as Given
  const { name } = given
  // What is no name of ours may be a password in the wrong field.
  const isKnown = (await accounts.user(name)) !== null
  const breakGlass = oidc() !== null
  const after = breakGlass ? { breakGlass } : {}
  const target = `${what}/${isKnown ? name : '(unknown name)'}`
  request.change({ target, after })
  const { user, proof } = await provenUser(deps, given, request.address)
  if (proof !== null) request.change({ target, after: { ...after, secondFactor: proof } })
  if (breakGlass) {
    const { address } = request
    log.warn('a local account signed in past the identity provider', { user: name, address })
  }
  return user
}

function signedIn(deps: AccessDeps): Operation[] {
  const { accounts, sessions, throttle, oidc, log, isFactorRequired } = deps
  return [
    {
      id: 'readMe',
      method: 'GET',
      path: '/api/v1/me',
      role: 'viewer',
      scope: 'any',
      isForEnrolling: true,
      summary: 'Says who is asking.',
      answer: Me,
      async run({ principal: { name, role, scope, isFederated }, sessionId }) {
        const session = sessionId === null ? null : await sessions.use(sessionId)
        if (session === null || sessionId === null) return { name, displayName: name, role, scope }
        const isAsked = isFactorRequired() && !isFederated
        const mustEnrol = isAsked && confirmed(await accounts.user(name)) === null
        const { displayName } = session
        return aboutMe({ name, displayName, role, scope, mustEnrol }, sessionId)
      },
    },
    {
      id: 'changeMyPassword',
      method: 'POST',
      path: '/api/v1/me/password',
      role: 'viewer',
      scope: 'any',
      summary:
        'Changes one’s own password; every other session ends, this one goes on under a new id.',
      body: Type.Object({ current: Password, password: Password }, CLOSED),
      answer: Me,
      async run(request) {
        const { name, kind, isFederated } = request.principal
        const { current = '', password = '' } = request.body as Record<string, string>
        request.change({ target: `user/${name}`, after: { password: 'changed' } })
        if (kind !== 'user' || isFederated) {
          throw new ApiError('not_permitted', 'only who signed in with a password can change it')
        }
        throttle.signIn(name, request.address)
        const before = await accounts.signIn(name, current)
        if (before === null) throw new ApiError('not_permitted', 'the current password is wrong')
        const user = await accounts.changeUser(name, { password })
        return startSession(request, sessions, sessionUserOf(user, isFactorRequired()))
      },
    },
    {
      id: 'signOut',
      method: 'DELETE',
      path: '/api/v1/sessions/current',
      role: 'viewer',
      scope: 'any',
      isForEnrolling: true,
      summary: 'Ends the session; `logoutUrl`: where to sign out at the identity provider, too.',
      answer: Type.Object({ logoutUrl: Type.Union([Type.String(), Type.Null()]) }),
      async run({ principal, sessionId, header, change, host }) {
        change({ target: `session/${principal.name}` })
        if (sessionId !== null) await sessions.end(sessionId)
        header('set-cookie', noCookie(SESSION_COOKIE))
        const client = principal.isFederated ? oidc() : null
        if (client === null) return { logoutUrl: null }
        // Here the session is over whatever the provider says.
        const logoutUrl = await client.logoutUrl(`https://${host}/`).catch((error: unknown) => {
          log.warn('the identity provider cannot be asked', { error: errorMessage(error) })
          return null
        })
        return { logoutUrl }
      },
    },
  ]
}
