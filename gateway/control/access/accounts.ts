// Who may use the control plane: users with passwords, API tokens, and whether the first administrator was made.

import { Type, type Static } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import { mayAct, ROLES, type Role } from '../admin/operation.ts'
import { update, type Documents } from '../documents/documents.ts'
import { passwordProblem, type Passwords } from './password.ts'
import { hashOfSecret, isSecret, newSecret } from './secret.ts'

const MAX_USERS = 1000
const MAX_TOKENS = 10_000
/** `lastUsedAtMs` is no clock: writing it more often would be a write for every call. */
const USED_EVERY_MS = 60_000
const DOCUMENT = 'accounts'
const TOKEN = /^sap_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/
const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/

const RoleSchema = Type.Enum([...ROLES])
const UserSchema = Type.Object({
  name: Type.String(),
  role: RoleSchema,
  /** PHC string. */
  password: Type.String(),
  createdAtMs: Type.Number(),
})
const TokenSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  owner: Type.String(),
  role: RoleSchema,
  hash: Type.String(),
  createdAtMs: Type.Number(),
  expiresAtMs: Type.Number(),
  lastUsedAtMs: Type.Union([Type.Number(), Type.Null()]),
})
const StateSchema = Type.Object({
  users: Type.Array(UserSchema),
  tokens: Type.Array(TokenSchema),
})

type User = Static<typeof UserSchema>
type Token = Static<typeof TokenSchema>
type State = Static<typeof StateSchema>

export type UserSummary = Omit<User, 'password'>
export type TokenSummary = Omit<Token, 'hash'>

export class Accounts {
  readonly #documents: Documents
  readonly #passwords: Passwords
  readonly #clock: Pick<Clock, 'wallMs'>

  constructor(documents: Documents, passwords: Passwords, clock: Pick<Clock, 'wallMs'>) {
    this.#documents = documents
    this.#passwords = passwords
    this.#clock = clock
  }

  /** False until there is a first administrator. */
  async isSetUp(): Promise<boolean> {
    return (await this.#state()).users.length > 0
  }

  async users(): Promise<readonly UserSummary[]> {
    return (await this.#state()).users.map(summaryOfUser)
  }

  /** `first`: refused where there is a user already. Throws ApiError. */
  async addUser(name: string, password: string, role: Role, first = false): Promise<UserSummary> {
    if (!NAME.test(name)) {
      throw new ApiError('invalid', 'a name has 1 to 64 of a-z, 0-9, `.`, `_`, `@` and `-`')
    }
    const hash = await this.#hash(password, name)
    return this.#change((state) => {
      if (first && state.users.length > 0) throw new ApiError('conflict', 'this is already set up')
      if (find(state, name) !== undefined) throw new ApiError('conflict', `${name} exists already`)
      if (state.users.length >= MAX_USERS)
        throw new ApiError('conflict', 'there are too many users')
      const user = { name, role, password: hash, createdAtMs: this.#clock.wallMs() }
      state.users.push(user)
      return summaryOfUser(user)
    })
  }

  async setRole(name: string, role: Role): Promise<UserSummary> {
    return this.#change((state) => {
      const user = existing(state, name)
      user.role = role
      // A token never outranks who made it.
      for (const token of state.tokens) {
        if (token.owner === name && !mayAct(role, token.role)) token.role = role
      }
      keepAnAdmin(state)
      return summaryOfUser(user)
    })
  }

  async setPassword(name: string, password: string): Promise<void> {
    const hash = await this.#hash(password, name)
    await this.#change((state) => {
      existing(state, name).password = hash
    })
  }

  /** The user's tokens go, too. */
  async removeUser(name: string): Promise<void> {
    await this.#change((state) => {
      existing(state, name)
      state.users = state.users.filter((user) => user.name !== name)
      state.tokens = state.tokens.filter((token) => token.owner !== name)
      keepAnAdmin(state)
    })
  }

  /** Null for a wrong name as for a wrong password, after the same time. */
  async signIn(name: string, password: string): Promise<UserSummary | null> {
    const user = find(await this.#state(), name)
    const { isRight, isOutdated } = await this.#passwords.verify(password, user?.password ?? null)
    if (!isRight || user === undefined) return null
    if (isOutdated) {
      const hash = await this.#passwords.hash(password)
      await this.#change((state) => {
        existing(state, name).password = hash
      })
    }
    return summaryOfUser(user)
  }

  async tokens(): Promise<readonly TokenSummary[]> {
    return (await this.#state()).tokens.map(summaryOfToken)
  }

  /** `secret` is shown now and never again. */
  async addToken(
    owner: string,
    name: string,
    role: Role,
    lifeMs: number,
  ): Promise<{ readonly token: TokenSummary; readonly secret: string }> {
    const secret = newSecret()
    const id = hashOfSecret(newSecret()).slice(0, 12)
    return this.#change((state) => {
      const nowMs = this.#clock.wallMs()
      state.tokens = state.tokens.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
      if (state.tokens.length >= MAX_TOKENS)
        throw new ApiError('conflict', 'there are too many tokens')
      const hash = hashOfSecret(secret)
      const times = { createdAtMs: nowMs, expiresAtMs: nowMs + lifeMs, lastUsedAtMs: null }
      const token: Token = { id, name, owner, role, hash, ...times }
      state.tokens.push(token)
      return { token: summaryOfToken(token), secret: `sap_${id}_${secret}` }
    })
  }

  async removeToken(id: string): Promise<void> {
    await this.#change((state) => {
      const rest = state.tokens.filter((token) => token.id !== id)
      if (rest.length === state.tokens.length) throw new ApiError('not_found', `no token ${id}`)
      state.tokens = rest
    })
  }

  /** The token of this text, or null where it is unknown, wrong or expired. */
  async tokenOf(text: string): Promise<TokenSummary | null> {
    const [, id, secret] = TOKEN.exec(text) ?? []
    const nowMs = this.#clock.wallMs()
    const state = await this.#state()
    const token = state.tokens.find((one) => one.id === id)
    if (token === undefined || secret === undefined || !isSecret(secret, token.hash)) return null
    if (nowMs >= token.expiresAtMs) return null
    if (nowMs - (token.lastUsedAtMs ?? 0) > USED_EVERY_MS) {
      await this.#change((latest) => {
        const used = latest.tokens.find((one) => one.id === id)
        if (used !== undefined) used.lastUsedAtMs = nowMs
      })
    }
    return summaryOfToken(token)
  }

  async #hash(password: string, name: string): Promise<string> {
    const problem = passwordProblem(password, name)
    if (problem !== null) throw new ApiError('invalid', problem)
    return this.#passwords.hash(password)
  }

  async #state(): Promise<State> {
    return decode((await this.#documents.read(DOCUMENT)).text)
  }

  #change<Result>(change: (state: State) => Result): Promise<Result> {
    return update(this.#documents, DOCUMENT, (text) => {
      const state = decode(text)
      const result = change(state)
      return { text: JSON.stringify(state), result }
    })
  }
}

function decode(text: string): State {
  if (text === '') return { users: [], tokens: [] }
  const state = JSON.parse(text) as State
  if (check(StateSchema, state, () => undefined)) return state
  throw new SallyportError('document_damaged', 'the accounts are not what this version writes')
}

function find({ users }: State, name: string): User | undefined {
  return users.find((user) => user.name === name)
}

function existing(state: State, name: string): User {
  const user = find(state, name)
  if (user === undefined) throw new ApiError('not_found', `no user ${name}`)
  return user
}

function keepAnAdmin({ users }: State): void {
  if (users.some(({ role }) => role === 'admin')) return
  throw new ApiError('conflict', 'this is the last administrator')
}

function summaryOfUser({ password: _, ...summary }: User): UserSummary {
  return summary
}

function summaryOfToken({ hash: _, ...summary }: Token): TokenSummary {
  return summary
}
