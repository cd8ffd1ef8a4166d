// The two languages that people are answered in: a word that is missing in one of them is a type error.

export const LANGUAGES = ['en', 'ja'] as const
export type Language = (typeof LANGUAGES)[number]

export type Words<Dictionary> = Readonly<Record<Language, Dictionary>>

/** The English words say which there must be in Japanese. */
export function words<Dictionary>(en: Dictionary, ja: NoInfer<Dictionary>): Words<Dictionary> {
  return { en, ja }
}
