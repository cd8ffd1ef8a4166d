// Makes every session of a gateway one of somebody who signed in some minutes earlier.

import { join } from 'node:path'
import { update } from '../../gateway/control/documents/documents.ts'
import { FolderDocuments } from '../../gateway/control/documents/folder-documents.ts'
import type { ConsoleUnderTest } from './console-under-test.ts'

const LATER_MS = 6 * 60_000

export async function ageSessions({ gateway }: ConsoleUnderTest): Promise<void> {
  const documents = new FolderDocuments(join(gateway.folder, 'data/documents'))
  await update(documents, 'sessions', (text) => {
    const sessions = (JSON.parse(text) as { authenticatedAtMs: number }[]).map((one) => ({
      ...one,
      authenticatedAtMs: one.authenticatedAtMs - LATER_MS,
    }))
    return { text: JSON.stringify(sessions), result: undefined }
  })
}
