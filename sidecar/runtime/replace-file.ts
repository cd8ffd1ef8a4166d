// The one way to put a file in the place of another: whole or not at all, safe on disk when it is told, nothing left over.

import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from './errors.ts'

export interface FileRights {
  /** Permission bits, whatever the umask; default 0o600. */
  readonly mode?: number
  /** Kept where this process may give files away (root); else it owns what it writes. */
  readonly owner?: { readonly uid: number; readonly gid: number }
}

const PRIVATE = 0o600

/**
 * Throws the system's error, and then the file is as it was. A link at `path` is replaced, not followed. The folder must
 * exist and be readable: its entry is made safe, too.
 */
export function replaceFileSync(path: string, text: string, rights: FileRights = {}): void {
  const folder = openSync(dirname(path), 'r')
  const temporary = besideOf(path)
  try {
    try {
      const file = openSync(temporary, 'wx', PRIVATE)
      try {
        writeFileSync(file, text)
        giveRights(file, rights)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
    settle(folder)
  } finally {
    closeSync(folder)
  }
}

/** As `replaceFileSync`, without keeping anybody waiting; of calls at one time each is whole, and one is the last. */
export async function replaceFile(
  path: string,
  text: string,
  rights: FileRights = {},
): Promise<void> {
  const folder = await open(dirname(path), 'r')
  const temporary = besideOf(path)
  try {
    try {
      await write(temporary, text, rights)
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await folder.sync().catch(unlessUnknown)
  } finally {
    await folder.close()
  }
}

async function write(path: string, text: string, rights: FileRights): Promise<void> {
  const file: FileHandle = await open(path, 'wx', PRIVATE)
  try {
    await file.writeFile(text)
    giveRights(file.fd, rights)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A name that nobody else writes at the same time, and nobody can guess and put a link at. */
function besideOf(path: string): string {
  return `${path}.${randomBytes(8).toString('hex')}.new`
}

function giveRights(file: number, { mode = PRIVATE, owner }: FileRights): void {
  if (owner !== undefined) {
    try {
      fchownSync(file, owner.uid, owner.gid)
    } catch (error) {
      if (errorCode(error) !== 'EPERM') throw error
    }
  }
  // Last: giving a file away takes special bits from it.
  fchmodSync(file, mode)
}

function settle(folder: number): void {
  try {
    fsyncSync(folder)
  } catch (error) {
    unlessUnknown(error)
  }
}

/** Some file systems have no such thing for folders, and nothing is to be gained by failing. */
function unlessUnknown(error: unknown): void {
  if (errorCode(error) !== 'EINVAL') throw error
}
