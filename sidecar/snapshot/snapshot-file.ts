// The last good snapshot on disk, so that a sidecar that starts while control is away still knows its peers.

import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { errorCode, errorMessage } from '../runtime/errors.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import { readSnapshot } from './read-snapshot.ts'
import { MAX_SNAPSHOT_BYTES } from './schema.ts'
import type { Snapshot } from './snapshot.ts'

export type StoredSnapshot =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'none' }
  /** There is a file, and it is not to be believed. `problem` is one sentence. */
  | { readonly kind: 'refused'; readonly problem: string }

/** 64 hex digits and a line end. */
const HEAD_LENGTH = 65

/**
 * Never throws. Refused are files that others may read or write, links, and whatever is not byte for byte what
 * `saveSnapshot` wrote. The digest finds damage; against tampering stands that only this user may write the file.
 */
export function loadSnapshot(path: string): StoredSnapshot {
  let text: string
  try {
    text = readPrivate(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'none' }
    return { kind: 'refused', problem: errorMessage(error) }
  }
  const json = text.slice(HEAD_LENGTH)
  if (text.slice(0, HEAD_LENGTH) !== `${digestOf(json)}\n`) {
    return { kind: 'refused', problem: 'it is damaged: its digest is another' }
  }
  try {
    const snapshot = readSnapshot(JSON.parse(json))
    return 'problem' in snapshot
      ? { kind: 'refused', problem: snapshot.problem }
      : { kind: 'snapshot', snapshot }
  } catch (error) {
    return { kind: 'refused', problem: errorMessage(error) }
  }
}

/** Replaces the file whole (mode 0600), or leaves the one before as it is and throws the system's error. */
export function saveSnapshot(path: string, snapshot: Snapshot): void {
  const json = JSON.stringify(snapshot)
  replaceFileSync(path, `${digestOf(json)}\n${json}`)
}

function readPrivate(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) throw new TypeError('it is not a regular file')
    if ((stats.mode & 0o077) !== 0) throw new TypeError('others may read or write it')
    if (stats.size > MAX_SNAPSHOT_BYTES + HEAD_LENGTH) throw new RangeError('it is too large')
    return readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}

function digestOf(json: string): string {
  return createHash('sha256').update(json).digest('hex')
}
