// A change that was taken back by itself, as the audit tells it.

import type { AuditEvent } from '../audit/entry.ts'
import type { RevisionSummary } from '../revisions/revision.ts'

export function tookBackEvent({ number, message, checksum }: RevisionSummary): AuditEvent {
  return {
    actor: { kind: 'system', name: '', address: null },
    origin: 'system',
    action: 'autoRevert',
    target: 'config',
    before: null,
    after: { revision: number, reason: message, checksum },
    result: 'ok',
    requestId: '',
  }
}
