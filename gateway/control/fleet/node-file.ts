// Who this node is, and the last revision of its fleet it has served: remembered in the data folder.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFileSync } from '../../../sidecar/runtime/replace-file.ts'
import type { RevisionSummary } from '../revisions/revision.ts'

export interface Remembered {
  /** 32 hexadecimal digits. */
  readonly id: string
  /** null before the first. */
  readonly revision: RevisionSummary | null
}

const NAME = 'node.json'
const REFUSED = 'refused.yaml'

/** What is not there, or damaged, begins anew under `newId`. Throws the system's error where that cannot be written. */
export function readNode(dataDir: string, newId: () => string): Remembered {
  try {
    const value = JSON.parse(readFileSync(join(dataDir, NAME), 'utf8')) as Partial<Remembered>
    const { id, revision } = value
    if (typeof id === 'string' && /^[0-9a-f]{32}$/.test(id)) {
      return { id, revision: typeof revision?.number === 'number' ? revision : null }
    }
  } catch {
    // A first start, or a file that somebody broke: the name of a node is worth no more than that.
  }
  const fresh = { id: newId(), revision: null }
  writeNode(dataDir, fresh)
  return fresh
}

/** Whole or not at all. Throws the system's error. */
export function writeNode(dataDir: string, remembered: Remembered): void {
  replaceFileSync(join(dataDir, NAME), JSON.stringify(remembered))
}

/** Keeps an edit that the fleet did not want, so that nobody's work is lost; the last one only. Answers where it is. */
export function keepRefused(dataDir: string, text: string): string {
  const path = join(dataDir, REFUSED)
  replaceFileSync(path, text)
  return path
}
