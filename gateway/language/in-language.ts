// Says a text of the program in another language: by its template where there is one, else as it is.

import type { Language } from './language.ts'
import { compileLookup, fitting, TELLING, type Lookup } from './lookup.ts'
import { readings, type Template } from './template.ts'

/** Longer ones are excerpts and files, no sentences. */
const MAX_LENGTH = 4000
/** Texts within texts that are looked at for one answer; what comes after them stays as it is. */
const MAX_LOOKS = 120
const MAX_DEPTH = 6

const QUOTED = /`[^`]*`|"[^"]*"|'[^']*'/g
/** Two words of a sentence: no name, no address, no code. */
const SENTENCE = /[A-Za-z]{2,} [a-z]{2,}|[a-z]{2,} \(?[a-z]/
const LETTER = '[\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Han}ー]'
const LETTER_FIRST = new RegExp(`^${LETTER}`, 'u')
const LETTER_LAST = new RegExp(`${LETTER}$`, 'u')

interface Said {
  readonly text: string
  /** Nothing of it is left in English, but for names. */
  readonly isWhole: boolean
  /** Something of it was said in another language. */
  readonly isSaid: boolean
}

/** Compiled at the first text that wants it. */
let japanese: Lookup | null = null

/** `text` itself where `language` is English, or where nobody has written it in `language`. Never throws. */
export function inLanguage(text: string, language: Language): string {
  if (language === 'en' || text === '' || text.length > MAX_LENGTH) return text
  japanese ??= compileLookup()
  return new Saying(japanese).say(text, 0).text
}

/** One text being said: what was looked at within it once is known. */
class Saying {
  readonly #lookup: Lookup
  readonly #known = new Map<string, Said>()

  constructor(lookup: Lookup) {
    this.#lookup = lookup
  }

  say(text: string, depth: number): Said {
    const whole = this.#lookup.whole.get(text)
    if (whole !== undefined) return { text: whole, isWhole: true, isSaid: true }
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const asItIs = { text, isWhole: isName(text), isSaid: false }
    if (depth > MAX_DEPTH || this.#known.size >= MAX_LOOKS) return asItIs
    // While it is looked at, it is within itself what it is.
    this.#known.set(text, asItIs)
    const said = this.#find(text, depth) ?? asItIs
    this.#known.set(text, said)
    return said
  }

  #find(text: string, depth: number): Said | null {
    let best: Said | null = null
    for (const { template, rank } of fitting(text, this.#lookup)) {
      if (best !== null && rank < TELLING) break
      for (const values of readings(template, text)) {
        const said = this.#put(template, values, depth)
        if (said.isWhole && said.isSaid) return said
        if (rank === TELLING) best ??= said
      }
    }
    return best
  }

  #put(template: Template, values: readonly string[], depth: number): Said {
    const said = values.map((value, at) => this.#sayValue(template, value, at, depth))
    const parts = template.translation.map((part) => {
      if (typeof part === 'string') return { text: part, isOwn: true }
      return { text: said[part]?.text ?? '', isOwn: template.quoted.has(part) }
    })
    return {
      text: joined(parts),
      isWhole: said.every(({ isWhole }) => isWhole),
      isSaid: template.hasWords || said.some(({ isSaid }) => isSaid),
    }
  }

  #sayValue({ quoted, wordy }: Template, value: string, at: number, depth: number): Said {
    if (quoted.has(at)) return { text: value, isWhole: true, isSaid: false }
    const word = wordy.has(at) ? this.#lookup.words.get(value) : undefined
    if (word !== undefined) return { text: word, isWhole: true, isSaid: true }
    return this.say(value, depth + 1)
  }
}

/** Between code in backticks and Japanese stands a space, as in the texts themselves. */
function joined(parts: readonly { readonly text: string; readonly isOwn: boolean }[]): string {
  let text = ''
  let wasOwn = true
  for (const part of parts) {
    const isApart =
      (!wasOwn && text.endsWith('`') && LETTER_FIRST.test(part.text)) ||
      (!part.isOwn && part.text.startsWith('`') && LETTER_LAST.test(text))
    text += isApart ? ` ${part.text}` : part.text
    wasOwn = part.isOwn
  }
  return text
}

function isName(text: string): boolean {
  return !SENTENCE.test(text.replaceAll(QUOTED, ''))
}
