// Request ids: 128 random bits as 32 hex digits, which is also the form of a trace id (W3C Trace Context section 3.2.2.3).

import type { RequestState } from './request-state.ts'

/** Random bytes are drawn in batches: one system call for 256 ids. */
const BATCH_BYTES = 4096
const ID_BYTES = 16

/** A function that gives a fresh id at each call. `randomFill` fills the buffer with random bytes. */
export function createIdSource(randomFill: (buffer: Buffer) => void): () => string {
  const batch = Buffer.alloc(BATCH_BYTES)
  let at = BATCH_BYTES
  return () => {
    if (at === BATCH_BYTES) {
      randomFill(batch)
      at = 0
    }
    at += ID_BYTES
    return batch.toString('hex', at - ID_BYTES, at)
  }
}

const TRACE_ID = /^[0-9a-f]{32}$/

/** The request's id is its trace id, so that either finds the other; an id that a proxy in front gave may be no trace id. */
export function traceIdOf(
  { facts, listener }: Pick<RequestState, 'facts' | 'listener'>,
  newId: () => string,
): string {
  const isOurs = listener.trustedHops === 0
  return isOurs || TRACE_ID.test(facts.id) ? facts.id : newId()
}
