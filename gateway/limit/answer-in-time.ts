// The patience with a store: it answers within 100 ms, or it counts as away.

import { SallyportError } from '../../sidecar/runtime/errors.ts'

/**
 * Asked again a store would answer no sooner, for it answers in order; so one question may take nearly all the time that a
 * request can wait.
 */
export const ANSWER_MS = 100

/**
 * As `answer`, but rejects with `limit_store_timeout` after ANSWER_MS; what comes later is dropped. On real time, as the
 * connection is that it waits for.
 */
export function answerInTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(new SallyportError('limit_store_timeout', 'the limit store did not answer in time'))
    }
    // A process that was busy sees its timers before the answers that came meanwhile; those are read first.
    const timer = setTimeout(() => setImmediate(giveUp), ANSWER_MS)
    timer.unref()
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
