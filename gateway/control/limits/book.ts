// What a fleet has decided about single keys of limits, as one document: measures in force, and counters begun anew.

import { MAX_MEASURES, type Measure } from '../../limit/measures.ts'
import { ApiError } from '../admin/api-error.ts'

export type KeptMeasure = Measure & {
  readonly limit: string
  readonly label: string
  readonly reason: string
  /** Who decided it, and when: wall-clock ms. */
  readonly by: string
  readonly sinceMs: number
}

/** The counters of a key begin anew, once on every node. */
export interface Reset {
  /** Unlike that of any other. */
  readonly id: string
  readonly key: string
  readonly atMs: number
}

export interface Book {
  readonly measures: readonly KeptMeasure[]
  readonly resets: readonly Reset[]
}

/** A node that has not heard of a reset by then asks the store anew anyway. */
const RESET_LIFE_MS = 60_000
/** Beyond it the oldest are forgotten: every node has done them long ago. */
const MAX_RESETS = 500

/** `text`: '' for a fleet that has decided nothing yet. */
export function readBook(text: string): Book {
  return text === '' ? { measures: [], resets: [] } : (JSON.parse(text) as Book)
}

/** In force at `nowMs` (wall clock). */
export function inForce({ measures }: Book, nowMs: number): readonly KeptMeasure[] {
  return measures.filter(({ untilMs }) => untilMs > nowMs)
}

/** Takes the place of the one the key has. Throws ApiError `conflict` where there are too many. */
export function withMeasure(book: Book, measure: KeptMeasure): Book {
  const others = withoutMeasure(book, measure.key, measure.sinceMs)
  if (others.measures.length < MAX_MEASURES) {
    return { ...others, measures: [...others.measures, measure] }
  }
  const message = `${MAX_MEASURES} measures are in force, and no more may be: release some of them`
  throw new ApiError('conflict', message)
}

export function withoutMeasure(book: Book, key: string, nowMs: number): Book {
  return { ...book, measures: inForce(book, nowMs).filter((one) => one.key !== key) }
}

export function withReset(book: Book, reset: Reset): Book {
  const young = book.resets.filter(({ atMs }) => atMs > reset.atMs - RESET_LIFE_MS)
  return { ...book, resets: [...young.slice(1 - MAX_RESETS), reset] }
}
