// What the nodes of a fleet say of themselves, and how old it may be.

import type { ConfigPath } from '../../../sidecar/runtime/problem.ts'

/** A node that has not been heard for so long is not waited for any more. */
export const LIVE_MS = 5000
/** And after so long it is not even listed. */
export const FORGET_MS = 3_600_000
/** Beyond so many nodes those that were silent for longest are forgotten. */
export const MAX_NODES = 256

/** Said several times a second. Plain data. */
export interface Announcement {
  /** Kept in the node's data folder, and so the same after a restart. */
  readonly id: string
  /** For people. */
  readonly name: string
  /** Of the program. */
  readonly version: string
  readonly addresses: readonly string[]
  /** Number of the revision that is served; null where what is served is none yet. */
  readonly revision: number | null
  /** Of the text that is served; '' before the first. */
  readonly checksum: string
  /** The revision that could not be put to work here, and why. */
  readonly failed: { readonly revision: number; readonly reason: string } | null
  /** This node's wall clock less that of Redis, measured at the beat before; null at first. */
  readonly skewMs: number | null
  /** Absent of nodes of an older version; null: it has no egress, or its workers have not said yet. */
  readonly egress?: EgressSaid | null
}

/** How the workers of a node let calls out, as they say themselves. */
export interface EgressSaid {
  /** Each once, at most one of a kind: `enforce`, `report`, `learn`, or `none` where a worker has no egress. */
  readonly modes: readonly string[]
  readonly workers: number
  /** Of these, how many did not answer. */
  readonly missing: number
}

export interface Member extends Announcement {
  /** Since it was heard, by the clock of Redis. */
  readonly silentMs: number
}

export type Health = 'serving' | 'behind' | 'failed' | 'away'

/** `checksum`: of the revision that the fleet serves. */
export function healthOf(member: Member, checksum: string): Health {
  if (!isLive(member)) return 'away'
  if (member.checksum === checksum) return 'serving'
  return member.failed === null ? 'behind' : 'failed'
}

export function isLive({ silentMs }: Member): boolean {
  return silentMs <= LIVE_MS
}

/** null for anything that no node of this version would say. */
export function decodeAnnouncement(text: string): Announcement | null {
  const value = parsed(text) as Partial<Record<keyof Announcement, unknown>> | null
  if (typeof value !== 'object' || value === null) return null
  const { id, name, version, addresses, revision, checksum, failed, skewMs } = value
  const isWhole =
    [id, name, version, checksum].every((field) => typeof field === 'string') &&
    Array.isArray(addresses) &&
    isNumberOrNull(revision) &&
    isNumberOrNull(skewMs) &&
    typeof failed === 'object'
  return isWhole ? (value as Announcement) : null
}

/** What a node says to a proposal: it could serve it, or why not. */
export type Vote =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly reason: string; readonly problems: readonly VoteProblem[] }

/** One fault of the text, as that node sees it. */
export interface VoteProblem {
  readonly path: ConfigPath
  readonly message: string
  readonly line: number
  readonly column: number
}

const READY = 'ready'

export function encodeVote(vote: Vote): string {
  return vote.kind === 'ready' ? READY : JSON.stringify(vote)
}

/** Anything that cannot be read is a refusal. */
export function decodeVote(text: string): Vote {
  if (text === READY) return { kind: 'ready' }
  const value = parsed(text) as Partial<Record<'reason' | 'problems', unknown>> | null
  const { reason, problems } = value ?? {}
  return {
    kind: 'refused',
    reason: typeof reason === 'string' ? reason : 'its answer could not be read',
    problems: Array.isArray(problems) ? (problems as VoteProblem[]) : [],
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || typeof value === 'number'
}
