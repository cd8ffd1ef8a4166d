// `sallyport audit`: who did what, newest first, and whether the record of it is whole.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { ApiFailure } from './api-client.ts'
import { apiCommand, type Call, type Shown } from './api-command.ts'
import type { CommandArguments } from './command.ts'

interface Entry {
  readonly sequence: number
  readonly time: string
  readonly actor: { readonly kind: string; readonly name: string; readonly address: string | null }
  readonly origin: string
  readonly action: string
  readonly target: string
  readonly result: string
}

interface Page {
  readonly items: readonly Entry[]
  readonly nextCursor: string | null
}

interface Verification {
  readonly isWhole: boolean
  readonly fault: { readonly file: string; readonly line: number; readonly reason: string } | null
}

const PATH = '/api/v1/audit'
const FILTERS = ['actor', 'action', 'target', 'origin', 'result', 'since', 'until'] as const
const DEFAULT_LIMIT = 50
const MAX_LIMIT = 10_000
const PAGE = 500
/** What may move a terminal, and what orders text anew. */
const MOVING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

export const audit = apiCommand('audit', {
  usage: `[list] ${FILTERS.map((name) => `[--${name} …]`).join(' ')} [--limit ${DEFAULT_LIMIT}] | verify`,
  options: {
    ...Object.fromEntries(FILTERS.map((name) => [name, { type: 'string' as const }])),
    limit: { type: 'string' },
  },
  async ask(args, call) {
    const [verb = 'list', ...more] = args.positionals
    if (more.length === 0 && verb === 'list') return listed(await entries(call, args))
    if (more.length === 0 && verb === 'verify') return verified(call)
    throw new SallyportError('usage', 'write list or verify')
  },
})

async function entries(call: Call, { values }: CommandArguments): Promise<readonly Entry[]> {
  const limit = limitOf(values['limit'])
  const query = new URLSearchParams({ limit: String(Math.min(limit, PAGE)) })
  for (const name of FILTERS) {
    const value = values[name]
    if (typeof value === 'string') query.set(name, value)
  }
  const found: Entry[] = []
  for (;;) {
    const { items, nextCursor } = (await call('GET', `${PATH}?${query.toString()}`)) as Page
    found.push(...items)
    if (nextCursor === null || found.length >= limit) return found.slice(0, limit)
    query.set('cursor', nextCursor)
  }
}

function limitOf(text: unknown): number {
  if (text === undefined) return DEFAULT_LIMIT
  const limit = typeof text === 'string' && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new SallyportError('usage', `--limit: write 1 to ${MAX_LIMIT}`)
}

function listed(items: readonly Entry[]): Shown {
  return {
    value: { items },
    table: items.map(({ time, actor, origin, action, target, result }) => ({
      time: time.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
      by: plain(actor.name === '' ? actor.kind : actor.name),
      address: actor.address ?? '–',
      way: origin,
      action,
      object: plain(target),
      result,
    })),
  }
}

async function verified(call: Call): Promise<Shown> {
  const verification = (await call('GET', `${PATH}/verification`)) as Verification
  const { isWhole, fault } = verification
  if (isWhole || fault === null) {
    return { value: verification, table: 'every entry is as it was written\n' }
  }
  const { file, line, reason } = fault
  throw new ApiFailure('audit_broken', `${file}, line ${line}: ${reason}`, 0, null)
}

function plain(text: string): string {
  return text.replaceAll(MOVING, '\ufffd')
}
