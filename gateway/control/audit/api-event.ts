// What a call of the admin API is in the audit.

import type { ApiEvent } from '../admin/app.ts'
import { originOf } from '../admin/origin.ts'
import type { AuditEvent } from './entry.ts'

export function auditOfCall({
  operation,
  principal,
  address,
  requestId,
  change,
  result,
}: ApiEvent): AuditEvent {
  const { kind, name, token } = principal
  return {
    actor: {
      kind,
      name: token === '' ? name : `${name} (token ${token})`,
      address: address === '' ? null : address,
    },
    origin: originOf(principal),
    action: operation,
    target: change?.target ?? '',
    before: change?.before ?? null,
    after: change?.after ?? null,
    result,
    requestId,
  }
}
