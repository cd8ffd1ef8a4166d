// One text of the catalogue as a matcher without backtracking: its fixed pieces in their order, its values between them.

/** A piece with fewer letters says little about what stands around it. */
const TELLING_LETTERS = 8
/** Of two values with one piece between: so many places of that piece are tried. */
const MAX_SPLITS = 8

export interface Template {
  /** Fixed pieces; a value stands between each two. */
  readonly pieces: readonly string[]
  /** Values that stand in quotes or backticks: names, never sentences. */
  readonly quoted: ReadonlySet<number>
  /** Values that may be one of our own words, where in any other it would be somebody's name. */
  readonly wordy: ReadonlySet<number>
  /** Characters of all pieces: the more, the less it can be something else. */
  readonly length: number
  /** More than signs between values. */
  readonly hasWords: boolean
  /** It says enough by itself to be believed, whatever its values are. */
  readonly isTelling: boolean
  readonly translation: readonly TranslationPart[]
}

/** A fixed text, or the number of a value, from 0. */
export type TranslationPart = string | number

export function compileTemplate(english: string, translated: string): Template {
  const pieces = english.split('{}')
  const { length } = pieces.join('')
  const letters = pieces.join('').replaceAll(/[^\p{L}]/gu, '').length
  const quoted = new Set<number>()
  for (let at = 0; at < pieces.length - 1; at += 1) {
    const mark = pieces[at]!.at(-1) ?? ''
    if ('`"\''.includes(mark) && mark !== '' && pieces[at + 1]!.startsWith(mark)) quoted.add(at)
  }
  const translation = translated
    .split(/(\{\d+w?\})/)
    .filter((part) => part !== '')
    .map((part) => (/^\{\d+w?\}$/.test(part) ? Number.parseInt(part.slice(1), 10) - 1 : part))
  const isTelling = letters >= TELLING_LETTERS || (quoted.size > 0 && /^[a-z]{3,} /.test(english))
  const wordy = new Set([...translated.matchAll(/\{(\d+)w\}/g)].map(([, at]) => Number(at) - 1))
  return { pieces, quoted, wordy, length, hasWords: letters > 0, isTelling, translation }
}

/** The ways in which `text` reads as `template`: the values of each. Most have one at most. */
export function* readings(template: Template, text: string): Generator<readonly string[]> {
  for (const values of places(template, text)) {
    const isQuoted = [...template.quoted].every((at) => !values[at]!.includes('`'))
    if (isQuoted) yield values
  }
}

function* places(template: Template, text: string): Generator<readonly string[]> {
  const { pieces, isTelling } = template
  const first = pieces[0]!
  const last = pieces.at(-1)!
  const end = text.length - last.length
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return
  if (pieces.length === 3 && !isTelling && pieces[1] !== '') {
    yield* splits(text.slice(first.length, end), pieces[1]!)
    return
  }
  const values: string[] = []
  let from = first.length
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from)
    if (at === -1 || at + piece.length > end) return
    values.push(text.slice(from, at))
    from = at + piece.length
  }
  yield [...values, text.slice(from, end)]
}

function* splits(text: string, piece: string): Generator<readonly string[]> {
  let at = text.indexOf(piece)
  for (let tried = 0; at !== -1 && tried < MAX_SPLITS; tried += 1) {
    yield [text.slice(0, at), text.slice(at + piece.length)]
    at = text.indexOf(piece, at + 1)
  }
}
