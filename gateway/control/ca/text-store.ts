// One small piece of state that outlives the process: loaded whole, replaced whole, readable by its owner only.

import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SallyportError, errorCode } from '../../../sidecar/runtime/errors.ts'
import { replaceFile } from '../../../sidecar/runtime/replace-file.ts'

export interface TextStore {
  /** null: nothing has been saved yet. Rejects where there is something that cannot be believed. */
  load(): Promise<string | null>
  /** Resolves when the text is safe. Calls must not overlap. */
  save(text: string): Promise<void>
}

/** A larger file was not written by us. */
const MAX_FILE_BYTES = 8 * 1024 * 1024

/**
 * A file with mode 0600 in a folder with mode 0700, written beside and renamed. `load` rejects with SallyportError
 * `state_exposed` where others can read the file, `state_damaged` where it is not as it was written; both with a system
 * error where the disk has one.
 */
export function fileStore(path: string): TextStore {
  return { load: () => load(path), save: (text) => save(path, text) }
}

async function load(path: string): Promise<string | null> {
  try {
    const { mode, size } = await stat(path)
    if ((mode & 0o077) !== 0)
      throw new SallyportError('state_exposed', `others can read ${path}: chmod 600 it`)
    if (size > MAX_FILE_BYTES) throw damaged(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
  const content = await readFile(path, 'utf8')
  const end = content.indexOf('\n')
  const text = content.slice(end + 1)
  if (end === -1 || content.slice(0, end) !== checksum(text)) throw damaged(path)
  return text
}

async function save(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await replaceFile(path, `${checksum(text)}\n${text}`)
}

function damaged(path: string): SallyportError {
  return new SallyportError('state_damaged', `${path} is not as it was written`)
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
