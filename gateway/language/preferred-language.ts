// Which of our languages a client wants to read (RFC 9110 section 12.5.4).

import { LANGUAGES, type Language } from './language.ts'

/** More are not looked at: browsers send ten at most. */
const MAX_RANGES = 32

/**
 * From an Accept-Language field. English where nothing of it is spoken here, and where there is none; of several that are
 * wanted alike the first.
 */
export function preferredLanguage(field: string | undefined): Language {
  let best: { readonly language: Language; readonly weight: number } | null = null
  for (const range of (field ?? '').split(',', MAX_RANGES)) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const [primary] = tag.split('-', 1)
    const language = primary === '*' ? 'en' : LANGUAGES.find((one) => one === primary)
    const weight = weightOf(parameters)
    if (language === undefined || !(weight > (best?.weight ?? 0))) continue
    best = { language, weight }
  }
  return best?.language ?? 'en'
}

function weightOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  if (given === undefined) return 1
  return /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(given) ? Number(given.slice(2)) : 0
}
