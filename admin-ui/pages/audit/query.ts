// What of the audit is shown: as it stands in the address of the page, and as the API is asked.

export const FIELDS = [
  'actor',
  'action',
  'target',
  'origin',
  'result',
  'since',
  'until',
  'requestId',
] as const
/** '' where a field is not given. `since`, `until`: days like `2030-12-31`, both included. */
export type Fields = Readonly<Record<(typeof FIELDS)[number], string>>

export function fieldsOf(query: URLSearchParams): Fields {
  const entries = FIELDS.map((name) => [name, query.get(name) ?? ''] as const)
  return Object.fromEntries(entries) as Fields
}

/** Address of the page; `before`: '' for the newest. */
export function addressOf(fields: Fields, before: string): string {
  return withQuery('/audit', { ...fields, before })
}

/** Path of the entries below `before`. Days are those of the zone in which times are shown. */
export function pathOf(fields: Fields, before: string, zone: 'local' | 'utc'): string {
  return withQuery('/api/v1/audit', { limit: '50', ...asked(fields, zone), cursor: before })
}

/** Path of all of it as a file. */
export function exportPathOf(
  fields: Fields,
  zone: 'local' | 'utc',
  form: { readonly format: 'csv' | 'jsonl'; readonly lang: string },
): string {
  return withQuery('/api/v1/audit/export', { ...form, ...asked(fields, zone) })
}

function asked(fields: Fields, zone: 'local' | 'utc'): Fields {
  const since = startOf(fields.since, 0, zone)
  return { ...fields, since, until: startOf(fields.until, 1, zone) }
}

/** ISO 8601; '' for what is no day. */
function startOf(day: string, daysLater: number, zone: 'local' | 'utc'): string {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
  if (year === undefined) return ''
  const parts = [Number(year), Number(month) - 1, Number(date) + daysLater] as const
  return new Date(zone === 'utc' ? Date.UTC(...parts) : new Date(...parts)).toISOString()
}

function withQuery(path: string, fields: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''))
  return query.size === 0 ? path : `${path}?${query}`
}
