// What the console knows of the admin API: the types of its answers, taken from the code that answers. Types only.

import type { Static } from 'typebox'
import type {
  Revision as KeptRevision,
  RevisionSummary as KeptRevisionSummary,
} from './revisions/revision.ts'
import type {
  Me,
  NewToken,
  OidcTest,
  Provider,
  SecondFactor,
  Session,
  Token,
  User,
} from './access/schemas.ts'

export type { ProblemBody, FieldProblem } from './admin/api-error.ts'
export type { Role } from './admin/operation.ts'
export type { AuditEntry } from './audit/entry.ts'
export type {
  ListedToken as JoinToken,
  CreatedToken as CreatedJoinToken,
} from './ca/join-tokens.ts'
export type { AcmeCertificate, AcmePage } from './certificates/acme/schemas.ts'
export type {
  Certificate,
  CertificateFault,
  CertificatePage,
  ServedBy,
  UploadAnswer,
} from './certificates/schemas.ts'
export type { Served } from './config/configurations.ts'
export type { Health } from './fleet/member.ts'
export type { PlacedExplanation } from './live/explainer.ts'
export type { DeniedKind } from './live/denied.ts'
export type { Figure } from './live/figures.ts'
export type { EndpointState } from './live/endpoint-state.ts'
export type { RouteFigure } from './live/live.ts'
export type { LoadPoint } from './live/node-load.ts'
export type { NodeState } from './live/node-state.ts'
export type { Signal, SignalPoint } from './live/rollups.ts'
export type { EndpointView, ServiceView } from './live/services.ts'
export type { NodeKind, Topology, TopologyEdge, TopologyNode } from './live/topology.ts'
export type { Window } from './live/windows.ts'
export type { Authority as MeshAuthority } from './mesh/authority-operations.ts'
export type { InstanceView } from './mesh/registry.ts'
export type { ReleaseView } from './releases/releases.ts'
export type { Origin } from './revisions/revision.ts'
export type { ToldFinding } from './system/check.ts'
export type { Bundle } from './system/diagnostics.ts'
export type { RestorePreview } from './system/restore.ts'
export type { ChecksAnswer } from './system/system.ts'
export type { Denial } from '../allow/denials.ts'
export type { DeniedCall } from './egress/inbox.ts'
export type { NodeMode } from './egress/fleet-modes.ts'
export type { Proposal } from '../allow/learned.ts'
export type {
  LimitedList,
  LimitedView as LimitedKey,
  MeasureView as LimitMeasure,
  OneLimited as OneLimitedKey,
} from './limits/answers.ts'
export type { InspectedIssuer, InspectedKey } from './policies/discover-issuer.ts'
export type { ListedIssuer } from './policies/issuers.ts'
export type { LimitPromise, Replay } from './policies/replay-limit.ts'
export type { Simulation } from './policies/simulate-cors.ts'
export type { TestResult } from './policies/test-requests.ts'
export type { Impact } from '../decide/explain-past.ts'
export type { RecentRequest } from '../decide/explain-record.ts'

interface Tagged {
  /** '' where it has none. */
  readonly tag: string
}
export type Revision = KeptRevision & Tagged
export type RevisionSummary = KeptRevisionSummary & Tagged
export type Me = Static<typeof Me>
export type User = Static<typeof User>
export type SecondFactor = Static<typeof SecondFactor>
export type Session = Static<typeof Session>
export type Provider = Static<typeof Provider>['provider']
export type OidcTest = Static<typeof OidcTest>
export type Token = Static<typeof Token>
export type NewToken = Static<typeof NewToken>
