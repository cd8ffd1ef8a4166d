// `sallyport canary ls|set|promote|abort`: how the requests of a route are shared out between its targets.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { parseDurationMs } from '../../sidecar/runtime/units.ts'
import { apiCommand, type Call, type Shown } from './api-command.ts'
import type { CommandArguments, CommandContext } from './command.ts'

interface Target {
  readonly target: string
  readonly weight: number
  readonly share: number
  readonly actualShare: number | null
  readonly requests: number
  readonly failed: number
  readonly p95Ms: number | null
}

interface Release {
  readonly route: string
  readonly targets: readonly Target[]
  readonly watch: { readonly target: string } | null
  readonly abort: { readonly target: string; readonly reason: string } | null
}

const MAX_NAMED = 10

type Weights = readonly { readonly target: string; readonly weight: number }[]

export const canary = apiCommand('canary', {
  usage:
    'ls | set ROUTE SERVICE=20 [SERVICE=80…] [--max-error-points 5] [--max-p95 500ms] [--min-requests 50] | promote ROUTE SERVICE | abort ROUTE',
  options: {
    'max-error-points': { type: 'string' },
    'max-p95': { type: 'string' },
    'min-requests': { type: 'string' },
  },
  async ask({ positionals, values }, call, context) {
    const [verb, route, ...rest] = positionals
    if (verb === 'ls' && route === undefined) return list(call)
    if (verb === 'set' && route !== undefined && rest.length > 0) {
      const { targets } = await releaseOf(route, call)
      const weights = weightsOf(rest, targets)
      return share(route, { weights, ...guardOf(values, rest) }, call, context)
    }
    if (verb === 'promote' && route !== undefined && rest.length === 1) {
      const { targets } = await releaseOf(route, call)
      const weights = weightsOf([`${rest[0]}=100`], targets)
      return share(route, { weights }, call, context)
    }
    if (verb === 'abort' && route !== undefined && rest.length === 0) {
      const { targets } = await releaseOf(route, call)
      // What stands first in the file is what was there before, and so needs no watching.
      const weights = targets.map(({ target }, at) => ({ target, weight: at === 0 ? 100 : 0 }))
      return share(route, { weights, guard: null }, call, context)
    }
    const hint = 'write `ls`, `set ROUTE SERVICE=20`, `promote ROUTE SERVICE` or `abort ROUTE`'
    throw new SallyportError('usage', hint)
  },
})

async function list(call: Call): Promise<Shown> {
  const items = await everyRelease(call)
  const rows = items.flatMap((release) => release.targets.map((one) => row(release, one)))
  return { value: { items }, table: rows }
}

async function everyRelease(call: Call): Promise<readonly Release[]> {
  const items: Release[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = (await call('GET', `/api/v1/releases?limit=500${query}`)) as {
      items: readonly Release[]
      nextCursor: string | null
    }
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}

function row(
  { route, watch, abort }: Release,
  { target, share: wanted, actualShare, requests, failed, p95Ms }: Target,
): Readonly<Record<string, string>> {
  return {
    route,
    target,
    set: percent(wanted),
    actual: percent(actualShare),
    requests: String(requests),
    '5xx': percent(requests === 0 ? null : failed / requests),
    p95: p95Ms === null ? '-' : `${Math.round(p95Ms)} ms`,
    note: noteOf(target, watch, abort),
  }
}

function noteOf(target: string, watch: Release['watch'], abort: Release['abort']): string {
  if (abort?.target === target) return `stopped: ${abort.reason}`
  return watch?.target === target ? 'guarded' : ''
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toFixed(1)} %`
}

async function share(
  route: string,
  body: object,
  call: Call,
  { talk }: CommandContext,
): Promise<Shown> {
  const path = `/api/v1/releases/${encodeURIComponent(route)}:set`
  const answer = (await call('POST', path, body)) as { revision: number | null; release: Release }
  const { targets } = answer.release
  const shares = targets.map(({ target, weight }) => `${target} ${weight}`).join(', ')
  talk(`${route} is shared out by every process (revision ${answer.revision ?? '-'})\n`)
  return { value: answer, table: `${shares}\n` }
}

async function releaseOf(route: string, call: Call): Promise<Release> {
  const items = await everyRelease(call)
  const release = items.find((one) => one.route === route)
  if (release !== undefined) return release
  const names = items.map((one) => one.route)
  const more = names.length > MAX_NAMED ? ', …' : ''
  const known = `${names.slice(0, MAX_NAMED).join(', ') || 'none'}${more}`
  const message = `\`${route}\` is no route with several targets (there are: ${known})`
  throw new SallyportError('usage', message)
}

/** What is not named gets the rest where it is one target, and nothing where no rest is left. */
function weightsOf(words: readonly string[], targets: readonly Target[]): Weights {
  const said = new Map(words.map(readWeight))
  const others = targets.filter(({ target }) => !said.has(target))
  const rest = 100 - [...said.values()].reduce((sum, weight) => sum + weight, 0)
  if (others.length > 1 && rest !== 0) {
    const names = others.map(({ target }) => target).join(', ')
    throw new SallyportError('usage', `${rest} are left: say how many go to ${names}`)
  }
  const filled = others.map(({ target }) => ({ target, weight: rest }))
  const named = [...said].map(([target, weight]) => ({ target, weight }))
  // The control plane refuses what does not come to 100, and a target that is none.
  return rest < 0 ? named : [...named, ...filled]
}

function readWeight(word: string): readonly [target: string, weight: number] {
  const [, target = '', weight = ''] = /^(.+)=(\d{1,3})$/.exec(word) ?? []
  if (target !== '' && Number(weight) <= 100) return [target, Number(weight)]
  throw new SallyportError('usage', `\`${word}\`: write SERVICE=20, with 0 to 100`)
}

/** Of the first target that is named. */
function guardOf(values: CommandArguments['values'], words: readonly string[]): object {
  const { 'max-error-points': points, 'max-p95': p95, 'min-requests': requests } = values
  if (typeof points !== 'string' && typeof p95 !== 'string') return {}
  const maxP95Ms = typeof p95 === 'string' ? parseDurationMs(p95) : null
  if (typeof p95 === 'string' && maxP95Ms === null) {
    throw new SallyportError('usage', '--max-p95: write a time, like 500ms')
  }
  const [target] = readWeight(words[0]!)
  const guard = {
    target,
    ...(typeof points === 'string' && { maxErrorPoints: numberOf('--max-error-points', points) }),
    ...(maxP95Ms !== null && { maxP95Ms }),
    ...(typeof requests === 'string' && { minRequests: numberOf('--min-requests', requests) }),
  }
  return { guard }
}

function numberOf(option: string, text: string): number {
  const value = Number(text)
  if (text !== '' && value >= 0) return value
  throw new SallyportError('usage', `${option}: write a number`)
}
