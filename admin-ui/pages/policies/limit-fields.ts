// One entry of `limits:` as three fields, and back into what stands in the file.

import { listOf, mapOf, type YamlMap } from '../../config-text/parse.ts'
import { plainText } from '../../language/typed-text.ts'

export interface LimitFields {
  readonly rate: string
  /** '': a window. */
  readonly burst: string
  readonly key: string
  /** What else the entry says; it is kept. */
  readonly rest: YamlMap
}

const SHORT = /^(\S+)\s+per\s+(\S.*)$/
const EXAMPLE: LimitFields = { rate: '10/s', burst: '20', key: 'ip', rest: {} }

/** Of an entry; of nothing: an example. */
export function limitFields(value: unknown): LimitFields {
  if (typeof value === 'string') {
    const [, rate = value, key = ''] = SHORT.exec(value.trim()) ?? []
    return { rate, burst: '', key: key.split(/\s*(?:,|\+|\band\b)\s*/).join(', '), rest: {} }
  }
  if (value === undefined || value === null) return EXAMPLE
  const { rate, burst, key, ...rest } = mapOf(value)
  // A rate that a claim says is kept as it is, and what those without the claim get is shown.
  const claimed = typeof rate === 'object' ? { rate } : {}
  const shown = typeof rate === 'object' ? mapOf(rate)['default'] : rate
  return {
    rate: listOf(shown)[0] ?? '',
    burst: burst === undefined ? '' : (listOf(burst)[0] ?? ''),
    key: listOf(key).join(', '),
    rest: { ...rest, ...claimed },
  }
}

/** The short form where that says it all; null: the burst is no number. */
export function limitOf(fields: LimitFields): unknown {
  const [rate, burst] = [plainText(fields.rate), plainText(fields.burst)]
  const key = plainText(fields.key)
    .split(/[\s,、]+/)
    .filter((part) => part !== '')
  if (!/^\d*$/.test(burst)) return null
  const isShort = burst === '' && key.length === 1 && Object.keys(fields.rest).length === 0
  if (isShort) return `${rate} per ${key[0]}`
  const { rate: claimed = rate, ...rest } = fields.rest
  return { ...rest, rate: claimed, ...(burst !== '' && { burst: Number(burst) }), key }
}
