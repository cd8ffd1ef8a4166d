// Keys that were made here and wait for their certificates: each in a file of its own that only its owner can read.

import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isIP, SocketAddress } from 'node:net'
import { join } from 'node:path'
import {
  bitString,
  contextTag,
  der,
  integer,
  oid,
  sequence,
  TAG,
} from '../../../sidecar/identity/der.ts'
import { keyHashOf } from '../../../sidecar/identity/key.ts'
import { pemBlock } from '../../../sidecar/identity/pem.ts'
import { errorCode } from '../../../sidecar/runtime/errors.ts'
import { replaceFileSync } from '../../../sidecar/runtime/replace-file.ts'
import { ApiError } from '../admin/api-error.ts'

const MAX_KEYS = 16
const NAME = /^\d{13}-[A-Za-z0-9_-]{12}\.key$/

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const MAX_COMMON_NAME = 64
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const SUBJECT_ALT_NAME = '2.5.29.17'

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
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    const info = sequence(
      integer(Buffer.from([0])),
      subjectOf(names[0] ?? ''),
      spki,
      der(contextTag(0, true), extensionRequest(names)),
    )
    const signature = sign('sha256', info, privateKey)
    const request = sequence(info, sequence(oid(ECDSA_WITH_SHA256)), bitString(signature))
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

function subjectOf(name: string): Buffer {
  if (name === '' || name.length > MAX_COMMON_NAME) return sequence()
  const value = der(TAG.utf8String, Buffer.from(name))
  return sequence(der(TAG.set, sequence(oid(COMMON_NAME), value)))
}

/** RFC 2986 section 4.1 with the names as RFC 5280 section 4.2.1.6 has them. */
function extensionRequest(names: readonly string[]): Buffer {
  const list = sequence(...names.map(generalName))
  const extension = sequence(oid(SUBJECT_ALT_NAME), der(TAG.octetString, list))
  return sequence(oid(EXTENSION_REQUEST), der(TAG.set, sequence(extension)))
}

function generalName(name: string): Buffer {
  if (isIP(name) === 0) return der(contextTag(2, false), Buffer.from(name, 'latin1'))
  return der(contextTag(7, false), addressBytes(name))
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const { address: short } = new SocketAddress({ address, family: 'ipv6' })
  const [head = '', tail = ''] = short.split('::')
  const front = groups(head)
  const back = short.includes('::') ? groups(tail) : []
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => 0)
  const all = [...front, ...zeros, ...back]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

function groups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
