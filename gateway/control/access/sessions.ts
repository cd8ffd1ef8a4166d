// Sessions of people at the console: opaque ids, kept as hashes, ended by idleness, by age and by changes of the account.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Role } from '../admin/operation.ts'
import { hashOfSecret, newSecret } from './secret.ts'

export interface SessionTimes {
  readonly idleMs: number
  readonly absoluteMs: number
}

export const SESSION_TIMES: SessionTimes = { idleMs: 30 * 60_000, absoluteMs: 12 * 3_600_000 }
/** Beyond it the one used longest ago ends. */
const MAX_SESSIONS = 10_000

export interface Session {
  readonly user: string
  readonly role: Role
  /** What a page must send with every change. */
  readonly csrfToken: string
  readonly startedAtMs: number
  readonly address: string
}

interface Kept {
  readonly session: Session
  usedAtMs: number
}

export class Sessions {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'wallMs'>
  readonly #times: SessionTimes
  /** By hash of the id, the one used longest ago first. */
  readonly #sessions = new Map<string, Kept & { readonly startedMs: number }>()

  constructor(clock: Pick<Clock, 'monotonicMs' | 'wallMs'>, times: SessionTimes = SESSION_TIMES) {
    this.#clock = clock
    this.#times = times
  }

  /** Every sign-in is a new session with a new id. */
  start(
    user: string,
    role: Role,
    address: string,
  ): { readonly id: string; readonly session: Session } {
    const id = newSecret()
    const startedAtMs = this.#clock.wallMs()
    const session = { user, role, csrfToken: newSecret(), startedAtMs, address }
    const nowMs = this.#clock.monotonicMs()
    this.#sessions.set(hashOfSecret(id), { session, usedAtMs: nowMs, startedMs: nowMs })
    if (this.#sessions.size > MAX_SESSIONS) {
      this.#sessions.delete(this.#sessions.keys().next().value!)
    }
    return { id, session }
  }

  /** The session of this id, which counts as used now; null where there is none any more. */
  use(id: string): Session | null {
    const hash = hashOfSecret(id)
    const kept = this.#sessions.get(hash)
    if (kept === undefined) return null
    this.#sessions.delete(hash)
    const nowMs = this.#clock.monotonicMs()
    const { idleMs, absoluteMs } = this.#times
    if (nowMs - kept.usedAtMs >= idleMs || nowMs - kept.startedMs >= absoluteMs) return null
    kept.usedAtMs = nowMs
    this.#sessions.set(hash, kept)
    return kept.session
  }

  end(id: string): void {
    this.#sessions.delete(hashOfSecret(id))
  }

  /** Where the account changed: whoever is signed in signs in again. */
  endOf(user: string): void {
    for (const [hash, { session }] of this.#sessions) {
      if (session.user === user) this.#sessions.delete(hash)
    }
  }

  list(): readonly Session[] {
    return [...this.#sessions.values()].map(({ session }) => session)
  }
}
