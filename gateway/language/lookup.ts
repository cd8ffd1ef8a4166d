// The catalogue made ready: whole texts by themselves, templates by the word they begin with and in the order they are tried.

import { CATALOGUE, FURTHER_CATALOGUE } from './catalogue.ts'
import { COUNT_TEXTS, FRAME_TEXTS, LIST_TEXTS, SEAM_TEXTS, WORD_TEXTS } from './joint-texts.ts'
import { compileTemplate, type Template } from './template.ts'
import type { Texts } from './texts.ts'

export interface Ranked {
  readonly template: Template
  readonly rank: number
}

export interface Lookup {
  readonly whole: ReadonlyMap<string, string>
  /** Said only where a template takes one. */
  readonly words: ReadonlyMap<string, string>
  /** What texts with this first word may be, in the order in which it is tried; ``: with any other. */
  readonly byWord: ReadonlyMap<string, readonly Ranked[]>
}

const FRAME = 4
/** Of a template that says enough by itself. */
export const TELLING = 3
const SEAM = 2
const SHORT = 1
const LIST = 0

export function compileLookup(): Lookup {
  const whole = new Map<string, string>()
  const byWord = new Map<string, Ranked[]>()
  const add = (texts: Texts, rank: number): void => {
    for (const [english, translated] of Object.entries(texts)) {
      if (!english.includes('{}')) {
        whole.set(english, translated)
        continue
      }
      const template = compileTemplate(english, translated)
      const ranked = { template, rank: template.isTelling ? Math.max(rank, TELLING) : rank }
      const word = firstWord(template.pieces[0]!)
      const others = byWord.get(word)
      if (others === undefined) byWord.set(word, [ranked])
      else others.push(ranked)
    }
  }
  for (const texts of [CATALOGUE, FURTHER_CATALOGUE, COUNT_TEXTS]) add(texts, SHORT)
  add(FRAME_TEXTS, FRAME)
  add(SEAM_TEXTS, SEAM)
  add(LIST_TEXTS, LIST)
  const loose = byWord.get('') ?? []
  for (const [word, ranked] of byWord) {
    const all = word === '' ? ranked : [...ranked, ...loose]
    all.sort((a, b) => b.rank - a.rank || b.template.length - a.template.length)
    byWord.set(word, all)
  }
  return { whole, words: new Map(Object.entries(WORD_TEXTS)), byWord }
}

export function fitting(text: string, { byWord }: Lookup): readonly Ranked[] {
  return byWord.get(firstWord(text)) ?? byWord.get('') ?? []
}

/** `` where it may go on. */
function firstWord(text: string): string {
  const end = text.indexOf(' ')
  return end === -1 ? '' : text.slice(0, end)
}
