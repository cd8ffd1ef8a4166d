// Times and numbers as each language writes them, in the browser's zone or in UTC.

import { useSyncExternalStore } from 'react'
import { formatDistance } from './distance.ts'
import { useLanguage, type Language } from './language.ts'

export type Zone = 'local' | 'utc'

const KEY = 'sallyport.zone'
const listeners = new Set<() => void>()
let zone: Zone = stored()

function stored(): Zone {
  try {
    return localStorage.getItem(KEY) === 'utc' ? 'utc' : 'local'
  } catch {
    return 'local'
  }
}

export function setZone(next: Zone): void {
  zone = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // As with the language.
  }
  for (const listener of listeners) listener()
}

export function useZone(): Zone {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => zone,
  )
}

/** `2026年11月23日 14:05:09 JST`, `23 Nov 2026, 14:05:09 JST`. */
export function formatTime(ms: number, language: Language, where: Zone): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {
      year: 'numeric',
      month: language === 'ja' ? 'numeric' : 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
      ...(where === 'utc' && { timeZone: 'UTC' }),
    })
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  const { year, month, day, hour, minute, second, timeZoneName } = parts
  const time = `${hour}:${minute}:${second} ${timeZoneName}`
  return language === 'ja'
    ? `${year}年${month}月${day}日 ${time}`
    : `${day} ${month} ${year}, ${time}`
}

export function useFormat() {
  const language = useLanguage()
  const where = useZone()
  return {
    time: (ms: number) => formatTime(ms, language, where),
    distance: (ms: number, nowMs: number) => formatDistance(ms, nowMs, language),
    number: (value: number) => new Intl.NumberFormat(language).format(value),
  }
}
