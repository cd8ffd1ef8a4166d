// The one-time token that proves that whoever makes the first administrator can read the gateway's own files.

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashOfSecret, isSecret, newSecret } from './secret.ts'

export class SetupToken {
  /** Where it stands, for its owner alone. */
  readonly file: string
  /** For the URL that is printed once. */
  readonly text: string
  #hash: string | null

  /** A new one at every start, until there is an administrator. */
  constructor(dataDir: string) {
    this.file = join(dataDir, 'setup-token')
    this.text = newSecret()
    this.#hash = hashOfSecret(this.text)
    rmSync(this.file, { force: true })
    writeFileSync(this.file, `${this.text}\n`, { mode: 0o600, flag: 'wx' })
  }

  matches(text: string): boolean {
    return this.#hash !== null && isSecret(text, this.#hash)
  }

  /** It opens nothing any more. */
  retire(): void {
    this.#hash = null
    rmSync(this.file, { force: true })
  }
}
