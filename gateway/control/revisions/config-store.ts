// Where revisions are kept: in a folder of one node, or in Redis for a fleet. Both keep the same rules.

import type { Revision, RevisionDraft, RevisionSummary } from './revision.ts'

export type AppendResult =
  | { readonly kind: 'stored'; readonly revision: Revision }
  /** Somebody was faster: `head` is what they wrote. */
  | { readonly kind: 'conflict'; readonly head: RevisionSummary | null }

/** Revisions beyond this many are forgotten, oldest first, but for those that are tagged. */
export const MAX_REVISIONS = 1000
/** Each keeps a text. */
export const MAX_TAGGED = 50

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
  /** What revisions are tagged with, by number. */
  tags(): Promise<ReadonlyMap<number, string>>
  /** Tags a revision, which is kept from then on; null takes the tag away. Rejects with RangeError beyond {@link MAX_TAGGED}. */
  tag(revision: Revision, tag: string | null): Promise<void>
  /** Calls back soon after somebody appended, also more often than that. Returns what ends it. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

/** Throws RangeError. */
export function checkTagged(count: number): void {
  if (count <= MAX_TAGGED) return
  throw new RangeError(`at most ${MAX_TAGGED} revisions may be tagged: take one tag away first`)
}
