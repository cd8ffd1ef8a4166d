// Setting up, signing in and out, users and API tokens, as operations of the admin API.

import { Type } from 'typebox'
import { parseDurationMs } from '../../../sidecar/runtime/units.ts'
import { ApiError } from '../admin/api-error.ts'
import {
  mayAct,
  ROLES,
  type Operation,
  type OperationRequest,
  type Role,
} from '../admin/operation.ts'
import type { Accounts } from './accounts.ts'
import { SESSION_COOKIE } from './gate.ts'
import type { Sessions } from './sessions.ts'
import type { SetupToken } from './setup-token.ts'

const CLOSED = { additionalProperties: false }
const RoleSchema = Type.Enum([...ROLES])
const Name = Type.String({ minLength: 1, maxLength: 64 })
const Password = Type.String({ minLength: 1, maxLength: 4096 })
const User = Type.Object({ name: Type.String(), role: RoleSchema, createdAtMs: Type.Number() })
const Nothing = Type.Object({}, CLOSED)
const Me = Type.Object({
  name: Type.String(),
  role: RoleSchema,
  csrfToken: Type.Optional(Type.String({ description: 'Goes into x-csrf-token of every change.' })),
})
const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  owner: Type.String(),
  role: RoleSchema,
  createdAtMs: Type.Number(),
  expiresAtMs: Type.Number(),
  lastUsedAtMs: Type.Union([Type.Number(), Type.Null()]),
})

const MAX_TOKEN_LIFE_MS = 366 * 86_400_000
const DEFAULT_TOKEN_LIFE = '90d'

export interface AccessDeps {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly setupToken: SetupToken
  /** Throws ApiError `too_many_requests` where this name or address has tried too often. */
  readonly throttle: (name: string, address: string) => Promise<void>
}

export function accessOperations(deps: AccessDeps): readonly Operation[] {
  return [...signingIn(deps), ...users(deps), ...tokens(deps)]
}

function signingIn({ accounts, sessions, setupToken, throttle }: AccessDeps): Operation[] {
  const start = ({ header, address }: OperationRequest, name: string, role: Role) => {
    const { id, session } = sessions.start(name, role, address)
    header('set-cookie', `${SESSION_COOKIE}=${id}; Secure; HttpOnly; SameSite=Strict; Path=/`)
    return { name, role, csrfToken: session.csrfToken }
  }
  return [
    {
      id: 'readSetup',
      method: 'GET',
      path: '/api/v1/setup',
      role: 'anyone',
      summary: 'Says whether there is a first administrator yet.',
      answer: Type.Object({ isSetUp: Type.Boolean() }),
      run: async () => ({ isSetUp: await accounts.isSetUp() }),
    },
    {
      id: 'setUp',
      method: 'POST',
      path: '/api/v1/setup',
      role: 'anyone',
      summary: 'Makes the first administrator, with the one-time token that the gateway printed.',
      body: Type.Object({ token: Type.String(), name: Name, password: Password }, CLOSED),
      answer: Me,
      status: 201,
      async run(request) {
        const { token, name, password } = request.body as Record<string, string>
        await throttle('', request.address)
        request.change({ target: `user/${name}`, after: { role: 'admin' } })
        if (await accounts.isSetUp()) throw new ApiError('conflict', 'this is already set up')
        if (!setupToken.matches(token!)) {
          throw new ApiError(
            'not_permitted',
            `the setup token is wrong; it is in ${setupToken.file}`,
          )
        }
        const user = await accounts.addUser(name!, password!, 'admin', true)
        setupToken.retire()
        return start(request, user.name, user.role)
      },
    },
    {
      id: 'signIn',
      method: 'POST',
      path: '/api/v1/sessions',
      role: 'anyone',
      summary: 'Starts a session with a name and a password; the answer sets its cookie.',
      body: Type.Object({ name: Name, password: Password }, CLOSED),
      answer: Me,
      status: 201,
      async run(request) {
        const { name = '', password = '' } = request.body as Record<string, string>
        await throttle(name, request.address)
        request.change({ target: `session/${name}` })
        const user = await accounts.signIn(name, password)
        if (user === null) throw new ApiError('not_signed_in', 'the name or the password is wrong')
        return start(request, user.name, user.role)
      },
    },
    {
      id: 'readMe',
      method: 'GET',
      path: '/api/v1/me',
      role: 'viewer',
      summary: 'Says who is asking.',
      answer: Me,
      run: ({ principal: { name, role }, sessionId }) => {
        const session = sessionId === null ? null : sessions.use(sessionId)
        return { name, role, ...(session === null ? {} : { csrfToken: session.csrfToken }) }
      },
    },
    {
      id: 'signOut',
      method: 'DELETE',
      path: '/api/v1/sessions/current',
      role: 'viewer',
      summary: 'Ends the session.',
      answer: Nothing,
      run: ({ principal, sessionId, header, change }) => {
        change({ target: `session/${principal.name}` })
        if (sessionId !== null) sessions.end(sessionId)
        header(
          'set-cookie',
          `${SESSION_COOKIE}=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`,
        )
        return {}
      },
    },
  ]
}

function users({ accounts, sessions }: AccessDeps): Operation[] {
  return [
    {
      id: 'listUsers',
      method: 'GET',
      path: '/api/v1/users',
      role: 'admin',
      summary: 'Lists the users.',
      answer: Type.Object({ items: Type.Array(User) }),
      run: async () => ({ items: await accounts.users() }),
    },
    {
      id: 'addUser',
      method: 'POST',
      path: '/api/v1/users',
      role: 'admin',
      summary: 'Adds a user.',
      body: Type.Object({ name: Name, password: Password, role: RoleSchema }, CLOSED),
      answer: User,
      status: 201,
      run: ({ body, change }) => {
        const { name, password, role } = body as { name: string; password: string; role: Role }
        change({ target: `user/${name}`, after: { role } })
        return accounts.addUser(name, password, role)
      },
    },
    {
      id: 'changeUser',
      method: 'PATCH',
      path: '/api/v1/users/:name',
      role: 'admin',
      summary: 'Gives a user another role or password; their sessions end.',
      body: Type.Object(
        { role: Type.Optional(RoleSchema), password: Type.Optional(Password) },
        { ...CLOSED, minProperties: 1 },
      ),
      answer: User,
      async run({ params: { name = '' }, body, change }) {
        const { role, password } = body as { role?: Role; password?: string }
        const before = (await accounts.users()).find((user) => user.name === name)
        if (before === undefined) throw new ApiError('not_found', `no user ${name}`)
        const after = { role: role ?? before.role, ...(password && { password: 'changed' }) }
        change({ target: `user/${name}`, before: { role: before.role }, after })
        if (password !== undefined) await accounts.setPassword(name, password)
        const user = role === undefined ? before : await accounts.setRole(name, role)
        sessions.endOf(name)
        return user
      },
    },
    {
      id: 'removeUser',
      method: 'DELETE',
      path: '/api/v1/users/:name',
      role: 'admin',
      summary: 'Removes a user, their tokens and sessions.',
      answer: Nothing,
      async run({ params: { name = '' }, change }) {
        change({ target: `user/${name}` })
        await accounts.removeUser(name)
        sessions.endOf(name)
        return {}
      },
    },
  ]
}

function tokens({ accounts }: AccessDeps): Operation[] {
  return [
    {
      id: 'listTokens',
      method: 'GET',
      path: '/api/v1/tokens',
      role: 'viewer',
      summary: 'Lists API tokens: one’s own, or everybody’s for an admin.',
      answer: Type.Object({ items: Type.Array(Token) }),
      async run({ principal }) {
        const all = await accounts.tokens()
        const isAdmin = mayAct(principal.role, 'admin')
        return { items: all.filter(({ owner }) => isAdmin || owner === principal.name) }
      },
    },
    {
      id: 'addToken',
      method: 'POST',
      path: '/api/v1/tokens',
      role: 'viewer',
      summary:
        'Makes an API token of at most one’s own role; its text is shown in this answer only.',
      body: Type.Object(
        {
          name: Name,
          role: RoleSchema,
          expiresIn: Type.Optional(
            Type.String({ description: 'Like `24h` or `90d`; at most 366d, default 90d.' }),
          ),
        },
        CLOSED,
      ),
      answer: Type.Object({ token: Token, secret: Type.String() }),
      status: 201,
      run({ principal, body, change }) {
        const {
          name,
          role,
          expiresIn = DEFAULT_TOKEN_LIFE,
        } = body as {
          name: string
          role: Role
          expiresIn?: string
        }
        change({ target: `token/${name}`, after: { role, expiresIn } })
        if (!mayAct(principal.role, role)) {
          throw new ApiError(
            'not_permitted',
            `a token may not have more than the role of its owner`,
          )
        }
        const lifeMs = lifeOf(expiresIn)
        if (lifeMs === null) throw new ApiError('invalid', 'expiresIn: write 1h to 366d')
        return accounts.addToken(principal.name, name, role, lifeMs)
      },
    },
    {
      id: 'removeToken',
      method: 'DELETE',
      path: '/api/v1/tokens/:id',
      role: 'viewer',
      summary: 'Revokes an API token at once.',
      answer: Nothing,
      async run({ principal, params: { id = '' }, change }) {
        change({ target: `token/${id}` })
        const token = (await accounts.tokens()).find((one) => one.id === id)
        const isOwn = token?.owner === principal.name
        if (!isOwn && !mayAct(principal.role, 'admin'))
          throw new ApiError('not_found', `no token ${id}`)
        await accounts.removeToken(id)
        return {}
      },
    },
  ]
}

function lifeOf(text: string): number | null {
  const days = /^(\d{1,3})d$/.exec(text)?.[1]
  const ms = days === undefined ? parseDurationMs(text) : Number(days) * 86_400_000
  return ms === null || ms <= 0 || ms > MAX_TOKEN_LIFE_MS ? null : ms
}
