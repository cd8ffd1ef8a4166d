// Passwords: scrypt with the cost of OWASP's recommendation, kept as PHC strings, at most two at a time.

import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { TooManyRequests } from '../admin/api-error.ts'
import { isKnownPassword } from './known-passwords.ts'

export interface ScryptCost {
  /** log2 of N. */
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** 128 MiB and some tenths of a second each. */
export const DEFAULT_COST: ScryptCost = { ln: 17, r: 8, p: 1 }
const MIN_CHARACTERS = 12
const MAX_CHARACTERS = 1024
const SALT_BYTES = 16
const HASH_BYTES = 32
const MAX_AT_ONCE = 2
/** Waiting beyond these are refused, so that a flood of logins cannot fill the memory. */
const MAX_WAITING = 32
const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Why a password will not do, in one sentence; null where it will. */
export function passwordProblem(password: string, name: string): string | null {
  const text = password.normalize('NFKC')
  const { length } = Array.from(text)
  if (length < MIN_CHARACTERS) return `a password needs at least ${MIN_CHARACTERS} characters`
  if (length > MAX_CHARACTERS) return `a password may have at most ${MAX_CHARACTERS} characters`
  if (new Set(text).size < 5) return 'a password needs at least 5 different characters'
  if (name !== '' && text.toLowerCase().includes(name.toLowerCase())) {
    return 'a password must not contain the name of its user'
  }
  if (isKnownPassword(text)) return 'this password is one of those that are tried first'
  return null
}

export class Passwords {
  readonly #cost: ScryptCost
  #running = 0
  readonly #waiting: (() => void)[] = []
  /** For names that do not exist, so that an answer takes as long for them. */
  readonly #dummy: string

  constructor(cost: ScryptCost = DEFAULT_COST) {
    this.#cost = cost
    this.#dummy = phc(cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES))
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    return phc(this.#cost, salt, await this.#derive(password, salt, this.#cost))
  }

  /** `hash` null: there is no such user. `isOutdated`: hash it anew with today's cost. */
  async verify(
    password: string,
    hash: string | null,
  ): Promise<{ readonly isRight: boolean; readonly isOutdated: boolean }> {
    const parsed = parse(hash ?? this.#dummy)
    if (parsed === null) return { isRight: false, isOutdated: false }
    const { cost, salt, derived } = parsed
    const given = await this.#derive(password, salt, cost)
    const isRight = timingSafeEqual(given, derived) && hash !== null
    const { ln, r, p } = this.#cost
    return { isRight, isOutdated: cost.ln < ln || cost.r < r || cost.p < p }
  }

  async #derive(password: string, salt: Buffer, { ln, r, p }: ScryptCost): Promise<Buffer> {
    await this.#turn()
    const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 2 * 128 * 2 ** ln * r }
    try {
      return await new Promise((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) =>
          error === null ? resolve(key) : reject(error),
        )
      })
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    while (this.#running >= MAX_AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) {
        throw new TooManyRequests('too many people sign in at once: try again', 1)
      }
      await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    }
    this.#running += 1
  }
}

function phc({ ln, r, p }: ScryptCost, salt: Buffer, derived: Buffer): string {
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(derived)}`
}

function parse(hash: string): { cost: ScryptCost; salt: Buffer; derived: Buffer } | null {
  const [, ln, r, p, salt, derived] = PHC.exec(hash) ?? []
  if (salt === undefined || derived === undefined) return null
  const bytes = Buffer.from(derived, 'base64')
  if (bytes.length !== HASH_BYTES) return null
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  return { cost, salt: Buffer.from(salt, 'base64'), derived: bytes }
}
