// The document of accounts: users and API tokens as they are kept, and what must always hold of them.

import { Type, type Static } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import { mayAct, ROLES } from '../admin/operation.ts'
import { isWithin } from '../admin/scope.ts'
import { FactorSchema } from './factor-state.ts'

const RoleSchema = Type.Enum([...ROLES])
const ScopeSchema = Type.Array(Type.String())
const UserSchema = Type.Object({
  name: Type.String(),
  role: RoleSchema,
  scope: ScopeSchema,
  /** PHC string. */
  password: Type.String(),
  /** Absent: the password is enough. */
  factor: Type.Optional(FactorSchema),
  /** Counts up with every change of role, scope, password or second factor: sessions of before are over. */
  generation: Type.Integer(),
  createdAtMs: Type.Number(),
})
const TokenSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  owner: Type.String(),
  role: RoleSchema,
  scope: ScopeSchema,
  hash: Type.String(),
  createdAtMs: Type.Number(),
  expiresAtMs: Type.Number(),
  lastUsedAtMs: Type.Union([Type.Number(), Type.Null()]),
})
const StateSchema = Type.Object({
  users: Type.Array(UserSchema),
  tokens: Type.Array(TokenSchema),
})

export type User = Static<typeof UserSchema>
export type Token = Static<typeof TokenSchema>
export type AccountState = Static<typeof StateSchema>

export interface UserSummary extends Omit<User, 'password' | 'factor' | 'generation'> {
  readonly hasSecondFactor: boolean
}
export type TokenSummary = Omit<Token, 'hash'>

/** Throws `document_damaged`. */
export function readState(text: string): AccountState {
  if (text === '') return { users: [], tokens: [] }
  const state = JSON.parse(text) as AccountState
  if (check(StateSchema, state, () => undefined)) return state
  throw new SallyportError('document_damaged', 'the accounts are not what this version writes')
}

export function find({ users }: AccountState, name: string): User | undefined {
  return users.find((user) => user.name === name)
}

/** Throws ApiError. */
export function existing(state: AccountState, name: string): User {
  const user = find(state, name)
  if (user === undefined) throw new ApiError('not_found', `no user ${name}`)
  return user
}

/** Throws ApiError where nobody would be left who may do everything. */
export function keepAnAdmin({ users }: AccountState): void {
  if (users.some(({ role, scope }) => role === 'admin' && scope.length === 0)) return
  throw new ApiError('conflict', 'this is the last administrator')
}

/** A token never reaches further than who made it: its role is cut, and one of another scope goes. */
export function curbTokens(state: AccountState, { name, role, scope }: User): void {
  state.tokens = state.tokens.filter((token) => {
    if (token.owner !== name) return true
    if (!mayAct(role, token.role)) token.role = role
    return isWithin(token.scope, scope)
  })
}

export function summaryOfUser({ name, role, scope, factor, createdAtMs }: User): UserSummary {
  return { name, role, scope, hasSecondFactor: factor?.isConfirmed === true, createdAtMs }
}

export function summaryOfToken(token: Token): TokenSummary {
  const { id, name, owner, role, scope, createdAtMs, expiresAtMs, lastUsedAtMs } = token
  return { id, name, owner, role, scope, createdAtMs, expiresAtMs, lastUsedAtMs }
}
