// The trace id of a request (W3C Trace Context section 3.2.2.3).

import type { RequestState } from './request-state.ts'

const TRACE_ID = /^[0-9a-f]{32}$/

/** The request's id is its trace id, so that either finds the other; an id that a proxy in front gave may be no trace id. */
export function traceIdOf(
  { facts, listener }: Pick<RequestState, 'facts' | 'listener'>,
  newId: () => string,
): string {
  const isOurs = listener.trustedHops === 0
  return isOurs || TRACE_ID.test(facts.id) ? facts.id : newId()
}
