// The members that listen: each hears every change of what it may know, a beat in between, and everything again in time.

import type { ServerResponse } from 'node:http'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Snapshot } from '../../../sidecar/snapshot/snapshot.ts'

export const BEAT_MS = 10_000
const REFRESH_MS = 300_000
/** Who has not taken in what was sent by then is cut off and comes back for all of it. */
const STALL_MS = 20_000
const MAX_WATCHERS = 20_000
const MAX_WATCHERS_OF_ID = 2000
/** The longest a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

export interface WatchersOptions {
  readonly clock: Clock
  readonly snapshotFor: (id: string) => Snapshot
  /** Ms that those wait who know a snapshot of an earlier boot. */
  readonly warmingUpMs: () => number
  readonly bootId: string
}

export interface WatcherOptions {
  readonly id: string
  readonly response: ServerResponse
  /** Revision the member knows already; null: none. */
  readonly held: string | null
  /** Wall clock; no later than this the answer ends. */
  readonly notAfterMs: number
  /** false: the member is believed no longer. */
  readonly isTrusted: () => boolean
}

// Members of one service share one snapshot, and its text.
const lines = new WeakMap<Snapshot, string>()

export class Watchers {
  readonly #options: WatchersOptions
  readonly #watchers = new Set<Watcher>()
  readonly #counts = new Map<string, number>()

  constructor(options: WatchersOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#watchers.size
  }

  /** false: there are too many, of this member or of all. */
  add(options: WatcherOptions): boolean {
    const { id, response } = options
    const count = this.#counts.get(id) ?? 0
    if (count >= MAX_WATCHERS_OF_ID || this.#watchers.size >= MAX_WATCHERS) return false
    this.#counts.set(id, count + 1)
    const watcher = new Watcher(options, this.#options)
    this.#watchers.add(watcher)
    response.once('close', () => this.#remove(watcher, id))
    return true
  }

  /** Everybody who is not believed any more is cut off, and the others hear what is new to them. */
  changed(): void {
    for (const watcher of this.#watchers) watcher.changed()
  }

  /** Says goodbye to all. */
  close(): void {
    for (const watcher of this.#watchers) watcher.end()
  }

  #remove(watcher: Watcher, id: string): void {
    if (!this.#watchers.delete(watcher)) return
    watcher.close()
    const count = this.#counts.get(id)! - 1
    if (count === 0) this.#counts.delete(id)
    else this.#counts.set(id, count)
  }
}

class Watcher {
  readonly #watcher: WatcherOptions
  readonly #options: WatchersOptions
  readonly #cancels = new Map<'beat' | 'refresh' | 'end' | 'warm' | 'stall', () => void>()
  /** What the member knows; null: nothing, or of an earlier boot. */
  #revision: string | null
  /** The last thing that was said has not left yet. At most one snapshot waits, and always the newest. */
  #isStalled = false
  #isWarmingUp = false

  constructor(watcher: WatcherOptions, options: WatchersOptions) {
    this.#watcher = watcher
    this.#options = options
    const { held, notAfterMs, response } = watcher
    const isOfThisBoot = held?.startsWith(`${options.bootId}-`) ?? false
    this.#revision = isOfThisBoot ? held : null
    const warmingUpMs = options.warmingUpMs()
    // What it knows is better than what we know until those it knows of have found us again.
    if (held !== null && !isOfThisBoot && warmingUpMs > 0) {
      this.#isWarmingUp = true
      this.#after('warm', warmingUpMs, () => {
        this.#isWarmingUp = false
        this.changed()
      })
    }
    this.#after('end', notAfterMs - options.clock.wallMs(), () => response.destroy())
    this.#every('refresh', REFRESH_MS, () => {
      this.#revision = this.#isWarmingUp ? this.#revision : null
      this.changed()
    })
    this.#every('beat', BEAT_MS, () => this.#beat())
    this.changed()
    this.#beat()
  }

  changed(): void {
    if (!this.#watcher.isTrusted()) {
      this.#watcher.response.destroy()
      return
    }
    if (this.#isStalled || this.#isWarmingUp) return
    const snapshot = this.#options.snapshotFor(this.#watcher.id)
    if (snapshot.revision === this.#revision) return
    this.#revision = snapshot.revision
    this.#say(lineOf(snapshot))
  }

  end(): void {
    this.#watcher.response.end()
  }

  close(): void {
    for (const cancel of this.#cancels.values()) cancel()
    this.#cancels.clear()
  }

  #beat(): void {
    if (this.#isStalled) return
    const { clock } = this.#options
    const beat = { kind: 'beat', revision: this.#revision, atMs: clock.wallMs() }
    this.#say(`${JSON.stringify(beat)}\n`)
  }

  #say(line: string): void {
    const { response } = this.#watcher
    if (response.destroyed || response.write(line)) return
    this.#isStalled = true
    this.#after('stall', STALL_MS, () => response.destroy())
    response.once('drain', () => {
      this.#cancels.get('stall')?.()
      this.#isStalled = false
      this.changed()
    })
  }

  #after(name: 'refresh' | 'beat' | 'end' | 'warm' | 'stall', ms: number, task: () => void): void {
    this.#cancels.set(
      name,
      this.#options.clock.after(Math.min(Math.max(ms, 0), MAX_TIMER_MS), task),
    )
  }

  #every(name: 'refresh' | 'beat', ms: number, task: () => void): void {
    this.#after(name, ms, () => {
      this.#every(name, ms, task)
      task()
    })
  }
}

function lineOf(snapshot: Snapshot): string {
  const known = lines.get(snapshot)
  if (known !== undefined) return known
  const line = `${JSON.stringify({ kind: 'snapshot', snapshot })}\n`
  lines.set(snapshot, line)
  return line
}
