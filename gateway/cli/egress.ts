// `sallyport egress …`: what was refused on its way out, letting it through for a while or for good, and taking that back.

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
  readonly state: { readonly kind: string; readonly note?: string; readonly rule?: string }
  readonly suspicion: string | null
}

export const egress = apiCommand('egress', {
  usage:
    'denied [--all] | check HOST[:PORT] --from SERVICE | allow HOST[:PORT] --from SERVICE --owner WHO [--reason WHY] [--for 1h|--expires DAY|MOMENT] | retract RULE | ignore|unignore HOST:PORT --from SERVICE [--note WHY] | modes',
  options: {
    from: { type: 'string' },
    owner: { type: 'string' },
    reason: { type: 'string' },
    for: { type: 'string' },
    expires: { type: 'string' },
    note: { type: 'string' },
    all: { type: 'boolean' },
  },
  ask(args, call, context) {
    const [verb, ...rest] = args.positionals
    if (verb === 'denied' && rest.length === 0) return denied(args, call)
    if (verb === 'modes' && rest.length === 0) return modes(call)
    if (verb === 'check' && rest.length === 1) return check(rest[0]!, args, call)
    if (verb === 'allow' && rest.length === 1) return allow(rest[0]!, args, call, context)
    if (verb === 'retract' && rest.length === 1) return retract(rest[0]!, call, context)
    if ((verb === 'ignore' || verb === 'unignore') && rest.length === 1) {
      return ignore(verb, rest[0]!, args, call)
    }
    const verbs =
      '`denied`, `check HOST`, `allow HOST`, `retract RULE`, `ignore HOST:PORT` or `modes`'
    throw new SallyportError('usage', `write ${verbs}`)
  },
})

/** Those that somebody still has to look at, or all. */
async function denied({ values }: CommandArguments, call: Call): Promise<Shown> {
  const answer = (await call('GET', '/api/v1/egress/denied')) as { items: readonly Denial[] }
  const isOpen = ({ kind }: Denial['state']): boolean => kind === 'refused' || kind === 'expired'
  const items = answer.items.filter(({ state }) => values['all'] === true || isOpen(state))
  const rows = items.map(({ caller, host, port, reason, count, lastMs, state, suspicion }) => ({
    from: caller,
    to: `${host}:${port}`,
    count: String(count),
    last: new Date(lastMs).toISOString(),
    reason: suspicion === null ? reason : `${reason} (${suspicion})`,
    state: [state.kind, state.rule ?? state.note].filter(Boolean).join(': '),
  }))
  return { value: { ...answer, items }, table: rows }
}

async function modes(call: Call): Promise<Shown> {
  const answer = (await call('GET', '/api/v1/egress/modes')) as {
    readonly inForce: string
    readonly nodes: readonly NodeMode[]
  }
  const rows = answer.nodes.map(({ name, modes: said, workers, missing, ...node }) => ({
    node: name,
    mode: said.join(', ') || 'unknown',
    workers: missing === 0 ? String(workers) : `${workers}, ${missing} silent`,
    expected: answer.inForce,
    state: !node.isLive ? 'away' : node.isAsConfigured ? 'ok' : 'DIFFERS',
  }))
  return { value: answer, table: rows }
}

interface NodeMode {
  readonly name: string
  readonly modes: readonly string[]
  readonly workers: number
  readonly missing: number
  readonly isLive: boolean
  readonly isAsConfigured: boolean
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
  const { expires, reason, for: life } = values
  const body = {
    host,
    from: named(values, 'from'),
    owner: named(values, 'owner'),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof life === 'string' ? { for: life } : {}),
    ...(typeof expires === 'string' ? { expires } : {}),
  }
  const answer = (await call('POST', '/api/v1/egress:allow', body)) as {
    rule: string
    revision: number | null
    expires: string | null
  }
  const until = answer.expires === null ? 'for good' : `until ${answer.expires}`
  talk(`${body.from} may reach ${host} ${until} (revision ${answer.revision ?? '-'})\n`)
  return { value: answer, table: `${answer.rule}\n` }
}

async function retract(rule: string, call: Call, { talk }: CommandContext): Promise<Shown> {
  const answer = (await call('POST', '/api/v1/egress:retract', { rule })) as {
    revision: number | null
  }
  talk(`rule ${rule} is gone (revision ${answer.revision ?? '-'})\n`)
  return { value: answer, table: '' }
}

async function ignore(
  verb: 'ignore' | 'unignore',
  target: string,
  { values }: CommandArguments,
  call: Call,
): Promise<Shown> {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(target) ?? []
  if (host === '')
    throw new SallyportError('usage', `${target}: write HOST:PORT as \`denied\` shows it`)
  const key = { from: named(values, 'from'), host, port: Number(port) }
  const body = verb === 'ignore' ? { ...key, note: named(values, 'note') } : key
  return { value: await call('POST', `/api/v1/egress:${verb}`, body), table: '' }
}

function named(values: CommandArguments['values'], name: string): string {
  const value = values[name]
  if (typeof value === 'string') return value
  throw new SallyportError('usage', `say --${name}`)
}
