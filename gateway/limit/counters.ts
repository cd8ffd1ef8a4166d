// What a limiter counts about itself; metric names and the console are made of these.

/** Tokens and decisions since the start; only `waiting` goes down again. */
export interface LimitCounters {
  /** Tokens granted by the store, asked for or in advance. */
  granted: number
  /** Tokens that admitted a request. */
  spent: number
  /** Tokens given back to the store. */
  returned: number
  /** Tokens granted and never used: leases that ended, answers that came too late. */
  dropped: number
  /** Tokens spent without the store, to be reported to it. */
  owed: number
  /** Batches sent to the store, and those of them that failed. */
  batches: number
  failures: number
  /** Decisions made without waiting. */
  immediate: number
  /** Decisions that waited for the store. */
  asked: number
  /** Decisions that waited and were made without the store in the end. */
  unanswered: number
  /** Requests waiting at present. */
  waiting: number
}

export function newCounters(): LimitCounters {
  return {
    granted: 0,
    spent: 0,
    returned: 0,
    dropped: 0,
    owed: 0,
    batches: 0,
    failures: 0,
    immediate: 0,
    asked: 0,
    unanswered: 0,
    waiting: 0,
  }
}
