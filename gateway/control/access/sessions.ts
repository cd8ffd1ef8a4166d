// Sessions of people at the console: opaque ids, kept as hashes where the accounts are, ended by idleness, age or a word.

import { createHash } from 'node:crypto'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import { update, type Documents } from '../documents/documents.ts'
import { hashOfSecret, newSecret } from './secret.ts'
import { isAlive, readSessions, type KeptSession, type SessionTimes } from './session-state.ts'

export type { SessionTimes } from './session-state.ts'

export const SESSION_TIMES: SessionTimes = { idleMs: 30 * 60_000, absoluteMs: 12 * 3_600_000 }
/** What is guarded may be done so long after somebody showed who they are. */
export const FRESH_MS = 5 * 60_000
/** Beyond these the one used longest ago ends: of one person, and of all. */
const MAX_OF_ONE = 20
const MAX_SESSIONS = 1000
/** `usedAtMs` is no clock: writing it more often would be a write for every call. */
const USED_EVERY_MS = 60_000
const DOCUMENT = 'sessions'
const MAX_AGENT = 200
/** Characters of the hash by which people name a session; it opens nothing. */
const HANDLE_LENGTH = 16

/** Names of who comes from an identity provider begin with it; no user here has a colon in the name. */
export const FEDERATED = 'oidc:'

/** Who signed in. */
export type SessionUser = Pick<
  KeptSession,
  'name' | 'displayName' | 'role' | 'generation' | 'provider' | 'authenticatedAtMs'
>

/** From where. */
export interface SessionPlace {
  /** '' where it is not known. */
  readonly address: string
  readonly agent: string
}

export interface SessionSummary extends SessionPlace {
  /** For people and paths; no secret. */
  readonly handle: string
  readonly name: string
  readonly displayName: string
  readonly role: KeptSession['role']
  readonly isFederated: boolean
  readonly startedAtMs: number
  /** To the minute. */
  readonly usedAtMs: number
  /** When it ends at the latest. */
  readonly endsAtMs: number
}

/** All of it rejects with ApiError `not_available` where the sessions cannot be read or written. */
export class Sessions {
  readonly #documents: Documents
  readonly #clock: Pick<Clock, 'wallMs'>
  readonly #times: SessionTimes

  constructor(
    documents: Documents,
    clock: Pick<Clock, 'wallMs'>,
    times: SessionTimes = SESSION_TIMES,
  ) {
    this.#documents = documents
    this.#clock = clock
    this.#times = times
  }

  /** Every sign-in is a new session with a new id, which is answered and kept nowhere; `before`: ends with it. */
  async start(
    { name, displayName, role, generation, provider, authenticatedAtMs }: SessionUser,
    { address, agent }: SessionPlace,
    before: string | null,
  ): Promise<string> {
    const id = newSecret()
    const nowMs = this.#clock.wallMs()
    const who = { name, displayName: shownText(displayName), role, generation, provider }
    const where = { address, agent: shownText(agent.slice(0, MAX_AGENT)) }
    const known = authenticatedAtMs ?? nowMs
    const times = { startedAtMs: nowMs, authenticatedAtMs: known, usedAtMs: nowMs }
    const started = { hash: hashOfSecret(id), ...who, ...where, ...times }
    const gone = before === null ? '' : hashOfSecret(before)
    await this.#change((all) => {
      const others = all.filter(({ hash }) => hash !== gone)
      const own = others.filter((one) => one.name === name)
      const over = new Set(own.slice(0, Math.max(0, own.length - MAX_OF_ONE + 1)))
      const rest = others.filter((one) => !over.has(one))
      return [...rest.slice(Math.max(0, rest.length - MAX_SESSIONS + 1)), started]
    })
    return id
  }

  /** The session of this id, which counts as used now; null where there is none any more. */
  async use(id: string): Promise<KeptSession | null> {
    const wanted = hashOfSecret(id)
    const nowMs = this.#clock.wallMs()
    const found = (await this.#alive()).find(({ hash }) => hash === wanted)
    if (found === undefined) return null
    if (nowMs - found.usedAtMs >= USED_EVERY_MS) {
      // While the store is away one may look on; then nobody can write down that it was used.
      await this.#change((all) => {
        const used = all.find(({ hash }) => hash === wanted)
        if (used === undefined) return null
        return [...all.filter((one) => one !== used), { ...used, usedAtMs: nowMs }]
      }).catch(() => undefined)
    }
    return found
  }

  async end(id: string): Promise<void> {
    const wanted = hashOfSecret(id)
    await this.#end((one) => one.hash === wanted)
  }

  /** Those that are not over, of everybody, the one used longest ago first; `isWorth`: whether it still opens something. */
  async list(
    isWorth: (session: KeptSession) => boolean = () => true,
  ): Promise<readonly SessionSummary[]> {
    return (await this.#alive()).filter(isWorth).map((one) => this.#summaryOf(one))
  }

  async endByHandle(handle: string): Promise<void> {
    await this.#end(({ hash }) => hash.startsWith(handle) && handle.length === HANDLE_LENGTH)
  }

  #summaryOf(session: KeptSession): SessionSummary {
    const { hash, name, displayName, role, generation, address, agent } = session
    const { startedAtMs, usedAtMs } = session
    return {
      handle: hash.slice(0, HANDLE_LENGTH),
      name,
      displayName,
      role,
      isFederated: generation === null,
      address,
      agent,
      startedAtMs,
      usedAtMs,
      endsAtMs: Math.min(startedAtMs + this.#times.absoluteMs, usedAtMs + this.#times.idleMs),
    }
  }

  #end(isOver: (session: KeptSession) => boolean): Promise<void> {
    return this.#change((all) => (all.some(isOver) ? all.filter((one) => !isOver(one)) : null))
  }

  async #alive(): Promise<readonly KeptSession[]> {
    try {
      return this.#aliveOf((await this.#documents.read(DOCUMENT)).text)
    } catch (error) {
      throw unavailable(error)
    }
  }

  #aliveOf(text: string): readonly KeptSession[] {
    const nowMs = this.#clock.wallMs()
    return readSessions(text).filter((session) => isAlive(session, this.#times, nowMs))
  }

  /** null changes nothing. */
  async #change(
    change: (alive: readonly KeptSession[]) => readonly KeptSession[] | null,
  ): Promise<void> {
    try {
      await update(this.#documents, DOCUMENT, (text) => {
        const changed = change(this.#aliveOf(text))
        return { text: changed === null ? null : JSON.stringify(changed), result: undefined }
      })
    } catch (error) {
      throw unavailable(error)
    }
  }
}

/** Whether it is too long ago that somebody showed who they are. */
export function isStale(
  { authenticatedAtMs, startedAtMs }: Pick<KeptSession, 'authenticatedAtMs' | 'startedAtMs'>,
  nowMs: number,
): boolean {
  return nowMs - (authenticatedAtMs ?? startedAtMs) > FRESH_MS
}

/** By which people name the session of this id. */
export function handleOf(id: string): string {
  return hashOfSecret(id).slice(0, HANDLE_LENGTH)
}

/** What a page must send with every change: only who has the session's id can know it, and nobody needs to keep it. */
export function csrfTokenOf(id: string): string {
  return createHash('sha256').update(`csrf of ${id}`).digest('base64url')
}

/** Both come from outside, and are shown on pages and in terminals. */
function shownText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

function unavailable(error: unknown): ApiError {
  return new ApiError('not_available', `the sessions cannot be used: ${errorMessage(error)}`)
}
