// A revision that nobody asked the API for, as the audit tells it: a change that was taken back, or an edit of the file.

import type { RevisionSummary } from '../revisions/revision.ts'
import type { AuditEvent } from './entry.ts'

export function auditOfRevision({
  number,
  origin,
  message,
  checksum,
}: RevisionSummary): AuditEvent {
  const isEdit = origin === 'file'
  return {
    // Whoever may write the file is known to the file system alone.
    actor: { kind: isEdit ? 'file' : 'system', name: '', address: null },
    origin: isEdit ? 'file' : 'system',
    action: isEdit ? 'editFile' : 'autoRevert',
    target: 'config',
    before: null,
    after: { revision: number, ...(isEdit ? {} : { reason: message }), checksum },
    result: 'ok',
    requestId: '',
  }
}
