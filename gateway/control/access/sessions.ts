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

/** Names of who comes from an identity provider begin with it; no user here has a colon in the name. */
export const FEDERATED = 'oidc:'

/** Who signed in. */
export interface SessionUser {
  /** Of a user here, or `oidc:` and the subject. */
  readonly name: string
  /** For people. */
  readonly displayName: string
  readonly role: Role
  readonly scope: readonly string[]
  /** Of the account at that time; of who comes from an identity provider: null. */
  readonly generation: number | null
}

export interface Session {
  readonly user: SessionUser
  /** What a page must send with every change. */
  readonly csrfToken: string
  readonly startedAtMs: number
}

interface Kept {
  readonly session: Session
  readonly startedMs: number
  usedAtMs: number
}

export class Sessions {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'wallMs'>
  readonly #times: SessionTimes
  /** By hash of the id, the one used longest ago first. */
  readonly #sessions = new Map<string, Kept>()

  constructor(clock: Pick<Clock, 'monotonicMs' | 'wallMs'>, times: SessionTimes = SESSION_TIMES) {
    this.#clock = clock
    this.#times = times
  }

  /** Every sign-in is a new session with a new id. */
  start(user: SessionUser): { readonly id: string; readonly session: Session } {
    const id = newSecret()
    const session = { user, csrfToken: newSecret(), startedAtMs: this.#clock.wallMs() }
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

  /** Those of everybody who came through an identity provider: it is another one now, or it gives other roles. */
  endFederated(): void {
    for (const [hash, { session }] of this.#sessions) {
      if (session.user.generation === null) this.#sessions.delete(hash)
    }
  }
}
