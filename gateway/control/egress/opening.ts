// What may be opened by one click, by whom and for how long: everything else takes somebody who edits the file.

import { hostText, parseAuthority } from '../../allow/canonical-host.ts'
import { parseExpiry } from '../../allow/compile-expiry.ts'
import type { DenialInbox } from '../../allow/denials.ts'
import { suspicionOf, type Suspicion } from '../../allow/suspicion.ts'
import { parseDurationMs } from '../../../sidecar/runtime/units.ts'
import { ApiError } from '../admin/api-error.ts'
import { mayAct, type Principal } from '../admin/operation.ts'

export const DEFAULT_PORT = 443
const DAY_MS = 86_400_000
const LEAST_MS = 60_000
const MOST_DAYS = 90
/** Longer than that, or for good, is an admin's word. */
const MOST_MS = MOST_DAYS * DAY_MS

const WHY: Readonly<Record<Suspicion, string>> = {
  metadata: 'is a metadata service, which gives credentials away',
  inside: 'is inside: an address or a name of this machine or its networks',
  rebinding: 'is a name that leads inside, so that no rule would let it through',
  address_literal: 'is an address: nobody knows whose it will be tomorrow',
}

export interface Opening {
  /** With its port, as it stands in a rule. */
  readonly host: string
  readonly from: string
}

/**
 * Throws ApiError `rejected` for what looks like an attack, whoever asks; a range that was written as one takes an admin,
 * who must have opened it in `network.allow` too where it is not public.
 */
export function refuseSuspicious(
  { host, from }: Opening,
  denials: DenialInbox,
  { role }: Principal,
): void {
  const isRange = host.startsWith('cidr:')
  if (isRange && mayAct(role, 'admin')) return
  const name = host.replace(/^\*\./, '')
  const target = parseAuthority(name, DEFAULT_PORT)
  const isKnown = target.kind === 'authority'
  const text = isKnown ? hostText(target.host) : name.replace(/:\d*$/, '')
  const asked = isKnown
    ? denials.list().find((denial) => {
        const isHis = from === '*' || denial.caller === from
        return isHis && denial.host === text && denial.answer === 'forbidden'
      })
    : undefined
  const suspicion = isRange ? 'address_literal' : suspicionOf(text, asked?.answer ?? 'not_asked')
  if (suspicion === null) return
  const hint = 'if it must be, write the rule into the file and have it reviewed'
  throw new ApiError('rejected', `\`${host}\` ${WHY[suspicion]}`, [
    { pointer: '/host', detail: WHY[suspicion], hint },
  ])
}

export interface TimesWanted {
  /** Like `1h`. */
  readonly for?: string
  /** A day or a moment. */
  readonly expires?: string
}

/** As it stands in the rule; null: for good. Throws ApiError `invalid`, `not_permitted`. */
export function expiryOf(
  { for: life, expires }: TimesWanted,
  principal: Principal,
  nowMs: number,
): string | null {
  if (life !== undefined && expires !== undefined) {
    throw faulty('/for', 'says the end together with `expires`', 'send one of the two')
  }
  if (life === undefined && expires === undefined) return allowed(null, null, principal, nowMs)
  if (expires !== undefined) {
    const endMs = parseExpiry(expires)
    if (endMs !== null && endMs > nowMs) return allowed(expires, endMs, principal, nowMs)
    const detail = `\`${expires}\` is no day or moment to come`
    throw faulty('/expires', detail, 'write `2030-12-31` or `2030-12-31T18:00:00Z`')
  }
  const ms = parseDurationMs(life!) ?? 0
  if (ms < LEAST_MS || ms > 366 * DAY_MS) {
    throw faulty('/for', `\`${life}\` is no time from 1m to 366d`, 'write `1h`, `24h` or `7d`')
  }
  const endMs = Math.ceil((nowMs + ms) / 1000) * 1000
  const moment = new Date(endMs).toISOString().replace('.000Z', 'Z')
  return allowed(moment, nowMs + ms, principal, nowMs)
}

function allowed(
  expires: string | null,
  endMs: number | null,
  { role }: Principal,
  nowMs: number,
): string | null {
  if (mayAct(role, 'admin') || (endMs !== null && endMs - nowMs <= MOST_MS)) return expires
  const what = expires === null ? 'for good' : 'for so long'
  throw new ApiError(
    'not_permitted',
    `an opening ${what} takes an admin: say \`for\` or \`expires\`, at most ${MOST_DAYS} days from now`,
  )
}

function faulty(pointer: string, detail: string, hint: string): ApiError {
  return new ApiError('invalid', `${pointer.slice(1)}: ${detail}`, [{ pointer, detail, hint }])
}
