// Who is believed no longer: a short list that is never lost, since forgetting it would let somebody in again.

import { isSpiffeId } from '../../../sidecar/identity/spiffe-id.ts'
import type { Revocations } from '../../../sidecar/identity/svid.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import type { Audit } from './audit.ts'
import { SerialSaver } from './serial-saver.ts'
import type { TextStore } from './text-store.ts'

export interface Revocation {
  /** A SPIFFE id: for good, until it is taken back. A serial number: one certificate. */
  readonly of: { readonly id: string } | { readonly serial: string; readonly notAfterMs: number }
  readonly reason: string
  readonly by: string
  readonly atMs: number
}

export interface RevocationListOptions {
  readonly store: TextStore
  readonly clock: Pick<Clock, 'wallMs'>
  readonly audit: Audit
}

export const MAX_REVOCATIONS = 10_000
const MAX_REASON_CHARACTERS = 200
const SERIAL = /^(?:0|[1-9a-f][0-9a-f]{0,41})$/
/** A peer's clock may be behind ours: so long an expired certificate stays on the list. */
const KEEP_MS = 60_000

export class RevocationList {
  readonly #options: RevocationListOptions
  readonly #saver: SerialSaver
  /** At most {@link MAX_REVOCATIONS}; by `keyOf`. */
  #entries: Map<string, Revocation>
  #current: Revocations
  readonly #listeners = new Set<() => void>()

  /** Rejects with the store's error where the list may have been lost: without it nobody can be let in safely. */
  static async open(options: RevocationListOptions): Promise<RevocationList> {
    const saved = await options.store.load()
    const entries = saved === null ? [] : (JSON.parse(saved) as readonly Revocation[])
    return new RevocationList(options, entries)
  }

  private constructor(options: RevocationListOptions, entries: readonly Revocation[]) {
    this.#options = options
    this.#entries = new Map(entries.map((entry) => [keyOf(entry.of), entry]))
    this.#current = this.#listed()
    this.#saver = new SerialSaver(options.store, () => JSON.stringify([...this.#entries.values()]))
  }

  /** The same object until it changes. Serial numbers leave it when their certificate has expired. */
  get current(): Revocations {
    const limitMs = this.#options.clock.wallMs() - KEEP_MS
    for (const [key, { of }] of this.#entries)
      if ('serial' in of && of.notAfterMs < limitMs) this.#entries.delete(key)
    const { serials, ids } = this.#current
    if (serials.length + ids.length !== this.#entries.size) this.#current = this.#listed()
    return this.#current
  }

  entries(): readonly Revocation[] {
    return [...this.#entries.values()]
  }

  /** Told after each change by an operator. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * In force at once, safe when it resolves. Rejects with a TypeError for what is neither, SallyportError
   * `too_many_revocations`, or the store's error: then it is in force, but not for the next start.
   */
  async add(of: Revocation['of'], reason: string, by: string): Promise<void> {
    if ('id' in of ? !isSpiffeId(of.id) : !SERIAL.test(of.serial))
      throw new TypeError('a revocation is of a SPIFFE id or of a serial number in lower-case hex')
    // Reading `current` first makes room.
    if (!this.#entries.has(keyOf(of)) && this.#sizeNow() >= MAX_REVOCATIONS)
      throw new SallyportError(
        'too_many_revocations',
        `${MAX_REVOCATIONS} are revoked already: revoke the id and not its serial numbers`,
      )
    const atMs = this.#options.clock.wallMs()
    const text = reason.slice(0, MAX_REASON_CHARACTERS)
    this.#entries.set(keyOf(of), { of, reason: text, by, atMs })
    await this.#changed('revocation_add', of, by)
  }

  /** false: it was not revoked. Rejects with the store's error: then it is taken back until the next start only. */
  async remove(
    of: { readonly id: string } | { readonly serial: string },
    by: string,
  ): Promise<boolean> {
    if (!this.#entries.delete(keyOf(of))) return false
    await this.#changed('revocation_remove', of, by)
    return true
  }

  /** Takes over what other nodes revoke. In force at once; rejects with the store's error: then not for the next start. */
  async adopt(revocations: readonly Revocation[]): Promise<void> {
    const nowMs = this.#options.clock.wallMs()
    const fresh = revocations
      .filter(({ of }) => !this.#entries.has(keyOf(of)))
      .filter(({ of }) => 'id' in of || of.notAfterMs >= nowMs - KEEP_MS)
      .slice(0, MAX_REVOCATIONS - this.#sizeNow())
    if (fresh.length === 0) return
    for (const one of fresh) this.#entries.set(keyOf(one.of), one)
    this.#current = this.#listed()
    for (const listener of this.#listeners) listener()
    await this.#saver.save()
  }

  #sizeNow(): number {
    const { serials, ids } = this.current
    return serials.length + ids.length
  }

  async #changed(
    kind: 'revocation_add' | 'revocation_remove',
    of: { readonly id: string } | { readonly serial: string },
    actor: string,
  ): Promise<void> {
    this.#current = this.#listed()
    for (const listener of this.#listeners) listener()
    await this.#saver.save()
    this.#options.audit({
      kind,
      atMs: this.#options.clock.wallMs(),
      actor,
      service: null,
      result: 'ok',
      reason: null,
      alarm: false,
      detail: 'id' in of ? { id: of.id } : { serial: of.serial },
    })
  }

  #listed(): Revocations {
    const all = [...this.#entries.values()].map(({ of }) => of)
    return {
      serials: all.flatMap((of) => ('serial' in of ? [of.serial] : [])),
      ids: all.flatMap((of) => ('id' in of ? [of.id] : [])),
    }
  }
}

function keyOf(of: { readonly id: string } | { readonly serial: string }): string {
  return 'id' in of ? of.id : of.serial
}
