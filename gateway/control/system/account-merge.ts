// Accounts of a backup against those of now: who would come, go and change, and what is written in the end.

import type { AccountState, User } from '../access/account-state.ts'

/** Names and ids only. */
export interface AccountChanges {
  readonly usersAdded: readonly string[]
  readonly usersRemoved: readonly string[]
  /** Role, scope, password or anything else of them. */
  readonly usersChanged: readonly string[]
  readonly tokensAdded: readonly string[]
  readonly tokensRemoved: readonly string[]
}

export const NO_ACCOUNT_CHANGES: AccountChanges = {
  usersAdded: [],
  usersRemoved: [],
  usersChanged: [],
  tokensAdded: [],
  tokensRemoved: [],
}

export function accountChanges(now: AccountState, wanted: AccountState): AccountChanges {
  const users = new Map(now.users.map((user) => [user.name, user]))
  const names = new Set(wanted.users.map(({ name }) => name))
  const tokens = new Set(now.tokens.map(({ id }) => id))
  const wantedTokens = new Set(wanted.tokens.map(({ id }) => id))
  const known = wanted.users.filter(({ name }) => users.has(name))
  return {
    usersAdded: wanted.users.flatMap(({ name }) => (users.has(name) ? [] : [name])),
    usersRemoved: now.users.flatMap(({ name }) => (names.has(name) ? [] : [name])),
    usersChanged: known.flatMap((user) => (isSame(users.get(user.name)!, user) ? [] : [user.name])),
    tokensAdded: wanted.tokens.flatMap(({ id, name }) => (tokens.has(id) ? [] : [`${name} ${id}`])),
    tokensRemoved: now.tokens.flatMap(({ id, name }) =>
      wantedTokens.has(id) ? [] : [`${name} ${id}`],
    ),
  }
}

export function isNoChange(changes: AccountChanges): boolean {
  return Object.values(changes).every((names: readonly string[]) => names.length === 0)
}

/**
 * The accounts as they are written: whoever is not as before gets a generation that no session has, so that sessions
 * from before the restore are over.
 */
export function restoredAccounts(
  now: AccountState,
  wanted: AccountState,
  nowMs: number,
): AccountState {
  const before = new Map(now.users.map((user) => [user.name, user]))
  const highest = Math.max(0, ...now.users.map(({ generation }) => generation))
  const next = Math.max(Math.floor(nowMs), highest + 1)
  const users = wanted.users.map((user) => {
    const known = before.get(user.name)
    const isUntouched = known !== undefined && isSame(known, user)
    return { ...user, generation: isUntouched ? known.generation : next }
  })
  return { ...wanted, users }
}

function isSame(a: User, b: User): boolean {
  const { generation: _a, ...left } = a
  const { generation: _b, ...right } = b
  return sorted(left) === sorted(right)
}

function sorted(value: object): string {
  return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
