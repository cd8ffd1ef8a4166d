// Puts a new text in the place of the configuration file: whole or not at all, with the file's own owner and mode.

import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import { replaceFileSync } from '../../sidecar/runtime/replace-file.ts'

/** Why `writeConfig` would fail, or null. */
export function writeProblem(file: string): string | null {
  try {
    const target = realpathSync(file)
    accessSync(target, constants.W_OK)
    accessSync(dirname(target), constants.W_OK)
    return null
  } catch (error) {
    return errorMessage(error)
  }
}

/** Follows a link to the file. Throws the system's error, and then the file is as it was. */
export function writeConfig(file: string, text: string): void {
  const target = realpathSync(file)
  const { mode, uid, gid } = statSync(target)
  replaceFileSync(target, text, { mode: mode & 0o7777, owner: { uid, gid } })
}
