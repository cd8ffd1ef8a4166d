// The key sources of all issuers of the current configuration, one for each node: workers never fetch keys themselves.

import { createFetchJson } from '../auth/fetch-json.ts'
import { KeySource, type KeySourceHealth, type PublishedKeys } from '../auth/key-source.ts'
import type { IssuerPlan } from '../auth/plan.ts'
import type { KeySourceStatus } from './policies/issuers.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'

export interface IssuerKeysOptions {
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  /** Hears every change of any source's keys; null where they may no longer be used. */
  readonly onKeys: (sourceId: string, keys: PublishedKeys | null) => void
}

interface Kept {
  readonly plan: string
  readonly source: KeySource
}

export class IssuerKeys {
  readonly #options: IssuerKeysOptions
  readonly #sources = new Map<string, Kept>()

  constructor(options: IssuerKeysOptions) {
    this.#options = options
  }

  /** Starts sources for new issuers and stops those of issuers that are gone; unchanged ones keep their keys. */
  async update(issuers: readonly IssuerPlan[], dataDir: string): Promise<void> {
    const { clock, random, onKeys } = this.#options
    const fetchJson = createFetchJson(clock)
    const wanted = new Map<string, Kept>()
    const starting: Promise<void>[] = []
    for (const issuer of issuers) {
      const plan = JSON.stringify([issuer, dataDir])
      const source = new KeySource(issuer, { clock, random, fetchJson, dataDir })
      const running = this.#sources.get(source.id)
      if (running?.plan === plan) {
        wanted.set(source.id, running)
        continue
      }
      source.onChange((keys) => {
        onKeys(source.id, keys)
        this.#report(issuer.name, source.health())
      })
      wanted.set(source.id, { plan, source })
      starting.push(source.start())
    }
    for (const [id, kept] of this.#sources) {
      if (wanted.get(id) !== kept) void kept.source.close()
    }
    this.#sources.clear()
    for (const [id, kept] of wanted) this.#sources.set(id, kept)
    await Promise.all(starting)
  }

  /** Keys of every source at this moment. */
  current(): readonly (readonly [sourceId: string, keys: PublishedKeys | null])[] {
    return [...this.#sources].map(([id, { source }]) => [id, source.current] as const)
  }

  /** How every source is at this moment. */
  statuses(): readonly KeySourceStatus[] {
    return [...this.#sources].map(([sourceId, { source }]) => ({
      sourceId,
      health: source.health(),
      document: source.current?.document ?? null,
    }))
  }

  /** Resolves when there is nothing more to be learnt about `keyId` for now; never rejects. */
  async refresh(sourceId: string, keyId: string | null): Promise<PublishedKeys | null> {
    const source = this.#sources.get(sourceId)?.source
    await source?.refreshFor(keyId)
    return source?.current ?? null
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ source }) => source.close()))
  }

  #report(issuer: string, health: KeySourceHealth): void {
    this.#options.log.info('the keys of an issuer changed', {
      issuer,
      state: health.state,
      keys: health.keys,
      refused: health.refusedKeys.map(({ reason }) => reason).slice(0, 10),
    })
  }
}
