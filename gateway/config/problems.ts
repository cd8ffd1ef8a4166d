// Problems with their places in the file, and how they are shown to people.

import type { ConfigPath, Problem } from '../../sidecar/runtime/problem.ts'
import { inLanguage } from '../language/in-language.ts'
import type { Language } from '../language/language.ts'
import { PROBLEM_LABELS } from '../language/problem-labels.ts'
import { hideSecrets } from './secrets.ts'

/** A problem between two places of the file; `related` is the other one. */
export interface PairProblem extends Problem {
  readonly related?: ConfigPath
}

/** Lines and columns count from 1; `length` in characters, within that line. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly length: number
}

export interface LocatedProblem extends PairProblem {
  readonly position: Position
  /** Where the other place of a PairProblem is. */
  readonly other: Position | null
}

export interface FormatOptions {
  /** Terminal colours. */
  readonly colour: boolean
  /** Absent: English. The file's own text stays as it is. */
  readonly language?: Language
}

type Locate = (path: ConfigPath, atKey?: boolean) => Position
type Paint = (text: string) => string

const EXCERPT_WIDTH = 100
// Whatever a file holds, showing it must not move the cursor or change the terminal.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

export function locateProblem(problem: PairProblem, locate: Locate): LocatedProblem {
  return {
    ...problem,
    position: locate(problem.path, problem.atKey),
    other: problem.related === undefined ? null : locate(problem.related),
  }
}

/**
 * For each problem, in the order of the file: `FILE:LINE:COLUMN error: MESSAGE`, the line with carets under the place,
 * and what to write instead; at the end how many there are. `text` is the file's text. Ends with a newline.
 */
export function formatProblems(
  problems: readonly LocatedProblem[],
  text: string,
  file: string,
  { colour, language = 'en' }: FormatOptions,
): string {
  const paint = (code: string) => (part: string) =>
    colour && part !== '' ? `\u001b[${code}m${part}\u001b[0m` : part
  const [bold, red, yellow, cyan, faint] = ['1', '1;31', '1;33', '36', '2'].map(paint) as [
    ...[Paint, Paint, Paint, Paint, Paint],
  ]
  const label = PROBLEM_LABELS[language]
  const say = (part: string) => clean(inLanguage(part, language))
  const lines = text.split(/\r\n|[\r\n]/)
  const blocks = problems.toSorted(byPosition).map((problem) => {
    const mark = problem.severity === 'error' ? red : yellow
    const place = `${file}:${problem.position.line}:${problem.position.column}`
    const head = `${bold(place)} ${mark(`${label[problem.severity]}:`)} ${bold(say(problem.message))}`
    const { other } = problem
    const also =
      other === null ? [] : [`  ${cyan(`${label.seeAlso}:`)} ${file}:${other.line}:${other.column}`]
    const fix = `  ${cyan(`${label.fix}:`)} ${say(problem.fix)}`
    return [head, ...excerpt(problem.position, lines, faint, mark), ...also, fix, ''].join('\n')
  })
  return [...blocks, `${countProblems(problems, language)}\n`].join('\n')
}

/** `2 errors, 1 warning`. */
export function countProblems(problems: readonly Problem[], language: Language = 'en'): string {
  const label = PROBLEM_LABELS[language]
  const count = (severity: Problem['severity']) => {
    const number = problems.filter((problem) => problem.severity === severity).length
    return number === 0 ? [] : [label.count(number, severity)]
  }
  return [...count('error'), ...count('warning')].join(label.comma) || label.none
}

export function byPosition(a: LocatedProblem, b: LocatedProblem): number {
  return a.position.line - b.position.line || a.position.column - b.position.column
}

function excerpt(
  { line, column, length }: Position,
  lines: readonly string[],
  faint: Paint,
  mark: Paint,
): readonly string[] {
  const full = lines[line - 1]
  if (full === undefined || full.trim() === '') return []
  // The start of a very long line is cut off where the place would otherwise be out of sight.
  const start = column > EXCERPT_WIDTH ? column - 1 - EXCERPT_WIDTH / 2 : 0
  const cut = hideSecrets(full).slice(start, start + EXCERPT_WIDTH)
  const shown = `${start > 0 ? '…' : ''}${clean(cut)}`
  const before = column - 1 - start + (start > 0 ? 1 : 0)
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - before)))
  const number = String(line).padStart(5)
  const gutter = faint(`${' '.repeat(number.length)} |`)
  return [
    `${faint(`${number} |`)} ${shown}`,
    `${gutter} ${' '.repeat(Math.min(before, shown.length))}${mark(carets)}`,
  ]
}

function clean(text: string): string {
  return text.replace(CONTROL, ' ')
}
