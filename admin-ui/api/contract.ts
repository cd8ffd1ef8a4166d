// The types of the admin API, as the code that answers declares them: a change over there breaks the type check here.

export type {
  AuditEntry,
  CreatedJoinToken,
  Denial,
  FieldProblem,
  Health,
  Impact,
  InstanceView,
  JoinToken,
  LimitedKey,
  Me,
  NewToken,
  Origin,
  PlacedExplanation,
  ProblemBody,
  Proposal,
  RecentRequest,
  Revision,
  RevisionSummary,
  Role,
  Served,
  Signal,
  SignalPoint,
  Token,
  User,
  Window,
} from '../../gateway/control/contract.ts'

/** One page of a long list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}
