// English or Japanese: what the browser asks for until somebody chooses, remembered on this machine.

import { useSyncExternalStore } from 'react'

export type Language = 'en' | 'ja'

const KEY = 'sallyport.language'
const listeners = new Set<() => void>()
let current: Language = document.documentElement.lang === 'ja' ? 'ja' : 'en'

export function setLanguage(language: Language): void {
  current = language
  document.documentElement.lang = language
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // Storage may be forbidden: then it holds until the page goes.
  }
  for (const listener of listeners) listener()
}

export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}
