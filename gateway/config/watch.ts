// Notices changes of files and folders by looking at them, which also works over network mounts and symlink swaps.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../sidecar/runtime/clock.ts'

export interface WatchOptions {
  readonly clock: Clock
  /** Default 250. */
  readonly intervalMs?: number
}

export interface Watcher {
  /**
   * Watches these paths from now on. What was watched already keeps its place, so that a change made while a reload
   * was running is still noticed.
   */
  follow(sources: readonly string[]): void
  close(): void
}

const INTERVAL_MS = 250
/** Entries looked at in a folder; of a larger one only its own stat is compared. */
const MAX_FOLDER_ENTRIES = 1000

/**
 * Calls `onChange` once for each change of any source, after two looks in a row found the same: a file half written or
 * a certificate still without its new key is not reported. A file that goes away is a change like any other.
 */
export function watchSources(
  sources: readonly string[],
  onChange: () => void,
  { clock, intervalMs = INTERVAL_MS }: WatchOptions,
): Watcher {
  const watcher = new PollingWatcher(onChange, clock, intervalMs)
  watcher.follow(sources)
  watcher.start()
  return watcher
}

class PollingWatcher implements Watcher {
  readonly #onChange: () => void
  readonly #clock: Clock
  readonly #intervalMs: number
  /** As last reported. */
  #reported = new Map<string, string>()
  /** As of the last look. */
  #seen = new Map<string, string>()
  #cancel: () => void = () => undefined
  #isClosed = false

  constructor(onChange: () => void, clock: Clock, intervalMs: number) {
    this.#onChange = onChange
    this.#clock = clock
    this.#intervalMs = intervalMs
  }

  follow(sources: readonly string[]): void {
    const before = this.#reported
    this.#reported = new Map(sources.map((path) => [path, before.get(path) ?? stampOf(path)]))
    this.#seen = new Map(this.#reported)
  }

  start(): void {
    this.#cancel = this.#clock.after(this.#intervalMs, () => {
      this.#look()
      if (!this.#isClosed) this.start()
    })
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  #look(): void {
    const now = new Map([...this.#reported.keys()].map((path) => [path, stampOf(path)]))
    const isSettled = isSame(now, this.#seen)
    const isNew = !isSame(now, this.#reported)
    this.#seen = now
    if (!isSettled || !isNew) return
    this.#reported = now
    this.#onChange()
  }
}

/** Text that changes whenever the file, or an entry of the folder, does. */
function stampOf(path: string): string {
  const own = statStamp(path)
  if (!own.startsWith('folder')) return own
  try {
    const names = readdirSync(path)
    if (names.length > MAX_FOLDER_ENTRIES) return own
    return [own, ...names.toSorted().map((name) => `${name} ${statStamp(join(path, name))}`)].join()
  } catch {
    return 'unreadable'
  }
}

function statStamp(path: string): string {
  try {
    const stats = statSync(path, { bigint: true })
    const { ino, size, mtimeNs, ctimeNs } = stats
    return `${stats.isDirectory() ? 'folder' : 'file'} ${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch {
    return 'absent'
  }
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, stamp]) => b.get(path) === stamp)
}
