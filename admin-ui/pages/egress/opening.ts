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
  readonly life: Life
  /** Of the life `day`. */
  readonly day: string
}

export interface OpeningBody {
  readonly host: string
  readonly from: string
  readonly owner: string
  readonly for?: string
  readonly expires?: string
}

export function firstChoice({ port }: DeniedCall): Choice {
  const choice = { isWide: false, isEverybody: false, owner: '', life: '24h', day: '' } as const
  return { ...choice, port: String(port) }
}

export function bodyOf({ caller, host, wider }: DeniedCall, choice: Choice): OpeningBody {
  const { isWide, isEverybody, port, owner, life, day } = choice
  return {
    host: `${isWide && wider !== null ? wider.pattern : host}:${plainText(port)}`,
    from: isEverybody ? '*' : caller,
    owner: plainText(owner),
    ...(life === 'day' && { expires: plainText(day) }),
    ...((life === '1h' || life === '24h') && { for: life }),
  }
}

/** Fields that will not do yet. */
export function missingOf({
  owner,
  port,
  life,
  day,
}: Choice): readonly ('owner' | 'port' | 'day')[] {
  const number = plainText(port)
  const isPort = /^[1-9]\d{0,4}$/.test(number) && Number(number) <= 65_535
  return [
    ...(plainText(owner) === '' ? (['owner'] as const) : []),
    ...(isPort ? [] : (['port'] as const)),
    ...(life === 'day' && !/^\d{4}-\d{2}-\d{2}$/.test(plainText(day)) ? (['day'] as const) : []),
  ]
}

export function commandOf({ host, from, owner, for: life, expires }: OpeningBody): string {
  const until = life !== undefined ? ` --for ${life}` : expires ? ` --expires ${expires}` : ''
  const who = owner === '' ? 'WHO' : shellWord(owner)
  return `sallyport egress allow ${shellWord(host)} --from ${shellWord(from)} --owner ${who}${until}`
}

function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
