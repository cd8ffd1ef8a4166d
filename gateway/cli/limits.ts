// `sallyport limits …`: whom the limits refuse, counting one of them anew, blocking it, giving it another limit.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand, type Call, type Shown } from './api-command.ts'
import type { CommandArguments } from './command.ts'

interface Measure {
  readonly kind: 'block' | 'override'
  readonly factor: number | null
  readonly limit: string
  readonly label: string
  readonly key: string
  readonly reason: string
  readonly by: string
  readonly untilMs: number
}

interface Limited {
  readonly limit: string
  readonly label: string
  readonly key: string
  readonly shadow: boolean
  readonly routes: readonly string[]
  readonly rate: string
  readonly count: number
  readonly lastAtMs: number
  readonly passesAtMs: number
  readonly measure: Measure | null
}

interface LimitedList {
  readonly items: readonly Limited[]
  readonly nowMs: number
}

type Values = CommandArguments['values']

const USAGE =
  'ls | measures | reset WHO|KEY [--reason WHY] | block WHO|KEY --for 1h --reason WHY | override WHO|KEY --times 2 --for 1h --reason WHY | release WHO|KEY; --limit NAME where one is refused by several'

export const limits = apiCommand('limits', {
  usage: USAGE,
  options: {
    limit: { type: 'string' },
    reason: { type: 'string' },
    for: { type: 'string' },
    times: { type: 'string' },
  },
  async ask({ positionals, values }, call, { talk }) {
    const [verb, who, ...rest] = positionals
    if (verb === 'ls' && who === undefined) return list(call)
    if (verb === 'measures' && who === undefined) return measures(call)
    const isVerb = verb === 'reset' || verb === 'block' || verb === 'override' || verb === 'release'
    if (!isVerb || who === undefined || rest.length > 0) {
      const verbs = '`ls`, `measures`, `reset WHO`, `block WHO`, `override WHO` or `release WHO`'
      throw new SallyportError('usage', `write ${verbs}`)
    }
    const body = bodyOf(verb, values)
    const { key, limit, label } = await found(who, values, call)
    const answer = await call('POST', `/api/v1/limits/keys/${key}:${verb}`, body)
    talk(`sallyport limits: ${label} at ${limit}: ${DONE[verb]}, on every node\n`)
    return { value: answer, table: '' }
  },
})

const DONE = {
  reset: 'counted anew',
  block: 'blocked',
  override: 'has another limit',
  release: 'as configured again',
} as const

async function list(call: Call): Promise<Shown> {
  const answer = (await call('GET', '/api/v1/limits/keys')) as LimitedList
  const rows = answer.items.map(({ limit, label, key, shadow, count, measure, ...entry }) => ({
    limit,
    who: label,
    rate: entry.rate,
    refused: String(count),
    passes: passesIn(entry.passesAtMs - answer.nowMs),
    last: new Date(entry.lastAtMs).toISOString(),
    routes: entry.routes.join(' '),
    key: key.slice(0, 12),
    note: [shadow ? 'shadow: only recorded' : '', measure === null ? '' : told(measure)]
      .filter((note) => note !== '')
      .join('; '),
  }))
  return { value: answer, table: rows }
}

async function measures(call: Call): Promise<Shown> {
  const answer = (await call('GET', '/api/v1/limits/measures')) as { items: readonly Measure[] }
  const rows = answer.items.map((measure) => ({
    limit: measure.limit,
    who: measure.label,
    measure: nameOf(measure),
    until: new Date(measure.untilMs).toISOString(),
    by: measure.by,
    reason: measure.reason,
    key: measure.key.slice(0, 12),
  }))
  return { value: answer, table: rows }
}

function bodyOf(verb: keyof typeof DONE, values: Values): object | undefined {
  const reason = values['reason']
  if (verb === 'release') return undefined
  if (verb === 'reset') return reason === undefined ? {} : { reason }
  const common = { for: needed(values, 'for'), reason: needed(values, 'reason') }
  if (verb === 'block') return common
  const times = Number(needed(values, 'times'))
  if (Number.isFinite(times)) return { times, ...common }
  throw new SallyportError('usage', '--times: write a number, like 2 or 0.5')
}

function needed(values: Values, name: string): string {
  const value = values[name]
  if (typeof value === 'string' && value !== '') return value
  throw new SallyportError('usage', `--${name} is missing`)
}

/** By the beginning of its key, or by who it is as listed; all of it must point to one. */
async function found(
  who: string,
  values: Values,
  call: Call,
): Promise<{ readonly key: string; readonly limit: string; readonly label: string }> {
  const { items } = (await call('GET', '/api/v1/limits/keys')) as LimitedList
  const { items: measured } = (await call('GET', '/api/v1/limits/measures')) as {
    items: readonly Measure[]
  }
  const byKey = new Map([...measured, ...items].map((one) => [one.key, one]))
  const isKey = /^[0-9a-f]{8,32}$/.test(who)
  const meant = [...byKey.values()].filter(
    ({ key, label, limit }) =>
      (label === who || (isKey && key.startsWith(who))) &&
      (values['limit'] === undefined || values['limit'] === limit),
  )
  if (meant.length === 1) return meant[0]!
  const message =
    meant.length === 0
      ? `no limit has refused \`${who}\` lately: see \`sallyport limits ls\``
      : `\`${who}\` is refused by several limits (${meant.map(({ limit }) => limit).join('; ')}): say which by --limit NAME`
  throw new SallyportError('usage', message)
}

function told(measure: Measure): string {
  const until = new Date(measure.untilMs).toISOString()
  return `${nameOf(measure)} until ${until} by ${measure.by}: ${measure.reason}`
}

function nameOf({ kind, factor }: Measure): string {
  return kind === 'block' ? 'blocked' : `limit × ${factor}`
}

function passesIn(ms: number): string {
  return ms <= 0 ? 'now' : `in ${Math.ceil(ms / 1000)} s`
}
