// Documents of a node that works alone: one file each with a checksum, replaced whole, for their owner alone.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode, SallyportError } from '../../../sidecar/runtime/errors.ts'
import { replaceFileSync } from '../../../sidecar/runtime/replace-file.ts'
import { MAX_DOCUMENT_BYTES, type Document, type Documents } from './documents.ts'

const NAME = /^[a-z][a-z-]{0,63}$/

export class FolderDocuments implements Documents {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  async read(name: string): Promise<Document> {
    return this.#read(name)
  }

  async write(name: string, text: string, version: number): Promise<boolean> {
    if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) {
      throw new RangeError(`${name} has more than ${MAX_DOCUMENT_BYTES} bytes`)
    }
    // One process owns the folder, and nothing of it comes between this look and the rename.
    if (this.#read(name).version !== version) return false
    const next = version + 1
    replaceFileSync(this.#path(name), `${next} ${checksum(next, text)}\n${text}`)
    return true
  }

  #read(name: string): Document {
    let content: string
    try {
      content = readFileSync(this.#path(name), 'utf8')
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return { text: '', version: 0 }
      throw error
    }
    const end = content.indexOf('\n')
    const [version = '', sum = ''] = content.slice(0, end).split(' ')
    const text = content.slice(end + 1)
    if (end !== -1 && sum === checksum(Number(version), text)) {
      return { text, version: Number(version) }
    }
    const message = `${this.#path(name)} is damaged: restore it from a backup, or remove it to begin anew`
    throw new SallyportError('document_damaged', message)
  }

  #path(name: string): string {
    if (!NAME.test(name)) throw new TypeError(`${name} is no name of a document`)
    return join(this.#folder, name)
  }
}

function checksum(version: number, text: string): string {
  return createHash('sha256').update(`${version}\n`).update(text).digest('hex')
}
