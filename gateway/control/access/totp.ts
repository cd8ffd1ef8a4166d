// One-time codes of authenticator apps: RFC 6238 as all of them take it, with SHA-1, six digits and thirty seconds.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** As long as the hash (RFC 4226 section 4). */
const SECRET_BYTES = 20
const DIGITS = 6
const STEP_MS = 30_000
/** Steps by which the clock of a telephone may be wrong, either way. */
const TOLERATED_STEPS = 1
const ISSUER = 'Sallyport'

/** 160 random bits, base32. */
export function newTotpSecret(): string {
  return base32(randomBytes(SECRET_BYTES))
}

/** What an app reads from the picture (the Key Uri Format of its first one). */
export function totpUri(secret: string, name: string, host: string): string {
  const label = `${ISSUER}:${name}@${host}`
  const query = new URLSearchParams({ secret, issuer: ISSUER })
  return `otpauth://totp/${encodeURIComponent(label)}?${query.toString()}`
}

export function totpStep(wallMs: number): number {
  return Math.floor(wallMs / STEP_MS)
}

/** The code of one step: RFC 4226 section 5.3. */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest()
  const number = mac.readUInt32BE(mac.at(-1)! & 0x0f) & 0x7fff_ffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The step whose code this is, of those after `lastStep`; null: of none that counts now. */
export function stepOfCode(
  secret: string,
  code: string,
  wallMs: number,
  lastStep: number,
): number | null {
  const now = totpStep(wallMs)
  const given = Buffer.from(code)
  let found: number | null = null
  for (let step = now - TOLERATED_STEPS; step <= now + TOLERATED_STEPS; step++) {
    const expected = Buffer.from(totpCode(secret, step))
    const isSame = given.length === expected.length && timingSafeEqual(given, expected)
    if (isSame && step > lastStep) found ??= step
  }
  return found
}

/** RFC 4648 section 6, without padding: the bits of `bytes` must be a multiple of five. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.replaceAll(/.{5}/g, (five) => ALPHABET[Number.parseInt(five, 2)]!)
}

function bytesOf(text: string): Buffer {
  const bits = Array.from(text, (one) => ALPHABET.indexOf(one).toString(2).padStart(5, '0')).join(
    '',
  )
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}
