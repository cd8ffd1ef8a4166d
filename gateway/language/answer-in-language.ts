// What the admin API answers, in the language of the reader: texts for people alone, never what programs look at.

import { inLanguage } from './in-language.ts'
import type { Language } from './language.ts'
import { problemTitle } from './problem-titles.ts'

/** Fields that hold a sentence of ours. What people wrote themselves stands in others. */
const SENTENCES: ReadonlySet<string> = new Set(['detail', 'hint', 'fix', 'problem'])
/** Nested deeper nothing is said to people. */
const MAX_DEPTH = 12

/** A copy of `answer`, a value that JSON can hold, or itself where it is English that is wanted. */
export function answerInLanguage(answer: unknown, language: Language): unknown {
  return language === 'en' ? answer : translated(answer, language, 0)
}

/** A problem document (RFC 9457). */
export function problemInLanguage<Body extends { readonly code: string; readonly title: string }>(
  body: Body,
  language: Language,
): Body {
  if (language === 'en') return body
  const title = problemTitle(body.code, language) ?? body.title
  return { ...(translated(body, language, 0) as Body), title }
}

function translated(value: unknown, language: Language, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map((item) => translated(item, language, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      typeof item === 'string' && SENTENCES.has(key)
        ? inLanguage(item, language)
        : translated(item, language, depth + 1),
    ]),
  )
}
