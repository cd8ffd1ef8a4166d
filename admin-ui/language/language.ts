// English or Japanese: what the browser asks for until somebody chooses, remembered on this machine.

import { useSyncExternalStore } from 'react'
import { currentLanguage, onLanguage, speak, type Language } from './current-language.ts'

export type { Language } from './current-language.ts'

const KEY = 'sallyport.language'
speak(document.documentElement.lang === 'ja' ? 'ja' : 'en')

export function setLanguage(language: Language): void {
  document.documentElement.lang = language
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // Storage may be forbidden: then it holds until the page goes.
  }
  speak(language)
}

export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, currentLanguage)
}
