// Revisions of a node that works alone: one file each, made whole under another name and then linked into place, so that
// none is ever torn, overwritten or written twice.

import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { replaceFileSync } from '../../../sidecar/runtime/replace-file.ts'
import { errorCode } from '../../../sidecar/runtime/errors.ts'
import { MAX_REVISIONS, checkTagged, type AppendResult, type ConfigStore } from './config-store.ts'
import {
  decodeRevision,
  encodeRevision,
  revise,
  summaryOf,
  type Revision,
  type RevisionDraft,
  type RevisionSummary,
} from './revision.ts'

const FILE = /^(\d{8})\.json$/
const TAGS = 'tags.json'

export class FolderStore implements ConfigStore {
  readonly #folder: string
  readonly #listeners = new Set<() => void>()

  /** Makes the folder, for its owner alone. */
  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  async head(): Promise<Revision | null> {
    for (const number of this.#numbers()) {
      const revision = this.#read(number)
      if (revision !== null) return revision
    }
    return null
  }

  async get(number: number): Promise<Revision | null> {
    return this.#read(number)
  }

  async list(before: number | null, limit: number): Promise<readonly RevisionSummary[]> {
    const found: RevisionSummary[] = []
    for (const number of this.#numbers()) {
      if (found.length >= limit) break
      if (before !== null && number >= before) continue
      const revision = this.#read(number)
      if (revision !== null) found.push(summaryOf(revision))
    }
    return found
  }

  async append(draft: RevisionDraft, after: number): Promise<AppendResult> {
    // First, so that the number of whoever appends from here on is taken. Behind a damaged newest file its number is, too.
    const newest = this.#numbers()[0] ?? 0
    const head = await this.head()
    if ((head?.number ?? 0) !== after) return conflict(head)
    const revision = revise(draft, newest)
    if (!this.#place(revision)) return conflict(await this.head())
    this.#forgetOldest()
    for (const listener of this.#listeners) listener()
    return { kind: 'stored', revision }
  }

  async tags(): Promise<ReadonlyMap<number, string>> {
    return this.#tags()
  }

  async tag({ number }: Revision, tag: string | null): Promise<void> {
    const tags = this.#tags()
    if (tag === null) tags.delete(number)
    else tags.set(number, tag)
    checkTagged(tags.size)
    replaceFileSync(join(this.#folder, TAGS), JSON.stringify([...tags]))
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#listeners.clear()
  }

  /** False where another process has put a revision of this number there. */
  #place(revision: Revision): boolean {
    const temporary = join(this.#folder, `${randomUUID()}-${revision.number}.tmp`)
    const file = openSync(temporary, 'w', 0o600)
    try {
      writeSync(file, encodeRevision(revision))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    try {
      linkSync(temporary, this.#path(revision.number))
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false
      throw error
    } finally {
      rmSync(temporary, { force: true })
    }
    this.#syncFolder()
    return true
  }

  /** A name in a folder is on disk only once the folder is. */
  #syncFolder(): void {
    const folder = openSync(this.#folder, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  }

  #forgetOldest(): void {
    const tags = this.#tags()
    for (const number of this.#numbers().slice(MAX_REVISIONS)) {
      if (!tags.has(number)) rmSync(this.#path(number))
    }
  }

  /** Throws where they cannot be read: then nothing is forgotten. */
  #tags(): Map<number, string> {
    try {
      return new Map(
        JSON.parse(readFileSync(join(this.#folder, TAGS), 'utf8')) as [number, string][],
      )
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return new Map()
      throw error
    }
  }

  #read(number: number): Revision | null {
    try {
      const revision = decodeRevision(readFileSync(this.#path(number), 'utf8'))
      return revision?.number === number ? revision : null
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    }
  }

  /** Newest first. */
  #numbers(): number[] {
    const numbers: number[] = []
    for (const name of readdirSync(this.#folder)) {
      const match = FILE.exec(name)
      if (match !== null) numbers.push(Number(match[1]))
    }
    return numbers.toSorted((a, b) => b - a)
  }

  #path(number: number): string {
    return join(this.#folder, `${String(number).padStart(8, '0')}.json`)
  }
}

function conflict(head: Revision | null): AppendResult {
  return { kind: 'conflict', head: head === null ? null : summaryOf(head) }
}
