// Rows as aligned columns for a terminal; wide characters take the two places they do there.

import { inLanguage } from '../language/in-language.ts'
import type { Language } from './words/language.ts'
import { EMPTY_TABLE, heading } from './words/table-words.ts'

const GAP = '  '
/** East Asian wide and full-width characters, roughly: Hangul Jamo, CJK, kana, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** The first row names the columns; no rows: one line that says so. */
export function formatTable(
  rows: readonly Readonly<Record<string, string>>[],
  language: Language = 'en',
): string {
  const [first] = rows
  if (first === undefined) return `${EMPTY_TABLE[language]}\n`
  const columns = Object.keys(first)
  const cells = [
    columns.map((name) => heading(name, language)),
    ...rows.map((row) => columns.map((name) => inLanguage(row[name] ?? '', language))),
  ]
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => widthOf(row[index]!))))
  const lines = cells.map((row) =>
    row
      .map((cell, index) => cell + ' '.repeat(widths[index]! - widthOf(cell)))
      .join(GAP)
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

/** Places that a text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += WIDE.test(character) ? 2 : 1
  return width
}
