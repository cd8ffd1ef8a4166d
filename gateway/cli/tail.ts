// `sallyport tail`: requests as they end, filtered by the server.

import { setTimeout as pause } from 'node:timers/promises'
import { errorMessage, SallyportError } from '../../sidecar/runtime/errors.ts'
import { printable } from '../../sidecar/telemetry/printable.ts'
import { ApiFailure, type ApiTarget } from './api-client.ts'
import { apiTarget, TARGET_OPTIONS, TARGET_USAGE } from './api-target.ts'
import type { Command, CommandArguments, CommandContext } from './command.ts'
import { ExitCode } from './exit-codes.ts'
import { readEvents, type StreamEvent } from './tail-stream.ts'

/** Options that are fields of the query, too. */
const FILTERS = [
  'plane',
  'route',
  'service',
  'status',
  'method',
  'path',
  'client',
  'subject',
  'reason',
  'rule',
  'q',
] as const
const RETRY_MS = 2000
const USAGE = `sallyport tail [--plane edge|egress] [--route NAME] [--service NAME] [--status 4xx] [--method M] [--path /PREFIX] [--client IP] [--subject SUB] [--reason WORD] [--rule NAME] [--q TEXT] [--min-ms N] [--failed] [-n COUNT] ${TARGET_USAGE} [-o table|json]`

interface Seen {
  readonly id: string
  readonly atMs: number
  readonly facts: {
    readonly method: string
    readonly host: string
    readonly path: string
    readonly clientIp: string
  }
  readonly outcome: {
    readonly status: number
    readonly reason: string
    readonly route: string | null
    readonly durationMs: number
  }
}

export const tail: Command = {
  usage: USAGE,
  options: {
    ...TARGET_OPTIONS,
    ...Object.fromEntries(FILTERS.map((name) => [name, { type: 'string' as const }])),
    'min-ms': { type: 'string' },
    failed: { type: 'boolean' },
    count: { type: 'string', short: 'n' },
    output: { type: 'string', short: 'o' },
  },
  async run(args, context) {
    const ended = new AbortController()
    context.onSignal('SIGINT', () => ended.abort())
    context.onSignal('SIGTERM', () => ended.abort())
    try {
      await follow(apiTarget(args, context), queryOf(args), args, context, ended)
      return ExitCode.ok
    } catch (error) {
      if (ended.signal.aborted) return ExitCode.ok
      return failure(error, context)
    }
  },
}

async function follow(
  target: ApiTarget,
  query: URLSearchParams,
  args: CommandArguments,
  { out, talk }: CommandContext,
  ended: AbortController,
): Promise<void> {
  const isJson = args.values['output'] === 'json'
  let left = Number(args.values['count'] ?? Infinity)
  let isFirst = true
  while (!ended.signal.aborted) {
    try {
      for await (const event of readEvents(target, pathOf(query), ended.signal)) {
        isFirst = false
        if (event.id !== null) query.set('lastEventId', event.id)
        if (event.event === 'request') {
          out(isJson ? `${event.data}\n` : line(JSON.parse(event.data) as Seen))
          left -= 1
          if (left <= 0) return
        } else talk(noteOf(event))
      }
    } catch (error) {
      if (ended.signal.aborted) return
      if (isFirst || (error instanceof ApiFailure && error.status > 0)) throw error
    }
    await pause(RETRY_MS, undefined, { signal: ended.signal })
  }
}

function pathOf(query: URLSearchParams): string {
  const text = query.toString()
  return `/api/v1/events/requests${text === '' ? '' : `?${text}`}`
}

/** Throws SallyportError `usage`. */
export function queryOf({ values, positionals }: CommandArguments): URLSearchParams {
  if (positionals.length > 0) throw new SallyportError('usage', 'this takes options only')
  const query = new URLSearchParams()
  for (const name of FILTERS) if (typeof values[name] === 'string') query.set(name, values[name])
  if (typeof values['min-ms'] === 'string') query.set('minMs', values['min-ms'])
  if (values['failed'] === true) query.set('failed', 'true')
  const { count, output } = values
  if (typeof count === 'string' && !/^[1-9]\d{0,8}$/.test(count)) {
    throw new SallyportError('usage', '-n: write a number')
  }
  if (output !== undefined && output !== 'table' && output !== 'json') {
    throw new SallyportError('usage', '-o: write table or json')
  }
  return query
}

function line({ id, atMs, facts, outcome }: Seen): string {
  const time = new Date(atMs).toISOString().slice(11, 23)
  const { status, reason, route, durationMs } = outcome
  const what = printable(`${facts.method} ${facts.host}${facts.path}`, 200)
  const why = reason === 'ok' ? '' : ` ${reason}`
  return `${time} ${status} ${durationMs.toFixed(1)}ms ${facts.clientIp} ${what} [${route ?? '-'}]${why} ${id}\n`
}

function noteOf({ event, data }: StreamEvent): string {
  const { skipped, missed } = JSON.parse(data) as { skipped?: number; missed?: number | null }
  if (event === 'sampled') return `… ${skipped ?? 0} more were left out (sampled)\n`
  return `… a gap: ${missed ?? 'an unknown number of'} requests are missing\n`
}

function failure(error: unknown, { talk }: CommandContext): number {
  talk(`sallyport tail: ${errorMessage(error)}\n`)
  if (error instanceof SallyportError && error.code === 'usage') {
    talk(`usage: ${USAGE}\n`)
    return ExitCode.usage
  }
  if (!(error instanceof ApiFailure)) throw error
  if (error.code === 'unreachable') return ExitCode.unreachable
  return error.status === 401 || error.status === 403 ? ExitCode.notPermitted : ExitCode.failure
}
