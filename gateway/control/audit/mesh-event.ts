// What happens in the mesh, as the audit tells it.

import type { CaAuditEvent } from '../ca/audit.ts'
import type { MeshAuditEvent } from '../mesh/audit.ts'
import type { AuditEvent } from './entry.ts'

/** Done by operators, whose call of the API is told already. */
const TOLD_BY_API: ReadonlySet<string> = new Set([
  'join_token_create',
  'join_token_remove',
  'revocation_add',
  'revocation_remove',
])

/** null where the call of the API that did it is told already. */
export function auditOfMesh(event: CaAuditEvent | MeshAuditEvent): AuditEvent | null {
  if (TOLD_BY_API.has(event.kind)) return null
  const { kind, actor, service, result, reason, detail } = event
  return {
    actor: { kind: 'mesh', name: actor, address: null },
    origin: 'mesh',
    action: kind,
    target: service ?? '',
    before: null,
    after: detail,
    result: reason ?? result,
    requestId: '',
  }
}
