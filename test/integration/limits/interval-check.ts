// The promise of a limit, checked over every interval of a client's log.

/** One admitted request: it was decided between the two moments. */
export interface Admitted {
  readonly sentMs: number
  readonly answeredMs: number
}

/**
 * How many requests more than `max` were certainly admitted within one `windowMs`: sent after its beginning and answered
 * before its end. 0 or less: the promise holds.
 */
export function windowExcess(log: readonly Admitted[], max: number, windowMs: number): number {
  return worst(log, windowMs, () => max)
}

/** The same for at most `burst` + `perMs` × t in any interval t. */
export function bucketExcess(log: readonly Admitted[], burst: number, perMs: number): number {
  return worst(log, Infinity, (lengthMs) => burst + perMs * lengthMs)
}

function worst(
  log: readonly Admitted[],
  longestMs: number,
  allowed: (lengthMs: number) => number,
): number {
  const bySent = log.toSorted((a, b) => a.sentMs - b.sentMs)
  const byAnswer = log.toSorted((a, b) => a.answeredMs - b.answeredMs)
  let excess = -Infinity
  let first = 0
  for (const { sentMs: from } of bySent) {
    // What was answered by now was sent before, so it lies in no later interval either.
    while (byAnswer[first]!.answeredMs <= from) first += 1
    let inside = 0
    for (let i = first; i < byAnswer.length; i++) {
      const { sentMs, answeredMs } = byAnswer[i]!
      if (answeredMs >= from + longestMs) break
      if (sentMs < from) continue
      inside += 1
      excess = Math.max(excess, inside - allowed(answeredMs - from))
    }
  }
  return excess
}
