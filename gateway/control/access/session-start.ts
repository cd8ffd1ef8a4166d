// The beginning of a session: the cookie, what the page is told, and the end of the session that was there before.

import type { OperationRequest } from '../admin/operation.ts'
import type { User } from './account-state.ts'
import { sessionCookie } from './cookies.ts'
import type { Session, Sessions, SessionUser } from './sessions.ts'

/** Answers what the page must know; `cookies`: more to set than that of the session. */
export function startSession(
  { header, sessionId }: OperationRequest,
  sessions: Sessions,
  user: SessionUser,
  cookies: readonly string[] = [],
): object {
  if (sessionId !== null) sessions.end(sessionId)
  const { id, session } = sessions.start(user)
  header('set-cookie', [sessionCookie(id), ...cookies])
  return aboutMe(session)
}

export function aboutMe({ user, csrfToken }: Session): object {
  const { name, displayName, role, scope } = user
  return { name, displayName, role, scope, csrfToken }
}

export function sessionUserOf({ name, role, scope, generation }: User): SessionUser {
  return { name, displayName: name, role, scope, generation }
}
