// One entry of `limits:` as three fields, and back into what stands in the file.

import { listOf, mapOf, type YamlMap } from '../../config-text/parse.ts'
import { plainText } from '../../language/typed-text.ts'
import { typedList } from './typed-list.ts'

export interface LimitFields {
  readonly rate: string
  /** '': a window. */
  readonly burst: string
  readonly key: string
  /** '': what the gateway does by itself, `local`. */
  readonly onStoreDown: string
  /** What else the entry says; it is kept. */
  readonly rest: YamlMap
}

const SHORT = /^(\S+)\s+per\s+(\S.*)$/
const EXAMPLE: LimitFields = { rate: '10/s', burst: '20', key: 'ip', onStoreDown: '', rest: {} }

/** Of an entry; of nothing: an example. */
export function limitFields(value: unknown): LimitFields {
  if (typeof value === 'string') {
    const [, rate = value, key = ''] = SHORT.exec(value.trim()) ?? []
    const parts = key.split(/\s*(?:,|\+|\band\b)\s*/).join(', ')
    return { rate, burst: '', key: parts, onStoreDown: '', rest: {} }
  }
  if (value === undefined || value === null) return EXAMPLE
  const { rate, burst, key, onStoreDown, ...rest } = mapOf(value)
  // A rate that a claim says is kept as it is, and what those without the claim get is shown.
  const claimed = typeof rate === 'object' ? { rate } : {}
  const shown = typeof rate === 'object' ? mapOf(rate)['default'] : rate
  return {
    rate: listOf(shown)[0] ?? '',
    burst: burst === undefined ? '' : (listOf(burst)[0] ?? ''),
    key: listOf(key).join(', '),
    onStoreDown: listOf(onStoreDown)[0] ?? '',
    rest: { ...rest, ...claimed },
  }
}

/** The short form where that says it all; null: the burst is no number. */
export function limitOf(fields: LimitFields): unknown {
  const [rate, burst] = [plainText(fields.rate), plainText(fields.burst)]
  const key = typedList(fields.key)
  if (!/^\d*$/.test(burst)) return null
  const { rate: claimed = rate, ...others } = fields.rest
  const { onStoreDown } = fields
  const rest = { ...others, ...(onStoreDown !== '' && { onStoreDown }) }
  const isShort = burst === '' && key.length === 1 && Object.keys(rest).length === 0
  if (isShort && claimed === rate) return `${rate} per ${key[0]}`
  return { ...rest, rate: claimed, ...(burst !== '' && { burst: Number(burst) }), key }
}
