// The file of a backup: one JSON document whose content is compressed and then encrypted with a passphrase.

import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { Type, type Static } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import { ApiError, TooManyRequests } from '../admin/api-error.ts'
import { passwordProblem } from '../access/password.ts'

/** Of the content before it is compressed: what is larger is neither written nor read. */
export const MAX_CONTENT_BYTES = 64 * 1024 * 1024
/** Of the file. */
export const MAX_CONTAINER_BYTES = 64 * 1024 * 1024
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
/** log2 of scrypt's N: 128 MiB and some tenths of a second. */
const DEFAULT_LN = 17
const MAX_LN = 18
const BLOCK = 8

const CLOSED = { additionalProperties: false }
const Base64 = Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$' })
const Container = Type.Object(
  {
    sallyport: Type.Literal('backup'),
    version: Type.Literal(1),
    createdAtMs: Type.Number(),
    /** Version of the program that made it. */
    program: Type.String({ maxLength: 100 }),
    kdf: Type.Object(
      {
        name: Type.Literal('scrypt'),
        ln: Type.Integer({ minimum: 10, maximum: MAX_LN }),
        r: Type.Literal(BLOCK),
        p: Type.Literal(1),
        salt: Base64,
      },
      CLOSED,
    ),
    cipher: Type.Literal('aes-256-gcm'),
    nonce: Base64,
    /** The encrypted content and its tag. */
    data: Base64,
  },
  CLOSED,
)
type Container = Static<typeof Container>

export interface Sealed {
  readonly createdAtMs: number
  readonly program: string
}

const compress = promisify(gzip)
const expand = promisify(gunzip)
let isDeriving = false

/** `ln`: for tests, less than real life. Throws ApiError where the passphrase is weak or the content too large. */
export async function seal(
  content: string,
  passphrase: string,
  { createdAtMs, program }: Sealed,
  ln = DEFAULT_LN,
): Promise<string> {
  const problem = passwordProblem(passphrase, '')
  if (problem !== null) {
    throw new ApiError('invalid', problem.replace('password', 'passphrase'))
  }
  if (Buffer.byteLength(content) > MAX_CONTENT_BYTES) {
    throw new ApiError('too_large', 'this is too much for one backup: ask for fewer revisions')
  }
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const kdf = { name: 'scrypt', ln, r: BLOCK, p: 1, salt: salt.toString('base64') } as const
  const head = {
    sallyport: 'backup',
    version: 1,
    createdAtMs,
    program,
    kdf,
    cipher: 'aes-256-gcm',
    nonce: nonce.toString('base64'),
  } as const
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt, ln), nonce)
  cipher.setAAD(Buffer.from(JSON.stringify(head)))
  const parts = [cipher.update(await compress(content)), cipher.final(), cipher.getAuthTag()]
  return `${JSON.stringify({ ...head, data: Buffer.concat(parts).toString('base64') })}\n`
}

/** Throws ApiError `invalid`: it is no backup, or damaged, or the passphrase is another one. */
export async function unseal(
  text: string,
  passphrase: string,
): Promise<Sealed & { readonly content: string }> {
  const { data, ...head } = readContainer(text)
  const bytes = Buffer.from(data, 'base64')
  const key = await derive(passphrase, Buffer.from(head.kdf.salt, 'base64'), head.kdf.ln)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(head.nonce, 'base64'), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(Buffer.from(JSON.stringify(head)))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    const packed = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()])
    const content = await expand(packed, { maxOutputLength: MAX_CONTENT_BYTES })
    return { createdAtMs: head.createdAtMs, program: head.program, content: content.toString() }
  } catch {
    throw new ApiError('invalid', 'the passphrase is another one, or the file was changed')
  }
}

/** In the order in which it was written: the head is part of what is authenticated. */
function readContainer(text: string): Container {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ApiError('invalid', 'this is no backup of ours: it is not JSON')
  }
  const problems: string[] = []
  if (!check(Container, value, ({ message }) => problems.push(message))) {
    throw new ApiError('invalid', `this is no backup of ours: ${problems[0]}`)
  }
  const { sallyport, version, createdAtMs, program, kdf, cipher, nonce, data } = value as Container
  const { name, ln, r, p, salt } = kdf
  const ordered = { name, ln, r, p, salt } as const
  return { sallyport, version, createdAtMs, program, kdf: ordered, cipher, nonce, data }
}

/** One at a time: each takes as much memory as all the rest of control. */
async function derive(passphrase: string, salt: Buffer, ln: number): Promise<Buffer> {
  if (isDeriving) throw new TooManyRequests('another backup is being read or written', 2)
  isDeriving = true
  const options = { N: 2 ** ln, r: BLOCK, p: 1, maxmem: 2 * 128 * 2 ** ln * BLOCK }
  try {
    return await new Promise((resolve, reject) => {
      scrypt(passphrase.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
        error === null ? resolve(key) : reject(error),
      )
    })
  } finally {
    isDeriving = false
  }
}
