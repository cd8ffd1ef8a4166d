// `sallyport egress denied|allow|check`: what was refused on its way out, and letting it through.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand, type Call, type Shown } from './api-command.ts'
import type { CommandArguments, CommandContext } from './command.ts'

interface Denial {
  readonly caller: string
  readonly host: string
  readonly port: number
  readonly reason: string
  readonly count: number
  readonly lastMs: number
}

export const egress = apiCommand('egress', {
  usage:
    'denied | check HOST[:PORT] --from SERVICE | allow HOST[:PORT] --from SERVICE --owner WHO [--expires DAY]',
  options: { from: { type: 'string' }, owner: { type: 'string' }, expires: { type: 'string' } },
  ask(args, call, context) {
    const [verb, ...rest] = args.positionals
    if (verb === 'denied' && rest.length === 0) return denied(call)
    if (verb === 'check' && rest.length === 1) return check(rest[0]!, args, call)
    if (verb === 'allow' && rest.length === 1) return allow(rest[0]!, args, call, context)
    throw new SallyportError('usage', 'write `denied`, `check HOST` or `allow HOST`')
  },
})

async function denied(call: Call): Promise<Shown> {
  const answer = (await call('GET', '/api/v1/egress/denied')) as { items: readonly Denial[] }
  const rows = answer.items.map(({ caller, host, port, reason, count, lastMs }) => ({
    from: caller,
    to: `${host}:${port}`,
    count: String(count),
    last: new Date(lastMs).toISOString(),
    reason,
  }))
  return { value: answer, table: rows }
}

async function check(host: string, { values }: CommandArguments, call: Call): Promise<Shown> {
  const from = named(values, 'from')
  const answer = (await call('POST', '/api/v1/egress:check', { host, from })) as {
    verdict: string
    reason: string
    rule: string
    mode: string
    wouldDeny: boolean
  }
  const { verdict, reason, rule, mode, wouldDeny } = answer
  const because = rule === '' ? reason : `${reason}, rule ${rule}`
  const note = wouldDeny && verdict === 'allow' ? `; mode ${mode} lets it through all the same` : ''
  return { value: answer, table: `${verdict}: ${because}${note}\n` }
}

async function allow(
  host: string,
  { values }: CommandArguments,
  call: Call,
  { talk }: CommandContext,
): Promise<Shown> {
  const { expires } = values
  const body = {
    host,
    from: named(values, 'from'),
    owner: named(values, 'owner'),
    ...(typeof expires === 'string' ? { expires } : {}),
  }
  const answer = (await call('POST', '/api/v1/egress:allow', body)) as {
    rule: string
    revision: number | null
  }
  talk(`${body.from} may reach ${host} now (revision ${answer.revision ?? '-'})\n`)
  return { value: answer, table: `${answer.rule}\n` }
}

function named(values: CommandArguments['values'], name: string): string {
  const value = values[name]
  if (typeof value === 'string') return value
  throw new SallyportError('usage', `say --${name}`)
}
