// Keys that were made here and wait for their certificates: each in a file of its own that only its owner can read.

import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { keyHashOf } from '../../../sidecar/identity/key.ts'
import { pemBlock } from '../../../sidecar/identity/pem.ts'
import { errorCode } from '../../../sidecar/runtime/errors.ts'
import { replaceFileSync } from '../../../sidecar/runtime/replace-file.ts'
import { ApiError } from '../admin/api-error.ts'
import { certificationRequest } from './certification-request.ts'

const MAX_KEYS = 16
const NAME = /^\d{13}-[A-Za-z0-9_-]{12}\.key$/

export interface CreatedRequest {
  /** PKCS#10. */
  readonly csrPem: string
  /** SHA-256 of the public key, base64url. */
  readonly keyHash: string
}

export class KeptKeys {
  readonly #folder: string

  /** Absolute; made when it is needed. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** P-256. Throws ApiError `conflict` where too many wait already. */
  create(names: readonly string[], nowMs: number): CreatedRequest {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    chmodSync(this.#folder, 0o700)
    if (this.#files().length >= MAX_KEYS) {
      const message = `${MAX_KEYS} keys wait for their certificates already`
      throw new ApiError(
        'conflict',
        `${message}: upload one, or remove its file from the data folder`,
      )
    }
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const request = certificationRequest(names, privateKey)
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    const keyHash = keyHashOf(spki)
    const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    replaceFileSync(join(this.#folder, `${nowMs}-${keyHash.slice(0, 12)}.key`), keyPem)
    return { csrPem: pemBlock('CERTIFICATE REQUEST', request), keyHash }
  }

  /** All of them, PEM. */
  text(): string {
    return this.#files()
      .map((name) => readFileSync(join(this.#folder, name), 'utf8'))
      .join('')
  }

  /** Its certificate is there: the key lies beside it now. */
  forget(keyPem: string): void {
    const hash = hashOf(keyPem)
    for (const name of this.#files()) {
      const path = join(this.#folder, name)
      if (hashOf(readFileSync(path, 'utf8')) === hash) rmSync(path, { force: true })
    }
  }

  #files(): readonly string[] {
    try {
      return readdirSync(this.#folder).filter((name) => NAME.test(name))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }
}

function hashOf(keyPem: string): string {
  return keyHashOf(createPublicKey(keyPem).export({ type: 'spki', format: 'der' }))
}
