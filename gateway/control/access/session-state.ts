// The document of sessions as it is kept, and which of them are over.

import { Type, type Static } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import { ROLES } from '../admin/operation.ts'

const KeptSchema = Type.Object({
  /** SHA-256 of the id, hex. */
  hash: Type.String(),
  /** Of a user here, or `oidc:` and the subject. */
  name: Type.String(),
  /** For people. */
  displayName: Type.String(),
  /** At that time. */
  role: Type.Enum([...ROLES]),
  /** Of the account at that time; of who comes from an identity provider: null. */
  generation: Type.Union([Type.Integer(), Type.Null()]),
  /** Which identity provider, and which roles it gave; '' of a user here. */
  provider: Type.String(),
  /** Where it was begun: client address and browser. */
  address: Type.String(),
  agent: Type.String(),
  startedAtMs: Type.Number(),
  /** When they last showed who they are; absent: when it was begun. */
  authenticatedAtMs: Type.Optional(Type.Number()),
  usedAtMs: Type.Number(),
})
const StateSchema = Type.Array(KeptSchema)

export type KeptSession = Static<typeof KeptSchema>

export interface SessionTimes {
  readonly idleMs: number
  readonly absoluteMs: number
}

/** Throws `document_damaged`. */
export function readSessions(text: string): readonly KeptSession[] {
  if (text === '') return []
  const state = JSON.parse(text) as readonly KeptSession[]
  if (check(StateSchema, state, () => undefined)) return state
  throw new SallyportError('document_damaged', 'the sessions are not what this version writes')
}

export function isAlive(
  { usedAtMs, startedAtMs }: KeptSession,
  { idleMs, absoluteMs }: SessionTimes,
  nowMs: number,
): boolean {
  return nowMs - usedAtMs < idleMs && nowMs - startedAtMs < absoluteMs
}
