// What checks say, in both languages: what was found, and what to do about it.

import { CHECK_WORDS_EN } from './check-words-en.ts'
import { CHECK_WORDS_JA } from './check-words-ja.ts'
import { words } from '../../language/language.ts'

export type { CheckWords, Saying } from './check-words-en.ts'

export const CHECK_WORDS = words(CHECK_WORDS_EN, CHECK_WORDS_JA)
