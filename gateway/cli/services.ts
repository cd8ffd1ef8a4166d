// `sallyport services`: every endpoint as this node sees it, and keeping one from new requests.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand, type Call, type Shown } from './api-command.ts'
import type { CommandArguments } from './command.ts'

interface Endpoint {
  readonly name: string
  readonly state: string
  readonly reason: string
  readonly isTroubled: boolean
  readonly breaker: string
  readonly inFlight: number | null
  readonly requests: number
  readonly failed: number
  readonly meanMs: number | null
  readonly drain: { readonly by: string; readonly atMs: number; readonly reason: string } | null
}

interface Service {
  readonly name: string
  readonly endpoints: readonly Endpoint[]
}

interface Changed {
  readonly service: string
  readonly endpoint: Endpoint
  readonly left: number
}

const USAGE =
  '[--unhealthy] | services drain SERVICE ENDPOINT [--reason TEXT] [--even-last] | services enable SERVICE ENDPOINT'

export const services = apiCommand('services', {
  usage: USAGE,
  options: {
    unhealthy: { type: 'boolean' },
    reason: { type: 'string' },
    'even-last': { type: 'boolean' },
  },
  async ask(args, call, { talk }) {
    const [verb, service, endpoint, ...rest] = args.positionals
    if (verb === undefined) return list(args, call)
    const isWhole = service !== undefined && endpoint !== undefined && rest.length === 0
    if ((verb !== 'drain' && verb !== 'enable') || !isWhole) {
      throw new SallyportError('usage', 'write `services`, or drain or enable with both names')
    }
    const path = `/api/v1/services/${encodeURIComponent(service)}/endpoints:${verb}`
    const done = (await call('POST', path, { endpoint, ...more(verb, args) })) as Changed
    talk(
      verb === 'drain'
        ? `${endpoint} gets no new request of this node; ${done.endpoint.inFlight ?? '?'} under way, ${done.left} other endpoints left\n`
        : `${endpoint} gets requests again\n`,
    )
    return { value: done, table: [rowOf(done.service, done.endpoint)] }
  },
})

function more(verb: 'drain' | 'enable', { values }: CommandArguments): object {
  if (verb === 'enable') return {}
  const { reason } = values
  return {
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(values['even-last'] === true ? { evenLast: true } : {}),
  }
}

async function list({ values }: CommandArguments, call: Call): Promise<Shown> {
  const answer = (await call('GET', '/api/v1/services')) as { items: readonly Service[] }
  const rows = answer.items.flatMap(({ name, endpoints }) =>
    endpoints
      .filter(({ isTroubled }) => values['unhealthy'] !== true || isTroubled)
      .map((endpoint) => rowOf(name, endpoint)),
  )
  return { value: answer, table: rows }
}

function rowOf(service: string, endpoint: Endpoint): Readonly<Record<string, string>> {
  const { name, state, reason, breaker, inFlight, requests, failed, meanMs, drain } = endpoint
  return {
    service,
    endpoint: name,
    state,
    breaker,
    running: inFlight === null ? '-' : String(inFlight),
    requests: String(requests),
    failed: String(failed),
    mean: meanMs === null ? '-' : `${Math.round(meanMs)} ms`,
    why: drain === null ? reason : drainText(drain),
  }
}

function drainText({ by, atMs, reason }: NonNullable<Endpoint['drain']>): string {
  return `by ${by} at ${new Date(atMs).toISOString()}${reason === '' ? '' : `: ${reason}`}`
}
