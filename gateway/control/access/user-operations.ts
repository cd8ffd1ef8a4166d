// Users, as operations of the admin API.

import { Type } from 'typebox'
import { ApiError } from '../admin/api-error.ts'
import type { Operation, Role } from '../admin/operation.ts'
import { page, pageOf, PAGE_QUERY } from '../admin/page.ts'
import type { AccessDeps } from './access-deps.ts'
import { summaryOfUser } from './account-state.ts'
import type { UserChange } from './accounts.ts'
import { CLOSED, Name, Nothing, Password, RoleSchema, ScopeSchema, User } from './schemas.ts'

export function userOperations({
  accounts,
  factors,
  setupToken,
}: AccessDeps): readonly Operation[] {
  return [
    {
      id: 'listUsers',
      method: 'GET',
      path: '/api/v1/users',
      role: 'admin',
      summary: 'Lists the users, by name.',
      query: Type.Object(PAGE_QUERY, CLOSED),
      answer: pageOf(User),
      run: async ({ query }) => page(await accounts.users(), query, ({ name }) => name),
    },
    {
      id: 'addUser',
      method: 'POST',
      path: '/api/v1/users',
      role: 'admin',
      isGuarded: true,
      summary: 'Adds a user.',
      body: Type.Object(
        { name: Name, password: Password, role: RoleSchema, scope: Type.Optional(ScopeSchema) },
        CLOSED,
      ),
      answer: User,
      status: 201,
      async run({ body, change }) {
        const {
          name,
          password,
          role,
          scope = [],
        } = body as {
          name: string
          password: string
          role: Role
          scope?: readonly string[]
        }
        change({ target: `user/${name}`, after: { role, scope } })
        const user = await accounts.addUser(name, password, role, scope)
        // Somebody may sign in now, so the door for nobody closes.
        setupToken()?.retire()
        return summaryOfUser(user)
      },
    },
    {
      id: 'changeUser',
      method: 'PATCH',
      path: '/api/v1/users/:name',
      role: 'admin',
      isGuarded: true,
      summary: 'Gives a user another role, scope or password; their sessions end.',
      body: Type.Object(
        {
          role: Type.Optional(RoleSchema),
          scope: Type.Optional(ScopeSchema),
          password: Type.Optional(Password),
        },
        { ...CLOSED, minProperties: 1 },
      ),
      answer: User,
      async run({ params: { name = '' }, body, change }) {
        const wanted = body as UserChange
        const before = await accounts.user(name)
        if (before === null) throw new ApiError('not_found', `no user ${name}`)
        const { role, scope } = before
        const after = { ...wanted, ...(wanted.password && { password: 'changed' }) }
        change({ target: `user/${name}`, before: { role, scope }, after })
        return summaryOfUser(await accounts.changeUser(name, wanted))
      },
    },
    {
      id: 'removeUser',
      method: 'DELETE',
      path: '/api/v1/users/:name',
      role: 'admin',
      isGuarded: true,
      summary: 'Removes a user, their tokens and sessions.',
      answer: Nothing,
      async run({ params: { name = '' }, change }) {
        change({ target: `user/${name}` })
        await accounts.removeUser(name)
        return {}
      },
    },
    {
      id: 'removeSecondFactor',
      method: 'DELETE',
      path: '/api/v1/users/:name/second-factor',
      role: 'admin',
      isGuarded: true,
      summary: 'Takes a user’s second factor away, for who lost it; their sessions end.',
      answer: User,
      async run({ params: { name = '' }, change }) {
        change({
          target: `user/${name}`,
          before: { secondFactor: 'on' },
          after: { secondFactor: 'off' },
        })
        return summaryOfUser(await factors.remove(name))
      },
    },
  ]
}
