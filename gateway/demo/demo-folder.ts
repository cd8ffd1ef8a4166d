// The folder in which everything of the demo is: configuration, certificates, data and logs.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { SallyportError } from '../../sidecar/runtime/errors.ts'

export class DemoFolder {
  /** Absolute; for this user alone. */
  readonly path: string
  readonly #isKept: boolean

  /**
   * `keep`: a new or empty folder that stays when the demo has ended; null: a temporary one. Throws SallyportError
   * `folder_not_empty`, or the system's error.
   */
  constructor(keep: string | null) {
    this.#isKept = keep !== null
    this.path = keep === null ? mkdtempSync(join(tmpdir(), 'sallyport-demo-')) : emptyFolder(keep)
  }

  at(name: string): string {
    return join(this.path, name)
  }

  logFile(name: string): string {
    return this.at(`logs/${name}.log`)
  }

  /** For this user alone. */
  write(name: string, text: string): void {
    const file = this.at(name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: 0o600 })
  }

  remove(): void {
    if (!this.#isKept) rmSync(this.path, { recursive: true, force: true })
  }
}

function emptyFolder(name: string): string {
  const folder = resolve(name)
  mkdirSync(folder, { recursive: true })
  if (readdirSync(folder).length > 0) {
    throw new SallyportError('folder_not_empty', `${folder} is not empty: name a new folder`)
  }
  chmodSync(folder, 0o700)
  return folder
}
