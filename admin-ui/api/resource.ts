// What was read from the API, kept until it is read again: one entry for each path, shared by everything that shows it.

import { useCallback, useEffect, useSyncExternalStore } from 'react'
import { onLanguage } from '../language/current-language.ts'
import { call } from './client.ts'
import { asRefusal, type Refusal } from './refusal.ts'

/** Something that can be read. The type parameter is what it answers. */
export interface Resource<Answer> {
  readonly path: string
  readonly answer?: Answer
}

export interface Reading<Answer> {
  /** The latest that was read, however old; null before the first. */
  readonly data: Answer | null
  /** When that was, by the page's clock in ms; null before the first. */
  readonly atMs: number | null
  /** Of the latest attempt; null where it went well. */
  readonly refusal: Refusal | null
  readonly isReading: boolean
}

/** The entry that nobody shows and that was read longest ago goes first. */
const MAX_ENTRIES = 200
const NONE: Reading<never> = { data: null, atMs: null, refusal: null, isReading: false }

interface Entry {
  reading: Reading<unknown>
  readonly listeners: Set<() => void>
  /** Of the latest attempt, so that a slow answer never overwrites a newer one. */
  turn: number
}

const entries = new Map<string, Entry>()

// What the server says is in the language it was asked in.
onLanguage(() => invalidate(''))

function entryOf(path: string): Entry {
  const known = entries.get(path)
  if (known !== undefined) return known
  const entry: Entry = { reading: NONE, listeners: new Set(), turn: 0 }
  if (entries.size >= MAX_ENTRIES) forgetOne()
  entries.set(path, entry)
  return entry
}

function forgetOne(): void {
  for (const [path, { listeners }] of entries) {
    if (listeners.size > 0) continue
    entries.delete(path)
    return
  }
}

function set(entry: Entry, reading: Reading<unknown>): void {
  entry.reading = reading
  for (const listener of entry.listeners) listener()
}

/** Never rejects: the reading says what went wrong. */
export async function refresh(path: string): Promise<void> {
  const entry = entryOf(path)
  const turn = ++entry.turn
  set(entry, { ...entry.reading, isReading: true })
  try {
    const data = await call<unknown>('GET', path)
    if (turn === entry.turn) {
      set(entry, { data, atMs: Date.now(), refusal: null, isReading: false })
    }
  } catch (error) {
    if (turn === entry.turn) {
      set(entry, { ...entry.reading, refusal: asRefusal(error), isReading: false })
    }
  }
}

/** Reads everything again that begins so and is shown, and forgets what is not. */
export function invalidate(...prefixes: readonly string[]): void {
  for (const [path, { listeners }] of entries) {
    if (!prefixes.some((prefix) => path.startsWith(prefix))) continue
    if (listeners.size > 0) void refresh(path)
    else entries.delete(path)
  }
}

/** After a sign-out nothing of the one before is shown. */
export function forgetEverything(): void {
  for (const entry of entries.values()) set(entry, NONE)
  entries.clear()
}

/** `pollMs`: read again so often while the page is seen; null: once. `resource` null: nothing is read. */
export function useResource<Answer>(
  resource: Resource<Answer> | null,
  pollMs: number | null = null,
): Reading<Answer> {
  const path = resource?.path ?? null
  const subscribe = useCallback(
    (listener: () => void) => {
      if (path === null) return () => {}
      const { listeners } = entryOf(path)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    [path],
  )
  const reading = useSyncExternalStore(subscribe, () =>
    path === null ? NONE : (entries.get(path)?.reading ?? NONE),
  )
  useEffect(() => {
    if (path === null) return
    void refresh(path)
    if (pollMs === null) return
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refresh(path)
    }, pollMs)
    return () => clearInterval(timer)
  }, [path, pollMs])
  return reading as Reading<Answer>
}
