// Who may use the control plane: users with passwords, API tokens, and whether the first administrator was made.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage, SallyportError } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Role } from '../admin/operation.ts'
import { update, type Documents } from '../documents/documents.ts'
import {
  curbTokens,
  existing,
  find,
  keepAnAdmin,
  readState,
  summaryOfToken,
  summaryOfUser,
  type AccountState,
  type Token,
  type TokenSummary,
  type User,
  type UserSummary,
} from './account-state.ts'
import { passwordProblem, type Passwords } from './password.ts'
import { hashOfSecret, isSecret, newSecret } from './secret.ts'

export type { TokenSummary, UserSummary } from './account-state.ts'

const MAX_USERS = 1000
const MAX_TOKENS = 10_000
/** `lastUsedAtMs` is no clock: writing it more often would be a write for every call. */
const USED_EVERY_MS = 60_000
const DOCUMENT = 'accounts'
const TOKEN = /^sap_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/
const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/
/** Of principals that are no users. */
const RESERVED = new Set(['local', 'anyone', 'system', 'audit', 'mesh'])

/** What a user may do from now on. */
export interface UserChange {
  readonly role?: Role
  readonly scope?: readonly string[]
  readonly password?: string
}

export interface NewToken {
  readonly owner: string
  readonly name: string
  readonly role: Role
  readonly scope: readonly string[]
  readonly lifeMs: number
}

/** All of it rejects with ApiError; `not_available` where the accounts cannot be read or written. */
export class Accounts {
  readonly #documents: Documents
  readonly #passwords: Passwords
  readonly #clock: Pick<Clock, 'wallMs'>

  constructor(documents: Documents, passwords: Passwords, clock: Pick<Clock, 'wallMs'>) {
    this.#documents = documents
    this.#passwords = passwords
    this.#clock = clock
  }

  /** What is known was read a while ago: the store of the fleet cannot be reached now. */
  get isAway(): boolean {
    return this.#documents.isAway ?? false
  }

  /** False until there is a first administrator. */
  async isSetUp(): Promise<boolean> {
    return (await this.#state()).users.length > 0
  }

  async users(): Promise<readonly UserSummary[]> {
    return (await this.#state()).users.map(summaryOfUser)
  }

  /** Of every user by name: sessions of another generation are over. */
  async generations(): Promise<ReadonlyMap<string, number>> {
    const { users } = await this.#state()
    return new Map(users.map(({ name, generation }) => [name, generation]))
  }

  /** As it is now, on whatever node it was changed; null where there is no such user. */
  async user(name: string): Promise<Omit<User, 'password'> | null> {
    return find(await this.#state(), name) ?? null
  }

  /** `first`: refused where there is a user already. */
  async addUser(
    name: string,
    password: string,
    role: Role,
    scope: readonly string[],
    first = false,
  ): Promise<User> {
    if (!NAME.test(name) || RESERVED.has(name)) {
      const rule = 'a name has 1 to 64 of a-z, 0-9, `.`, `_`, `@` and `-`'
      throw new ApiError('invalid', RESERVED.has(name) ? `${name} is taken by ourselves` : rule)
    }
    const hash = await this.#hash(password, name)
    return this.#change((state) => {
      if (first && state.users.length > 0) throw new ApiError('conflict', 'this is already set up')
      if (find(state, name) !== undefined) throw new ApiError('conflict', `${name} exists already`)
      if (state.users.length >= MAX_USERS) {
        throw new ApiError('conflict', 'there are too many users')
      }
      const createdAtMs = this.#clock.wallMs()
      // Not 1: who is removed and added again is not signed in from before.
      const generation = Math.floor(createdAtMs)
      const user = { name, role, scope: [...scope], password: hash, generation, createdAtMs }
      state.users.push(user)
      keepAnAdmin(state)
      return user
    })
  }

  /** All of it or nothing; sessions of before are over. */
  async changeUser(name: string, { role, scope, password }: UserChange): Promise<User> {
    const hash = password === undefined ? null : await this.#hash(password, name)
    return this.#change((state) => {
      const user = existing(state, name)
      user.role = role ?? user.role
      user.scope = scope === undefined ? user.scope : [...scope]
      user.password = hash ?? user.password
      user.generation += 1
      curbTokens(state, user)
      keepAnAdmin(state)
      return user
    })
  }

  /** `change` is done to the latest state, by nobody else meanwhile. Throws what it throws. */
  changeOne<Result>(name: string, change: (user: User) => Result): Promise<Result> {
    return this.#change((state) => change(existing(state, name)))
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
  async signIn(name: string, password: string): Promise<User | null> {
    const user = find(await this.#state(), name)
    const { isRight, isOutdated } = await this.#passwords.verify(password, user?.password ?? null)
    if (!isRight || user === undefined) return null
    if (isOutdated) {
      const hash = await this.#passwords.hash(password)
      await this.#change((state) => {
        const latest = find(state, name)
        if (latest?.password === user.password) latest.password = hash
      })
    }
    return user
  }

  async tokens(): Promise<readonly TokenSummary[]> {
    return (await this.#state()).tokens.map(summaryOfToken)
  }

  /** `secret` is shown now and never again. */
  async addToken({
    owner,
    name,
    role,
    scope,
    lifeMs,
  }: NewToken): Promise<{ readonly token: TokenSummary; readonly secret: string }> {
    const secret = newSecret()
    const id = hashOfSecret(newSecret()).slice(0, 12)
    return this.#change((state) => {
      const nowMs = this.#clock.wallMs()
      state.tokens = state.tokens.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
      if (state.tokens.length >= MAX_TOKENS) {
        throw new ApiError('conflict', 'there are too many tokens')
      }
      const hash = hashOfSecret(secret)
      const times = { createdAtMs: nowMs, expiresAtMs: nowMs + lifeMs, lastUsedAtMs: null }
      const token: Token = { id, name, owner, role, scope: [...scope], hash, ...times }
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
    if (id === undefined || secret === undefined) return null
    const nowMs = this.#clock.wallMs()
    const token = (await this.#state()).tokens.find((one) => one.id === id)
    if (token === undefined || !isSecret(secret, token.hash)) return null
    if (nowMs >= token.expiresAtMs) return null
    if (nowMs - (token.lastUsedAtMs ?? 0) > USED_EVERY_MS) {
      // Whether that can be written down does not decide who somebody is.
      await this.#change((latest) => {
        const used = latest.tokens.find((one) => one.id === id)
        if (used !== undefined) used.lastUsedAtMs = nowMs
      }).catch(() => undefined)
    }
    return summaryOfToken(token)
  }

  async #hash(password: string, name: string): Promise<string> {
    const problem = passwordProblem(password, name)
    if (problem !== null) throw new ApiError('invalid', problem)
    return this.#passwords.hash(password)
  }

  async #state(): Promise<AccountState> {
    try {
      return readState((await this.#documents.read(DOCUMENT)).text)
    } catch (error) {
      throw unavailable(error)
    }
  }

  async #change<Result>(change: (state: AccountState) => Result): Promise<Result> {
    try {
      return await update(this.#documents, DOCUMENT, (text) => {
        const state = readState(text)
        const result = change(state)
        return { text: JSON.stringify(state), result }
      })
    } catch (error) {
      throw unavailable(error)
    }
  }
}

function unavailable(error: unknown): SallyportError {
  if (error instanceof ApiError) return error
  return new ApiError('not_available', `the accounts cannot be used: ${errorMessage(error)}`)
}
