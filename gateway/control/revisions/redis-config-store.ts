// Revisions of a fleet, in Redis: appended by one script, so that of two writers one wins and the other hears who did.

import type { Cluster, Redis } from 'ioredis'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { closeRedis } from '../../limit/redis-client.ts'
import { checkTagged, MAX_REVISIONS, type AppendResult, type ConfigStore } from './config-store.ts'
import { configKey, LUA_APPEND } from './redis-keys.ts'
import {
  decodeRevision,
  encodeRevision,
  revise,
  summaryOf,
  type Revision,
  type RevisionDraft,
  type RevisionSummary,
} from './revision.ts'

/** Without a subscription that must be kept alive through failovers: one small question a beat. */
const POLL_MS = 500

/** KEYS: head, revisions, checksums. ARGV: expected head, encoded revision, its number, its checksum, how many are kept. */
const APPEND = `
${LUA_APPEND}
local head = redis.call('GET', KEYS[1]) or '0'
if head ~= ARGV[1] then return 0 end
append(KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3], ARGV[4], ARGV[5])
return 1
`

export class RedisConfigStore implements ConfigStore {
  readonly #client: Redis | Cluster
  readonly #headKey: string
  readonly #revisionsKey: string
  readonly #checksumsKey: string
  /** Whole copies of what is tagged, which nothing forgets. */
  readonly #taggedKey: string
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  #seen: string | null = null
  #cancelPoll = (): void => {}
  #closed = false

  /** Takes over `client` (of connectRedis) and closes it; `prefix` begins every key. */
  constructor(client: Redis | Cluster, prefix: string, clock: Clock) {
    this.#client = client
    this.#headKey = configKey(prefix, 'head')
    this.#revisionsKey = configKey(prefix, 'revisions')
    this.#checksumsKey = configKey(prefix, 'checksums')
    this.#taggedKey = configKey(prefix, 'tagged')
    this.#clock = clock
  }

  async head(): Promise<Revision | null> {
    const head = await this.#headNumber()
    // A damaged one is passed over, as if it were not there.
    for (let number = head; number > Math.max(0, head - MAX_REVISIONS); number--) {
      const revision = await this.get(number)
      if (revision !== null) return revision
    }
    return null
  }

  async get(number: number): Promise<Revision | null> {
    const encoded = await this.#client.hget(this.#revisionsKey, String(number))
    const revision = encoded === null ? await this.#tagged(number) : decodeRevision(encoded)
    return revision?.number === number ? revision : null
  }

  async list(before: number | null, limit: number): Promise<readonly RevisionSummary[]> {
    const head = await this.#headNumber()
    const found: RevisionSummary[] = []
    const oldest = Math.max(1, head - MAX_REVISIONS + 1)
    const newest = before === null ? head : Math.min(head, before - 1)
    for (let number = newest; number >= oldest && found.length < limit; number--) {
      const revision = await this.get(number)
      if (revision !== null) found.push(summaryOf(revision))
    }
    // Older ones are there only where they are tagged.
    const below = Math.min(oldest, before ?? Infinity)
    const older = [...(await this.tags()).keys()].filter((number) => number < below)
    for (const number of older.toSorted((a, b) => b - a)) {
      if (found.length >= limit) break
      const revision = await this.#tagged(number)
      if (revision !== null) found.push(summaryOf(revision))
    }
    return found
  }

  async tags(): Promise<ReadonlyMap<number, string>> {
    const all = Object.entries(await this.#client.hgetall(this.#taggedKey))
    return new Map(all.map(([number, text]) => [Number(number), tagOf(text)]))
  }

  async tag(revision: Revision, tag: string | null): Promise<void> {
    const field = String(revision.number)
    if (tag === null) return void (await this.#client.hdel(this.#taggedKey, field))
    const tags = await this.tags()
    checkTagged(tags.size + (tags.has(revision.number) ? 0 : 1))
    await this.#client.hset(
      this.#taggedKey,
      field,
      `${JSON.stringify(tag)}\n${encodeRevision(revision)}`,
    )
  }

  async append(draft: RevisionDraft, after: number): Promise<AppendResult> {
    // First, so that whoever appends from here on makes the script refuse.
    const stored = await this.#headNumber()
    const head = await this.head()
    if ((head?.number ?? 0) !== after) return conflict(head)
    const revision = revise(draft, Math.max(after, stored))
    const isStored = await this.#client.eval(
      APPEND,
      3,
      this.#headKey,
      this.#revisionsKey,
      this.#checksumsKey,
      String(stored),
      encodeRevision(revision),
      String(revision.number),
      revision.checksum,
      String(MAX_REVISIONS),
    )
    if (isStored !== 1) return conflict(await this.head())
    this.#tell()
    return { kind: 'stored', revision }
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    if (this.#listeners.size === 1) void this.#poll()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#cancelPoll()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelPoll()
    this.#listeners.clear()
    closeRedis(this.#client)
  }

  async #poll(): Promise<void> {
    try {
      const head = await this.#client.get(this.#headKey)
      if (this.#seen !== null && head !== this.#seen) this.#tell()
      this.#seen = head ?? '0'
    } catch {
      // Away: what was missed shows as another head afterwards.
    }
    if (this.#closed || this.#listeners.size === 0) return
    this.#cancelPoll = this.#clock.after(POLL_MS, () => void this.#poll())
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  async #tagged(number: number): Promise<Revision | null> {
    const text = await this.#client.hget(this.#taggedKey, String(number))
    return text === null ? null : decodeRevision(text.slice(text.indexOf('\n') + 1))
  }

  async #headNumber(): Promise<number> {
    return Number((await this.#client.get(this.#headKey)) ?? 0)
  }
}

function tagOf(text: string): string {
  return JSON.parse(text.slice(0, text.indexOf('\n'))) as string
}

function conflict(head: Revision | null): AppendResult {
  return { kind: 'conflict', head: head === null ? null : summaryOf(head) }
}
