// Appends to the audit of the folder it is given until that fails, then says how many entries found room.

import { errorCode } from '../../../../sidecar/runtime/errors.ts'
import { AuditLog } from '../../../../gateway/control/audit/audit-log.ts'

const log = new AuditLog({ folder: process.argv[2]!, clock: { wallMs: () => 0 } })
for (let count = 0; ; count++) {
  try {
    log.append({
      actor: { kind: 'user', name: 'sato', address: '127.0.0.1' },
      origin: 'api',
      action: 'route.update',
      target: `route-${count}`,
      before: null,
      after: null,
      result: 'ok',
      requestId: 'r1',
    })
  } catch (error) {
    process.stdout.write(`${count} written, ${errorCode(error)}\n`)
    break
  }
}
