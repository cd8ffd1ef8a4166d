// The sentences by which a change of the configuration is refused.

import type { LocatedProblem } from '../../config/problems.ts'
import { ApiError } from '../admin/api-error.ts'
import type { RevisionSummary } from '../revisions/revision.ts'
import { fieldProblems } from './located.ts'

export function invalid(problems: readonly LocatedProblem[]): ApiError {
  const errors = problems.filter(({ severity }) => severity === 'error')
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  const message = `the configuration is not valid: ${first?.message ?? ''}${more}`
  return new ApiError('config_invalid', message, fieldProblems(problems))
}

/** `head`: what somebody else wrote meanwhile, as far as that is known. */
export function stale(head: RevisionSummary | null): ApiError {
  if (head === null) {
    return new ApiError('stale', 'somebody changed the configuration meanwhile; look at it again')
  }
  const { number, author, origin, message, atMs } = head
  const who = author === '' ? origin : author
  const why = message === '' ? '' : ` “${message}”`
  const what = `revision ${number}${why}, ${new Date(atMs).toISOString()}`
  return new ApiError(
    'stale',
    `${who} changed the configuration meanwhile (${what}); look at it again`,
  )
}

export function notWaiting(): ApiError {
  return new ApiError('conflict', 'there is no change that waits to be confirmed')
}
