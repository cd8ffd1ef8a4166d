// Points in time: how long ago, with the exact time to read and to hover; ticking while they are seen.

import { useSyncExternalStore } from 'react'
import { useFormat } from '../language/format.ts'
import { useWords } from '../language/words.ts'
import type { Reading } from '../api/resource.ts'
import { KIT_WORDS } from './words.ts'

const listeners = new Set<() => void>()
let nowMs = Date.now()
setInterval(() => {
  nowMs = Date.now()
  for (const listener of listeners) listener()
}, 1000)

/** Wall clock, once a second. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => nowMs,
  )
}

export function Ago({ ms }: { readonly ms: number }) {
  const now = useNow()
  const { time, distance } = useFormat()
  return (
    <time dateTime={new Date(ms).toISOString()} title={time(ms)}>
      {distance(ms, now)}
    </time>
  )
}

export function Time({ ms }: { readonly ms: number }) {
  const { time } = useFormat()
  return <time dateTime={new Date(ms).toISOString()}>{time(ms)}</time>
}

/** Data that is read again and again counts as old after three times that. */
export interface AgeProps {
  readonly reading: Reading<unknown>
  readonly pollMs: number
}

export function Age({ reading: { atMs, refusal }, pollMs }: AgeProps) {
  const t = useWords(KIT_WORDS)
  const now = useNow()
  const { distance } = useFormat()
  if (atMs === null) return null
  const isStale = refusal !== null || now - atMs > Math.max(10_000, 3 * pollMs)
  const said = distance(atMs, Math.max(now, atMs))
  return (
    <span className={isStale ? 'age stale' : 'age'}>
      {isStale ? t.stale(said) : t.updated(said)}
    </span>
  )
}
