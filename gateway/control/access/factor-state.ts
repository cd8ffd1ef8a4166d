// A second factor as it is kept with its user: the secret of an app, which of its codes was used, and recovery codes.

import { randomBytes } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { hashOfSecret } from './secret.ts'
import { base32, newTotpSecret, stepOfCode } from './totp.ts'

export const FactorSchema = Type.Object({
  /** Base32. Whoever reads it can make the codes, so it is nowhere but here and in the app. */
  secret: Type.String(),
  /** False until a code has shown that the app has it: until then nobody is asked for one. */
  isConfirmed: Type.Boolean(),
  /** Of the latest code that was taken: it and what came before count no more. */
  lastStep: Type.Integer(),
  /** SHA-256 of those that were not used yet, hex. */
  recovery: Type.Array(Type.String()),
})
export type Factor = Static<typeof FactorSchema>

/** Of one set. */
export const RECOVERY_CODES = 10
/** 80 bits each: nobody guesses them, so a fast hash will do. */
const RECOVERY_BYTES = 10

/** By what somebody has shown that they have it. */
export type Proof = 'code' | 'recovery'

export function newFactor(): Factor {
  return { secret: newTotpSecret(), isConfirmed: false, lastStep: 0, recovery: [] }
}

/** Takes a code, once; null where it is none that counts. */
export function takeCode(factor: Factor, given: string, wallMs: number): Proof | null {
  const code = plainCode(given)
  const step = stepOfCode(factor.secret, code, wallMs, factor.lastStep)
  if (step !== null) {
    factor.lastStep = step
    return 'code'
  }
  const hash = hashOfSecret(code)
  if (!factor.recovery.includes(hash)) return null
  factor.recovery = factor.recovery.filter((one) => one !== hash)
  return 'recovery'
}

/** A new set in place of the old one; answered once, and kept as hashes. */
export function renewRecovery(factor: Factor): readonly string[] {
  const codes = Array.from({ length: RECOVERY_CODES }, () => base32(randomBytes(RECOVERY_BYTES)))
  factor.recovery = codes.map(hashOfSecret)
  return codes.map((code) => code.toLowerCase().replaceAll(/(.{4})(?=.)/g, '$1-'))
}

/** As people type it: with spaces, hyphens, in small letters, or in the wide digits of an input method. */
function plainCode(given: string): string {
  return given
    .normalize('NFKC')
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .toUpperCase()
}
