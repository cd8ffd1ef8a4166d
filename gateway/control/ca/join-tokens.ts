// Join tokens: one service, one key, a few minutes. A lost answer costs nothing, a stolen token sounds the alarm.

import { createHash } from 'node:crypto'
import { bundleHash } from '../../../sidecar/identity/bundle-hash.ts'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { TrustBundle } from '../../../sidecar/identity/svid.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import type { Audit, CaAuditEvent } from './audit.ts'
import { readCsr } from './csr.ts'
import {
  ID_BYTES,
  isSameText,
  readJoinToken,
  SECRET_BYTES,
  writeJoinToken,
} from './join-token-text.ts'
import { SerialSaver } from './serial-saver.ts'
import type { TextStore } from './text-store.ts'

export interface JoinTokensOptions {
  readonly store: TextStore
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
const DEFAULT_TTL_MS = 10 * 60_000
const MAX_TTL_MS = 24 * 3_600_000
/** After the first use, so long may the same key come again although the token has expired meanwhile. */
export const RETRY_MS = 5 * 60_000
/** An expired token is remembered so long, so that its bearer hears that it is late and not that it is wrong. */
const REMEMBER_MS = 24 * 3_600_000
const ALARMING: ReadonlySet<JoinReason> = new Set(['wrong_secret', 'replayed_token'])

export class JoinTokens {
  readonly #options: JoinTokensOptions
  readonly #saver: SerialSaver
  /** By id, in the order in which they were made; at most {@link MAX_TOKENS}. */
  readonly #entries: Map<string, Entry>

  /** Damaged state costs all outstanding tokens (and sounds the alarm), never the start. */
  static async open(options: JoinTokensOptions): Promise<JoinTokens> {
    let entries: readonly Entry[] = []
    try {
      const saved = await options.store.load()
      if (saved !== null) entries = JSON.parse(saved) as readonly Entry[]
    } catch {
      options.audit({
        kind: 'state_lost',
        atMs: options.clock.wallMs(),
        actor: 'system/control',
        service: null,
        result: 'refused',
        reason: 'state_damaged',
        alarm: true,
        detail: { what: 'join tokens' },
      })
    }
    return new JoinTokens(options, entries)
  }

  private constructor(options: JoinTokensOptions, entries: readonly Entry[]) {
    this.#options = options
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]))
    this.#saver = new SerialSaver(options.store, () => JSON.stringify([...this.#entries.values()]))
  }

  /**
   * `ttlMs`: 1 s to 24 h, default 10 min. Rejects with SallyportError `too_many_tokens`, a TypeError where there can be
   * no such service, a RangeError, or the store's error; then there is no token.
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
    this.#forget(createdAtMs)
    if (this.#entries.size >= MAX_TOKENS)
      throw new SallyportError('too_many_tokens', `there are ${MAX_TOKENS} join tokens already`)
    const id = randomBytes(ID_BYTES).toString('base64url')
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const hash = bundleHash(trust().rootPems)
    const expiresAtMs = createdAtMs + ttlMs
    const times = { createdAtMs, expiresAtMs, usedAtMs: null }
    const hashes = { secretHash: hashOf(secret), bundleHash: hash, keyHash: null }
    this.#entries.set(id, { id, service, createdBy, ...times, ...hashes })
    try {
      await this.#saver.save()
    } catch (error) {
      this.#entries.delete(id)
      throw error
    }
    this.#report('join_token_create', createdBy, service, null, { id, expiresAtMs })
    return { id, token: writeJoinToken({ id, secret, bundleHash: hash }), expiresAtMs }
  }

  /** Says which service the bearer is, once it is written down whose key that service now has. Never rejects. */
  async redeem({ token, csrPem, service, actor }: TokenJoin): Promise<JoinVerdict> {
    const nowMs = this.#options.clock.wallMs()
    const parts = readJoinToken(token)
    const entry = parts === null ? null : (this.#entries.get(parts.id) ?? null)
    const csr = readCsr(csrPem)
    const keyHash = csr.kind === 'proven' ? csr.keyHash : null
    const reason = entryFault(entry, parts, { service, keyHash, nowMs })
    const fault = reason ?? (csr.kind === 'refused' ? csr.reason : null)
    const about = entry === null ? {} : { id: entry.id }
    if (fault !== null || entry === null || keyHash === null)
      return this.#refuse(fault ?? 'unknown_token', actor, entry, about)
    if (entry.keyHash === null) {
      // Before anything is awaited, so that of two bearers at the same time only one is first.
      this.#entries.set(entry.id, { ...entry, keyHash, usedAtMs: nowMs })
      const isSaved = await this.#saver.save().then(
        () => true,
        () => false,
      )
      if (!isSaved) return this.#refuse('store_failed', actor, entry, about)
    }
    const { service: granted } = entry
    this.#report('join_by_token', actor, granted, null, { ...about, keyHash })
    return { kind: 'granted', service: granted }
  }

  list(): readonly ListedToken[] {
    return [...this.#entries.values()].map((entry) => {
      const { id, service, createdBy, createdAtMs, expiresAtMs, usedAtMs } = entry
      return { id, service, createdBy, createdAtMs, expiresAtMs, usedAtMs }
    })
  }

  /** false: there is no such token. Rejects with the store's error; the token is then gone until the next start only. */
  async remove(id: string, actor: string): Promise<boolean> {
    const entry = this.#entries.get(id)
    if (entry === undefined) return false
    this.#entries.delete(id)
    await this.#saver.save()
    this.#report('join_token_remove', actor, entry.service, null, { id })
    return true
  }

  #forget(nowMs: number): void {
    for (const { id, expiresAtMs } of this.#entries.values())
      if (nowMs >= expiresAtMs + REMEMBER_MS) this.#entries.delete(id)
    // The memory of expired tokens never stands in the way of a new one.
    for (const { id, expiresAtMs } of this.#entries.values()) {
      if (this.#entries.size < MAX_TOKENS) return
      if (nowMs >= expiresAtMs + RETRY_MS) this.#entries.delete(id)
    }
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

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
