// The audit as a table for spreadsheets: quoted (RFC 4180), and nothing in it is ever taken for a formula.

import type { AuditEntry } from './entry.ts'

export const CSV_LANGUAGES = ['en', 'ja'] as const
export type CsvLanguage = (typeof CSV_LANGUAGES)[number]

/** So that spreadsheets read it as UTF-8. */
const BYTE_ORDER_MARK = '\ufeff'
/** What a spreadsheet may take for the beginning of a formula, in whatever width, behind whatever space. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\u2212]/u

type Column = readonly [en: string, ja: string, text: (entry: AuditEntry) => string]

const COLUMNS: readonly Column[] = [
  ['sequence', '番号', ({ sequence }) => String(sequence)],
  ['time (UTC)', '日時（UTC）', ({ time }) => time],
  ['who', '実行者', ({ actor }) => actor.name],
  ['kind', '種別', ({ actor }) => actor.kind],
  ['address', '接続元', ({ actor }) => actor.address ?? ''],
  ['by way of', '経路', ({ origin }) => origin],
  ['what', '操作', ({ action }) => action],
  ['to what', '対象', ({ target }) => target],
  ['before', '変更前', ({ before }) => valueText(before)],
  ['after', '変更後', ({ after }) => valueText(after)],
  ['result', '結果', ({ result }) => result],
  ['request id', 'リクエストID', ({ requestId }) => requestId],
  ['hash', 'ハッシュ', ({ hash }) => hash],
]

export function csvHead(language: CsvLanguage): string {
  const index = CSV_LANGUAGES.indexOf(language)
  return BYTE_ORDER_MARK + lineOf(COLUMNS.map((column) => String(column[index])))
}

export function csvLine(entry: AuditEntry): string {
  return lineOf(COLUMNS.map(([, , text]) => text(entry)))
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`
}

/** An apostrophe before it makes a spreadsheet take the rest for text. */
function cellOf(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}

function valueText(value: unknown): string {
  return value === null ? '' : JSON.stringify(value)
}
