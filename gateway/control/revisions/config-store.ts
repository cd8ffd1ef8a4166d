// Where revisions are kept: in a folder of one node, or in Redis for a fleet. Both keep the same rules.

import type { Revision, RevisionDraft, RevisionSummary } from './revision.ts'

export type AppendResult =
  | { readonly kind: 'stored'; readonly revision: Revision }
  /** Somebody was faster: `head` is what they wrote. */
  | { readonly kind: 'conflict'; readonly head: RevisionSummary | null }

/** Revisions beyond this many are forgotten, oldest first. */
export const MAX_REVISIONS = 1000

/**
 * Every method rejects where the store cannot be reached. Revisions never change; a torn or edited one is passed over as
 * if it were not there.
 */
export interface ConfigStore {
  /** The newest revision, or null in an empty store. */
  head(): Promise<Revision | null>
  get(number: number): Promise<Revision | null>
  /** Newest first, those below `before` (null: all), at most `limit`. */
  list(before: number | null, limit: number): Promise<readonly RevisionSummary[]>
  /** Adds a revision if the head still is number `after` (0: the store is empty). */
  append(draft: RevisionDraft, after: number): Promise<AppendResult>
  /** Calls back soon after somebody appended, also more often than that. Returns what ends it. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}
