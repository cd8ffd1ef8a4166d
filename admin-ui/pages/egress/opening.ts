// What somebody chooses when they let a call out: the request it becomes, what is missing, and the same as a command.

import type { DeniedCall } from '../../api/contract.ts'
import { plainText } from '../../language/typed-text.ts'

export const LIVES = ['1h', '24h', 'day', 'forever'] as const
export type Life = (typeof LIVES)[number]

/** As typed and chosen. */
export interface Choice {
  readonly isWide: boolean
  readonly isEverybody: boolean
  readonly port: string
  readonly owner: string
  readonly reason: string
  readonly life: Life
  /** Of the life `day`. */
  readonly day: string
}

export interface OpeningBody {
  readonly host: string
  readonly from: string
  readonly owner: string
  readonly reason: string
  readonly for?: '1h' | '24h'
  readonly expires?: string
}

export function firstChoice({ port }: DeniedCall): Choice {
  const reach = { isWide: false, isEverybody: false, port: String(port) }
  return { ...reach, owner: '', reason: '', life: '24h', day: '' }
}

export function bodyOf({ caller, host, wider }: DeniedCall, choice: Choice): OpeningBody {
  const { isWide, isEverybody, port, owner, reason, life, day } = choice
  return {
    host: `${isWide && wider !== null ? wider.pattern : host}:${plainText(port)}`,
    from: isEverybody ? '*' : caller,
    owner: plainText(owner),
    reason: plainText(reason),
    ...(life === 'day' && { expires: plainText(day) }),
    ...((life === '1h' || life === '24h') && { for: life }),
  }
}

/** Fields that will not do yet. */
export function missingOf({
  owner,
  reason,
  port,
  life,
  day,
}: Choice): readonly ('owner' | 'reason' | 'port' | 'day')[] {
  const number = plainText(port)
  const isPort = /^[1-9]\d{0,4}$/.test(number) && Number(number) <= 65_535
  return [
    ...(plainText(owner) === '' ? (['owner'] as const) : []),
    ...(plainText(reason) === '' ? (['reason'] as const) : []),
    ...(isPort ? [] : (['port'] as const)),
    ...(life === 'day' && !/^\d{4}-\d{2}-\d{2}$/.test(plainText(day)) ? (['day'] as const) : []),
  ]
}

const HOURS = { '1h': 1, '24h': 24 } as const

/** The rule that it becomes, for the draft; its time begins at `nowMs`. `taken`: names of the rules there are. */
export function ruleOf(
  { host, from, owner, reason, for: life, expires }: OpeningBody,
  taken: readonly string[],
  nowMs: number,
) {
  const who = from === '*' ? 'everybody' : from
  const base = `allow-${who.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 40)}`
  let number = 1
  while (taken.includes(`${base}-${number}`)) number++
  const hours = life === undefined ? null : HOURS[life]
  const until = hours === null ? expires : momentOf(nowMs + hours * 3_600_000)
  const rule = { name: `${base}-${number}`, from: [from], allow: [host], owner, reason }
  return { ...rule, ...(until !== undefined && { expires: until }) }
}

function momentOf(ms: number): string {
  return new Date(Math.ceil(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

export function commandOf({ host, from, owner, reason, for: life, expires }: OpeningBody): string {
  const until = life !== undefined ? ` --for ${life}` : expires ? ` --expires ${expires}` : ''
  const who = owner === '' ? 'WHO' : shellWord(owner)
  const why = reason === '' ? 'WHY' : shellWord(reason)
  return `sallyport egress allow ${shellWord(host)} --from ${shellWord(from)} --owner ${who} --reason ${why}${until}`
}

function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
