// Access records as the gateway wrote them on stdout.

import type { AccessRecord } from '../../../sidecar/telemetry/access-record.ts'
import type { TestGateway } from '../../support/gateway.ts'

export function recordsOf(stdout: string): AccessRecord[] {
  // The last piece is '' or a line that is not complete yet.
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AccessRecord)
}

/** The first record that `found` accepts, as soon as it is written. */
export async function recordWhere(
  gateway: TestGateway,
  what: string,
  found: (record: AccessRecord) => boolean,
): Promise<AccessRecord> {
  await gateway.waitFor(`a record of ${what}`, (stdout) => recordsOf(stdout).some(found))
  return recordsOf(gateway.stdout()).find(found)!
}
