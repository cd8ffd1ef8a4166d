// One change on its way to every node of a fleet, as the node sees it where it was asked for: proposed, agreed on, made the
// revision of all, and awaited until all serve it; or nowhere.

import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError, type FieldProblem } from '../admin/api-error.ts'
import type { ConfigChange } from '../config/change.ts'
import type { ServingNode } from '../config/deployment.ts'
import { stale } from '../config/refusals.ts'
import {
  checksumOf,
  revise,
  summaryOf,
  type Revision,
  type RevisionSummary,
} from '../revisions/revision.ts'
import {
  StoreAway,
  type CommitWanted,
  type FleetStore,
  type OpenResult,
  type Proposal,
} from './fleet-store.ts'
import { isLive, type Announcement, type Member, type Vote } from './member.ts'

/** Until every node has said whether it could serve it; what another change takes that was first is part of it. */
const AGREE_MS = 10_000
/** Until every node serves it: longer than a node waits for its own processes. */
const SERVE_MS = 16_000
const LOOK_MS = 50

export interface PublishingDeps {
  readonly store: FleetStore
  readonly clock: Clock
  readonly log: Log
  readonly newId: () => string
  /** Of this process. */
  readonly life: string
  readonly self: () => Announcement
  /** The highest number this node knows of: a store that was set back must not give one out twice. */
  readonly highest: () => number
  /** Something is to be seen in the store: look now. */
  readonly wake: () => void
}

export interface Published {
  readonly revision: Revision
  readonly nodes: readonly ServingNode[]
}

/**
 * `expected`: checksum that the head must have; null: whatever it is. Throws ApiError `stale`, `rejected`, `conflict`,
 * `too_large`; StoreAway where the store does not answer, and then nobody knows: the history tells.
 */
export async function publish(
  change: ConfigChange,
  expected: string | null,
  deps: PublishingDeps,
): Promise<Published> {
  const deadlineMs = deps.clock.monotonicMs() + AGREE_MS
  const opened = await open(change, expected, deadlineMs, deps)
  if (opened.kind === 'same') {
    return { revision: opened.revision, nodes: await serving(opened.revision, deps.store) }
  }
  const { proposal, before, after } = opened
  const revision = revisionOf(change, after, deps)
  try {
    const { confirmWithinMs } = change
    await agree({ proposal: proposal.id, after, revision, confirmWithinMs }, deadlineMs, deps)
  } catch (error) {
    // Where the store is away it goes by itself, after a while.
    await deps.store.withdraw(proposal.id).catch(() => undefined)
    throw error
  }
  deps.log.info('a revision was agreed on by every node', { revision: revision.number })
  deps.wake()
  try {
    return { revision, nodes: await served(revision, before, deps) }
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error
    const what = `revision ${revision.number} was agreed on, but not every node could be heard to serve it`
    throw new ApiError('not_available', `${what}: ${error.message}`)
  }
}

type Opened =
  /** All have agreed on that very text already. */
  | { readonly kind: 'same'; readonly revision: Revision }
  | {
      readonly kind: 'open'
      readonly proposal: Proposal
      /** What is served, and what a failure goes back to. */
      readonly before: Revision
      /** Number of the head. */
      readonly after: number
    }

async function open(
  { text, author, message }: ConfigChange,
  expected: string | null,
  deadlineMs: number,
  { store, clock, newId, life, self, wake }: PublishingDeps,
): Promise<Opened> {
  const { id: node, name } = self()
  const checksum = checksumOf(text)
  const proposal = { id: newId(), node, name, life, author, message }
  for (;;) {
    const head = await store.head()
    if (head === null) throw new ApiError('not_available', 'the fleet has no revision yet')
    const { number: after, revision: before } = head
    if (expected !== null && before.checksum !== expected) throw stale(summaryOf(before))
    if (before.checksum === checksum) return { kind: 'same', revision: before }
    const result = await store.open(proposal, text, after)
    if (result.kind === 'open') {
      wake()
      return { kind: 'open', proposal, before, after }
    }
    if (clock.monotonicMs() >= deadlineMs) throw stillBusy(result)
    await pause(clock)
  }
}

function stillBusy(result: OpenResult): ApiError {
  if (result.kind !== 'busy') return stale(null)
  const { name, author } = result.by
  const by = author === '' ? 'another change' : `a change of ${author}`
  return new ApiError('conflict', `${by}, begun on ${name}, is still under way; try again`)
}

function revisionOf(change: ConfigChange, after: number, deps: PublishingDeps): Revision {
  const { text, author, origin, message, guard } = change
  const atMs = deps.clock.wallMs()
  const draft = { text, author, origin, message, atMs, ...(guard && { guard }) }
  try {
    return revise(draft, Math.max(after, deps.highest()))
  } catch (error) {
    throw new ApiError('too_large', errorMessage(error))
  }
}

/** Resolves once it is the revision of all. */
async function agree(
  wanted: CommitWanted,
  deadlineMs: number,
  { store, clock }: PublishingDeps,
): Promise<void> {
  for (;;) {
    const votes = await store.tally(wanted.proposal)
    if (votes === null) throw new ApiError('conflict', 'the proposal was given up; try again')
    const missing = [...votes].filter(([, vote]) => vote === null).map(([node]) => node)
    const against = [...votes].filter(([, vote]) => vote?.kind === 'refused')
    if (against.length > 0) throw await refusedBy(against as [string, Vote][], store)
    if (missing.length === 0) {
      const result = await store.commit(wanted)
      if (result === 'stored') return
      if (result === 'stale') throw stale(await written(store))
    } else if (clock.monotonicMs() >= deadlineMs) {
      throw await silent(missing, store)
    }
    await pause(clock)
  }
}

/** All live nodes, once they serve it. Where one cannot, or does not say so in time, it is taken back from all. */
async function served(
  revision: Revision,
  before: Revision,
  { store, clock, self, highest, wake }: PublishingDeps,
): Promise<readonly ServingNode[]> {
  const { number, checksum } = revision
  const deadlineMs = clock.monotonicMs() + SERVE_MS
  for (;;) {
    const members = (await store.members()).filter(isLive)
    const behind = members.filter((member) => member.checksum !== checksum)
    const own = self()
    if (behind.length === 0 && own.checksum === checksum) {
      return members.map(({ id, name }) => ({ id, name }))
    }
    const later = members.find((member) => (member.revision ?? 0) > number)
    if (later !== undefined) {
      const message = `revision ${number} was agreed on, but revision ${later.revision} came right after it`
      throw new ApiError('conflict', message)
    }
    const failed = behind.find((member) => member.failed?.revision === number)
    const isLate = clock.monotonicMs() >= deadlineMs
    if (failed === undefined && !isLate) {
      await pause(clock)
      continue
    }
    const { name } = failed ?? behind[0] ?? own
    const reason = failed?.failed?.reason ?? 'it did not say that it serves it in time'
    const message = `revision ${number} could not be put to work on ${name}: ${reason}`
    const { text } = before
    const back = { text, author: '', origin: 'auto-revert', message, atMs: clock.wallMs() } as const
    await store.advance(revise(back, Math.max(number, highest())), number, false)
    wake()
    throw new ApiError('rejected', `${message}; it was taken back everywhere`)
  }
}

async function serving({ checksum }: Revision, store: FleetStore): Promise<readonly ServingNode[]> {
  const members = (await store.members()).filter((member) => member.checksum === checksum)
  return members.filter(isLive).map(({ id, name }) => ({ id, name }))
}

async function refusedBy(
  against: readonly (readonly [string, Vote])[],
  store: FleetStore,
): Promise<ApiError> {
  const names = await namesOf(store)
  const errors: FieldProblem[] = []
  const said: string[] = []
  for (const [id, vote] of against) {
    if (vote.kind !== 'refused') continue
    const name = names.get(id) ?? id
    said.push(`${name}: ${vote.reason}`)
    const pointer = `/nodes/${name}`
    const hint = 'it serves nowhere until every node can serve it'
    if (vote.problems.length === 0) errors.push({ pointer, detail: vote.reason, hint })
    for (const { message, line, column } of vote.problems) {
      errors.push({ pointer, detail: message, hint, severity: 'error', line, column })
    }
  }
  return new ApiError('rejected', `it serves nowhere, refused by ${said.join('; ')}`, errors)
}

async function silent(missing: readonly string[], store: FleetStore): Promise<ApiError> {
  const names = await namesOf(store)
  const errors = missing.map((id) => ({
    pointer: `/nodes/${names.get(id) ?? id}`,
    detail: `it did not answer within ${AGREE_MS / 1000} s`,
    hint: 'look at that node, or wait until it counts as away',
  }))
  const list = missing.map((id) => names.get(id) ?? id).join(', ')
  return new ApiError('rejected', `it serves nowhere: no answer from ${list}`, errors)
}

async function namesOf(store: FleetStore): Promise<ReadonlyMap<string, string>> {
  const members: readonly Member[] = await store.members()
  return new Map(members.map(({ id, name }) => [id, name]))
}

async function written(store: FleetStore): Promise<RevisionSummary | null> {
  const head = await store.head()
  return head === null ? null : summaryOf(head.revision)
}

function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.after(LOOK_MS, resolve))
}
