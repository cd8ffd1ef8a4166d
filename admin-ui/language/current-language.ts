// The language that is spoken now, for what needs no page: what asks the server, too.

export type Language = 'en' | 'ja'

const listeners = new Set<() => void>()
let current: Language = 'en'

export function currentLanguage(): Language {
  return current
}

export function speak(language: Language): void {
  current = language
  for (const listener of listeners) listener()
}

/** Called after each change; answers what ends that. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
