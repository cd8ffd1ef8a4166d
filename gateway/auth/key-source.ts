// The life of one issuer's keys: found, fetched, refreshed, kept through outages, stored, and dropped when too old.

import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import { discoverKeysUrl } from './discovery.ts'
import type { FetchJson } from './fetch-json.ts'
import { keySourceId } from './issuer-id.ts'
import { keyFilePath, readKeyFile, writeKeyFile } from './key-file.ts'
import { importKeySet, type ImportedKeys, type JwksDocument, type RefusedKey } from './key-set.ts'
import type { IssuerPlan } from './plan.ts'

/** Between refreshes while all is well, ± 10 %. */
export const REFRESH_MS = 600_000
/** Between a fetch and the next one that an unknown key may cause, whether the first went well or not. */
export const COOLDOWN_MS = 30_000
/** How long keys are used that could not be refreshed. */
export const DEFAULT_STALE_FOR_MS = 86_400_000

const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 300_000

export interface KeySourceOptions {
  readonly clock: Clock
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly fetchJson: FetchJson
  /** Where the last good keys are stored, or null to store none. */
  readonly dataDir: string | null
  /** Default 24 h. */
  readonly staleForMs?: number
}

/** What workers are told: `KeyRings.update(source.id, keys?.document ?? null, keys?.version ?? '')`. */
export interface PublishedKeys {
  readonly document: JwksDocument
  readonly version: string
}

export interface KeySourceHealth {
  /**
   * `loading`: no keys yet, nothing failed. `fresh`: the last fetch went well. `stale`: keys from before a failure, or
   * from disk. `failed`: no keys, so that every token of this issuer is answered 503.
   */
  readonly state: 'loading' | 'fresh' | 'stale' | 'failed'
  /** Wall clock of the last good fetch, or null. */
  readonly lastSuccessMs: number | null
  /** Of the last fetch, or null where it went well. */
  readonly lastError: string | null
  /** Usable keys. */
  readonly keys: number
  readonly refusedKeys: readonly RefusedKey[]
  /** Rounds of fetching since the start. */
  readonly fetches: number
}

export class KeySource {
  /** keySourceId of the issuer: the name under which workers know these keys. */
  readonly id: string
  readonly #issuer: IssuerPlan
  readonly #options: KeySourceOptions
  readonly #staleForMs: number
  readonly #closing = new AbortController()
  readonly #listeners = new Set<(keys: PublishedKeys | null) => void>()
  #imported: ImportedKeys | null = null
  #keysUrl: string | null
  #lastSuccessMs: number | null = null
  #lastError: string | null = null
  #lastFetchWasGood = false
  #failures = 0
  #fetches = 0
  #round: Promise<void> | null = null
  #roundEndedAtMs = Number.NEGATIVE_INFINITY
  #cancelRefresh = (): void => {}
  #cancelExpiry = (): void => {}

  constructor(issuer: IssuerPlan, options: KeySourceOptions) {
    this.id = keySourceId(issuer)
    this.#issuer = issuer
    this.#options = options
    this.#staleForMs = options.staleForMs ?? DEFAULT_STALE_FOR_MS
    this.#keysUrl = issuer.jwks.kind === 'url' ? issuer.jwks.url : null
  }

  get current(): PublishedKeys | null {
    const imported = this.#imported
    return imported && { document: imported.document, version: imported.keySet.version }
  }

  /** Resolves when stored keys were loaded; the first fetch goes on behind it. */
  async start(): Promise<void> {
    const { jwks } = this.#issuer
    if (jwks.kind === 'inline') {
      this.#imported = importKeySet(jwks.jwks)
      this.#lastFetchWasGood = true
      return
    }
    await this.#load()
    if (!this.#closing.signal.aborted) void this.#fetch()
  }

  /**
   * A worker met a key it does not know (null: it has no keys at all). Resolves when a fetch it caused or joined is over,
   * at once where the key is known here or the last fetch was less than 30 s ago. Never rejects.
   */
  async refreshFor(keyId: string | null): Promise<void> {
    if (this.#round) return this.#round
    if (this.#issuer.jwks.kind === 'inline' || this.#closing.signal.aborted) return
    if (keyId !== null && this.#imported?.keySet.keys.some((key) => key.keyId === keyId)) return
    if (this.#options.clock.monotonicMs() < this.#roundEndedAtMs + COOLDOWN_MS) return
    await this.#fetch()
  }

  health(): KeySourceHealth {
    const usable = this.#lastFetchWasGood ? 'fresh' : 'stale'
    const none = this.#lastError === null ? 'loading' : 'failed'
    return {
      state: this.#imported ? usable : none,
      lastSuccessMs: this.#lastSuccessMs,
      lastError: this.#lastError,
      keys: this.#imported?.keySet.keys.length ?? 0,
      refusedKeys: this.#imported?.refused ?? [],
      fetches: this.#fetches,
    }
  }

  /** Hears of every change of the keys, null where they grew too old. Returns how to stop listening. */
  onChange(listener: (keys: PublishedKeys | null) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Gives up a fetch under way and starts no other. Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#listeners.clear()
    this.#cancelRefresh()
    this.#cancelExpiry()
    await this.#round
  }

  /** One round at a time, whoever wants it. */
  #fetch(): Promise<void> {
    this.#cancelRefresh()
    this.#round ??= this.#runRound().finally(() => {
      this.#round = null
    })
    return this.#round
  }

  async #runRound(): Promise<void> {
    const { clock } = this.#options
    this.#fetches += 1
    try {
      const imported = usableKeys(await this.#fetchDocument())
      this.#lastFetchWasGood = true
      this.#lastError = null
      this.#failures = 0
      this.#accept(imported, clock.wallMs(), 0)
      await this.#store(imported.document)
    } catch (error) {
      this.#lastFetchWasGood = false
      this.#lastError = errorMessage(error)
      this.#failures += 1
    }
    this.#roundEndedAtMs = clock.monotonicMs()
    if (this.#closing.signal.aborted) return
    this.#cancelRefresh = clock.after(this.#nextDelayMs(), () => {
      // An issuer may have moved its keys: the scheduled rounds ask it again where they are.
      if (this.#issuer.jwks.kind === 'discovery') this.#keysUrl = null
      void this.#fetch()
    })
  }

  async #fetchDocument(): Promise<unknown> {
    const { fetchJson } = this.#options
    const options = { caPem: this.#issuer.caPem, signal: this.#closing.signal }
    this.#keysUrl ??= await discoverKeysUrl(this.#issuer.issuer, fetchJson, options)
    return fetchJson(this.#keysUrl, options)
  }

  /** Without keys, tokens are refused, so retries begin after a second; with keys there is no hurry. */
  #nextDelayMs(): number {
    const jitter = 0.9 + this.#options.random() * 0.2
    if (this.#failures === 0) return REFRESH_MS * jitter
    const backoffMs = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LAST_RETRY_MS)
    return (this.#imported ? Math.max(backoffMs, COOLDOWN_MS) : backoffMs) * (jitter + 0.1)
  }

  #accept(imported: ImportedKeys, fetchedAtMs: number, ageMs: number): void {
    if (this.#closing.signal.aborted) return
    const before = this.#imported?.keySet.version
    this.#imported = imported
    this.#lastSuccessMs = fetchedAtMs
    this.#cancelExpiry()
    this.#cancelExpiry = this.#options.clock.after(this.#staleForMs - ageMs, () => this.#expire())
    if (imported.keySet.version !== before) this.#tell()
  }

  #expire(): void {
    this.#imported = null
    this.#lastError ??= 'the keys grew too old'
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.current)
  }

  async #load(): Promise<void> {
    if (this.#options.dataDir === null) return
    const stored = await readKeyFile(keyFilePath(this.#options.dataDir, this.#issuer.name))
    if (stored === null || stored.sourceId !== this.id) return
    const ageMs = this.#options.clock.wallMs() - stored.fetchedAtMs
    // A file from the future has no age that could be trusted.
    if (ageMs < 0 || ageMs >= this.#staleForMs) return
    const imported = importKeySet(stored.document)
    if (imported && imported.keySet.keys.length > 0)
      this.#accept(imported, stored.fetchedAtMs, ageMs)
  }

  async #store(document: JwksDocument): Promise<void> {
    const { dataDir, clock } = this.#options
    if (dataDir === null) return
    try {
      const keys = { sourceId: this.id, fetchedAtMs: clock.wallMs(), document }
      await writeKeyFile(keyFilePath(dataDir, this.#issuer.name), keys)
    } catch (error) {
      // The keys are good all the same: only the next restart is worse off.
      this.#lastError = `keys could not be stored: ${errorMessage(error)}`
    }
  }
}

/** Refuses documents that would leave the issuer without keys: those of before are better than none. */
function usableKeys(document: unknown): ImportedKeys {
  const imported = importKeySet(document)
  if (imported === null) throw new SallyportError('jwks_invalid', 'the answer is not a key set')
  if (imported.keySet.keys.length === 0) {
    const reasons = imported.refused.slice(0, 5).map(({ reason }) => reason)
    const shown = reasons.length === 0 ? 'it is empty' : reasons.join(', ')
    throw new SallyportError('jwks_no_usable_keys', `the key set has no usable key: ${shown}`)
  }
  return imported
}
