// The words of one part of the console in both languages: one that is missing in Japanese is a type error.

import { useLanguage, type Language } from './language.ts'

export type Words<Dictionary> = Readonly<Record<Language, Dictionary>>

export function words<Dictionary>(en: Dictionary, ja: NoInfer<Dictionary>): Words<Dictionary> {
  return { en, ja }
}

export function useWords<Dictionary>(dictionary: Words<Dictionary>): Dictionary {
  return dictionary[useLanguage()]
}
