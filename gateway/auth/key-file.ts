// The last good keys of an issuer on disk, so that a restart does not depend on the identity provider being up.

import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { replaceFile } from '../../sidecar/runtime/replace-file.ts'
import type { JwksDocument } from './key-set.ts'

/** A larger file was not written by us. */
const MAX_FILE_BYTES = 1024 * 1024

export interface StoredKeys {
  /** keySourceId of the issuer they belong to. */
  readonly sourceId: string
  /** Wall clock. */
  readonly fetchedAtMs: number
  readonly document: JwksDocument
}

export function keyFilePath(dataDir: string, issuerName: string): string {
  return join(dataDir, `jwks-${issuerName}.json`)
}

/** Replaces the file whole or not at all; readable by the owner only. Rejects with a system error. */
export async function writeKeyFile(path: string, keys: StoredKeys): Promise<void> {
  const body = JSON.stringify(keys)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await replaceFile(path, `${checksum(body)}\n${body}\n`)
}

/** The stored keys, or null where there are none, or none that are whole. Never rejects. */
export async function readKeyFile(path: string): Promise<StoredKeys | null> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) return null
    const [sum, body = ''] = (await readFile(path, 'utf8')).split('\n', 2)
    if (sum !== checksum(body)) return null
    // The checksum says that we wrote it, so it has the shape we write.
    return JSON.parse(body) as StoredKeys
  } catch {
    return null
  }
}

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex')
}
