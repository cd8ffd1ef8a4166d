// Writes a file that is not there yet, for its owner alone.

import { closeSync, openSync, writeSync } from 'node:fs'
import { errorCode, errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import { BACKUP_WORDS } from './words/backup-words.ts'
import type { Language } from './words/language.ts'

/** Throws SallyportError `usage` where it is there already, or cannot be written. */
export function writeNewFile(path: string, text: string, language: Language): void {
  const t = BACKUP_WORDS[language]
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeSync(file, text)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const message =
      errorCode(error) === 'EEXIST' ? t.exists(path) : t.cannotWrite(path, errorMessage(error))
    throw new SallyportError('usage', message)
  }
}
