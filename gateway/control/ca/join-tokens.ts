// Join tokens: one service, one key, a few minutes. A lost answer costs nothing, a stolen token sounds the alarm.

import { createHash } from 'node:crypto'
import { bundleHash } from '../../../sidecar/identity/bundle-hash.ts'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { TrustBundle } from '../../../sidecar/identity/svid.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorCode, SallyportError } from '../../../sidecar/runtime/errors.ts'
import { update, type Documents } from '../documents/documents.ts'
import type { Audit, CaAuditEvent } from './audit.ts'
import { readCsr } from './csr.ts'
import {
  ID_BYTES,
  isSameText,
  readJoinToken,
  SECRET_BYTES,
  writeJoinToken,
} from './join-token-text.ts'

export interface JoinTokensOptions {
  readonly documents: Documents
  readonly clock: Pick<Clock, 'wallMs'>
  readonly randomBytes: (size: number) => Buffer
  /** The bundle of now: a token carries its hash. */
  readonly trust: () => TrustBundle
  readonly audit: Audit
}

export interface CreatedToken {
  readonly id: string
  /** Shown once; nobody can read it again. */
  readonly token: string
  readonly expiresAtMs: number
}

/** A token without what is secret about it. */
export interface ListedToken {
  readonly id: string
  readonly service: string
  readonly createdBy: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly usedAtMs: number | null
}

export type JoinReason =
  | 'malformed_token'
  | 'unknown_token'
  | 'wrong_secret'
  | 'foreign_bundle'
  | 'foreign_service'
  | 'expired_token'
  | 'replayed_token'
  | 'bad_csr'
  | 'weak_key'
  | 'store_failed'

export type JoinVerdict =
  | { readonly kind: 'granted'; readonly service: string }
  | { readonly kind: 'refused'; readonly reason: JoinReason }

export interface TokenJoin {
  readonly token: string
  readonly csrPem: string
  /** Which service the caller says it is; null: whichever the token is for. */
  readonly service: string | null
  /** Address of the caller, for the audit trail. */
  readonly actor: string
}

interface Entry extends ListedToken {
  /** SHA-256 of the secret, base64url. */
  readonly secretHash: string
  readonly bundleHash: string
  /** Of the key that used the token first; no other may. */
  readonly keyHash: string | null
}

export const MAX_TOKENS = 1000
const DOCUMENT = 'join-tokens'
const DEFAULT_TTL_MS = 10 * 60_000
const MAX_TTL_MS = 24 * 3_600_000
/** After the first use, so long may the same key come again although the token has expired meanwhile. */
export const RETRY_MS = 5 * 60_000
/** An expired token is remembered so long, so that its bearer hears that it is late and not that it is wrong. */
const REMEMBER_MS = 24 * 3_600_000
const ALARMING: ReadonlySet<JoinReason> = new Set(['wrong_secret', 'replayed_token'])

export class JoinTokens {
  readonly #options: JoinTokensOptions

  /** Tokens that cannot be read any more are lost (and sound the alarm); that never stands in the way of the start. */
  static async open(options: JoinTokensOptions): Promise<JoinTokens> {
    try {
      readEntries((await options.documents.read(DOCUMENT)).text)
    } catch (error) {
      if (isDamage(error)) options.audit(lost(options.clock.wallMs()))
    }
    return new JoinTokens(options)
  }

  private constructor(options: JoinTokensOptions) {
    this.#options = options
  }

  /**
   * `ttlMs`: 1 s to 24 h, default 10 min. Rejects with SallyportError `too_many_tokens`, a TypeError where there can be
   * no such service, a RangeError, or the error of the place they are kept in; then there is no token.
   */
  async create(wanted: {
    readonly service: string
    readonly createdBy: string
    readonly ttlMs?: number
  }): Promise<CreatedToken> {
    const { service, createdBy, ttlMs = DEFAULT_TTL_MS } = wanted
    const { clock, randomBytes, trust } = this.#options
    spiffeIdOf(trust().trustDomain, service)
    if (!(ttlMs >= 1000 && ttlMs <= MAX_TTL_MS))
      throw new RangeError('a join token is good for one second to 24 hours')
    const createdAtMs = clock.wallMs()
    const id = randomBytes(ID_BYTES).toString('base64url')
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const hash = bundleHash(trust().rootPems)
    const expiresAtMs = createdAtMs + ttlMs
    const times = { createdAtMs, expiresAtMs, usedAtMs: null }
    const hashes = { secretHash: hashOf(secret), bundleHash: hash, keyHash: null }
    await this.#change((entries) => {
      const rest = withRoom(entries, createdAtMs)
      if (rest.length >= MAX_TOKENS)
        throw new SallyportError('too_many_tokens', `there are ${MAX_TOKENS} join tokens already`)
      return { entries: [...rest, { id, service, createdBy, ...times, ...hashes }], result: null }
    })
    this.#report('join_token_create', createdBy, service, null, { id, expiresAtMs })
    return { id, token: writeJoinToken({ id, secret, bundleHash: hash }), expiresAtMs }
  }

  /** Says which service the bearer is, once it is written down whose key that service now has. Never rejects. */
  async redeem(join: TokenJoin): Promise<JoinVerdict> {
    const nowMs = this.#options.clock.wallMs()
    const parts = readJoinToken(join.token)
    const csr = readCsr(join.csrPem)
    const keyHash = csr.kind === 'proven' ? csr.keyHash : null
    const attempt = { service: join.service, keyHash, nowMs }
    // Decided and written at once, whatever other nodes do meanwhile: of two bearers at the same time one is first.
    const { entry, fault } = await this.#change((entries) => {
      const found = entries.find(({ id }) => id === parts?.id) ?? null
      const reason = entryFault(found, parts, attempt)
      const refusal = reason ?? (csr.kind === 'refused' ? csr.reason : null)
      const result = { entry: found, fault: refusal }
      if (refusal !== null || found === null || found.keyHash !== null) {
        return { entries: null, result }
      }
      const used = { ...found, keyHash, usedAtMs: nowMs }
      return { entries: entries.map((one) => (one === found ? used : one)), result }
    }).catch(() => ({ entry: null, fault: 'store_failed' as const }))
    const about = entry === null ? {} : { id: entry.id }
    if (fault !== null || entry === null || keyHash === null)
      return this.#refuse(fault ?? 'unknown_token', join.actor, entry, about)
    const { service: granted } = entry
    this.#report('join_by_token', join.actor, granted, null, { ...about, keyHash })
    return { kind: 'granted', service: granted }
  }

  /** Rejects with the error of the place they are kept in. */
  async list(): Promise<readonly ListedToken[]> {
    const { text } = await this.#options.documents.read(DOCUMENT)
    return entriesOf(text).map((entry) => {
      const { id, service, createdBy, createdAtMs, expiresAtMs, usedAtMs } = entry
      return { id, service, createdBy, createdAtMs, expiresAtMs, usedAtMs }
    })
  }

  /** false: there is no such token. Rejects with the error of the place they are kept in; then nothing changed. */
  async remove(id: string, actor: string): Promise<boolean> {
    const removed = await this.#change((entries) => {
      const found = entries.find((entry) => entry.id === id) ?? null
      const rest = found === null ? null : entries.filter((entry) => entry !== found)
      return { entries: rest, result: found }
    })
    if (removed === null) return false
    this.#report('join_token_remove', actor, removed.service, null, { id })
    return true
  }

  /** `entries` null: nothing is written. */
  #change<Result>(
    change: (entries: readonly Entry[]) => {
      readonly entries: readonly Entry[] | null
      readonly result: Result
    },
  ): Promise<Result> {
    return update(this.#options.documents, DOCUMENT, (text) => {
      const { entries, result } = change(entriesOf(text))
      return { text: entries === null ? null : JSON.stringify(entries), result }
    })
  }

  #refuse(
    reason: JoinReason,
    actor: string,
    entry: Entry | null,
    detail: CaAuditEvent['detail'],
  ): JoinVerdict {
    this.#report('join_by_token', actor, entry?.service ?? null, reason, detail)
    return { kind: 'refused', reason }
  }

  #report(
    kind: CaAuditEvent['kind'],
    actor: string,
    service: string | null,
    reason: JoinReason | null,
    detail: CaAuditEvent['detail'],
  ): void {
    this.#options.audit({
      kind,
      atMs: this.#options.clock.wallMs(),
      actor,
      service,
      result: reason === null ? 'ok' : 'refused',
      reason,
      alarm: reason !== null && ALARMING.has(reason),
      detail,
    })
  }
}

interface Attempt {
  readonly service: string | null
  /** null: the request proves no key. */
  readonly keyHash: string | null
  readonly nowMs: number
}

function entryFault(
  entry: Entry | null,
  parts: ReturnType<typeof readJoinToken>,
  { service, keyHash, nowMs }: Attempt,
): JoinReason | null {
  if (parts === null) return 'malformed_token'
  if (entry === null) return 'unknown_token'
  if (!isSameText(hashOf(parts.secret), entry.secretHash)) return 'wrong_secret'
  // From here on the bearer knows the secret, and may know what is wrong.
  if (parts.bundleHash !== entry.bundleHash) return 'foreign_bundle'
  if (service !== null && service !== entry.service) return 'foreign_service'
  if (entry.keyHash !== null && keyHash !== null && keyHash !== entry.keyHash)
    return 'replayed_token'
  const retryUntilMs = entry.usedAtMs === null ? 0 : entry.usedAtMs + RETRY_MS
  return nowMs >= Math.max(entry.expiresAtMs, retryUntilMs) ? 'expired_token' : null
}

function readEntries(text: string): readonly Entry[] {
  return text === '' ? [] : (JSON.parse(text) as readonly Entry[])
}

/** What cannot be read is lost: nobody is let in by it. */
function entriesOf(text: string): readonly Entry[] {
  try {
    return readEntries(text)
  } catch {
    return []
  }
}

/** Without those that have been late for long, so that the memory of them never stands in the way of a new one. */
function withRoom(entries: readonly Entry[], nowMs: number): readonly Entry[] {
  const known = entries.filter(({ expiresAtMs }) => nowMs < expiresAtMs + REMEMBER_MS)
  let excess = known.length - MAX_TOKENS + 1
  return known.filter(({ expiresAtMs }) => {
    if (excess <= 0 || nowMs < expiresAtMs + RETRY_MS) return true
    excess -= 1
    return false
  })
}

function isDamage(error: unknown): boolean {
  return error instanceof SyntaxError || errorCode(error) === 'document_damaged'
}

function lost(atMs: number): CaAuditEvent {
  return {
    kind: 'state_lost',
    atMs,
    actor: 'system/control',
    service: null,
    result: 'refused',
    reason: 'state_damaged',
    alarm: true,
    detail: { what: 'join tokens' },
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
