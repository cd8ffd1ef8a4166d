// By which way a change came in: the one answer for revisions and for the audit.

import type { Principal } from './operation.ts'

/** `cli`: over the control socket; `ui`: with the session of a browser; `api`: with a token. */
export function originOf({ kind }: Pick<Principal, 'kind'>): 'cli' | 'ui' | 'api' {
  if (kind === 'local') return 'cli'
  return kind === 'user' ? 'ui' : 'api'
}
