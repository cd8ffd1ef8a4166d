// What the console knows of the admin API: the types of its answers, taken from the code that answers. Types only.

import type { Static } from 'typebox'
import type { Me, NewToken, Token, User } from './access/schemas.ts'

export type { ProblemBody, FieldProblem } from './admin/api-error.ts'
export type { Role } from './admin/operation.ts'
export type { AuditEntry } from './audit/entry.ts'
export type {
  ListedToken as JoinToken,
  CreatedToken as CreatedJoinToken,
} from './ca/join-tokens.ts'
export type { Served } from './config/configurations.ts'
export type { Health } from './fleet/member.ts'
export type { PlacedExplanation } from './live/explainer.ts'
export type { Signal, SignalPoint, Window } from './live/rollups.ts'
export type { InstanceView } from './mesh/registry.ts'
export type { Origin, Revision, RevisionSummary } from './revisions/revision.ts'
export type { Denial } from '../allow/denials.ts'
export type { Proposal } from '../allow/learned.ts'
export type { RefusedEntry as LimitedKey } from '../limit/refusals.ts'
export type { Impact } from '../decide/explain-past.ts'
export type { RecentRequest } from '../decide/explain-record.ts'

export type Me = Static<typeof Me>
export type User = Static<typeof User>
export type Token = Static<typeof Token>
export type NewToken = Static<typeof NewToken>
