// Puts a new text in the place of the configuration file: whole or not at all, with the file's own owner and mode.

import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { errorCode, errorMessage } from '../../sidecar/runtime/errors.ts'

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
  const temporary = `${target}.new`
  try {
    const opened = openSync(temporary, 'w', 0o600)
    try {
      writeSync(opened, text)
      keepOwner(opened, uid, gid)
      fchmodSync(opened, mode & 0o7777)
      fsyncSync(opened)
    } finally {
      closeSync(opened)
    }
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Only root may give a file away; whoever else writes it owns it afterwards. */
function keepOwner(opened: number, uid: number, gid: number): void {
  try {
    fchownSync(opened, uid, gid)
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error
  }
}
