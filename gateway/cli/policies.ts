// `sallyport cors`, `issuers`, `request`: policies tried from the command line, and one real request through the gateway.

import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { apiCommand, type Call, type Shown } from './api-command.ts'
import type { CommandArguments } from './command.ts'
import { readCurl } from './explain-curl.ts'
import { formatTable } from './table.ts'

interface Fields {
  readonly status: number | null
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

interface Simulated {
  readonly preflight: Fields | null
  readonly actual: Fields & { readonly isSent: boolean }
  readonly verdict: { readonly outcome: string; readonly reason: string; readonly detail: string }
  readonly isOff: boolean
}

export const cors = apiCommand('cors', {
  usage: 'ROUTE --origin ORIGIN [--method M] [--header NAME[:VALUE]]… [--credentials]',
  options: {
    origin: { type: 'string' },
    method: { type: 'string' },
    header: { type: 'string', multiple: true },
    credentials: { type: 'boolean' },
  },
  async ask({ values, positionals: [route, ...rest] }, call) {
    const { origin, method = 'GET', header = [], credentials = false } = values
    if (route === undefined || rest.length > 0 || typeof origin !== 'string') {
      throw new SallyportError('usage', 'write ROUTE --origin https://app.example.com')
    }
    const headers = (header as readonly string[]).map(headerOf)
    const body = { route, origin, method, headers, credentials }
    const value = (await call('POST', '/api/v1/cors:simulate', body)) as Simulated
    return { value, table: toldCors(value) }
  },
})

interface Issuer {
  readonly name: string
  readonly issuer: string
  readonly health: { readonly state: string; readonly lastError: string | null } | null
  readonly keys: readonly { readonly kid: string | null }[]
  readonly routes: readonly string[]
}

interface Discovered {
  readonly issuer: string
  readonly jwksUri: string
  readonly keys: readonly {
    readonly kid: string | null
    readonly type: string | null
    readonly algorithms: readonly string[]
    readonly refused: string | null
  }[]
}

export const issuers = apiCommand('issuers', {
  usage: '[ls | discover URL]',
  ask({ positionals: [verb = 'ls', ...rest] }, call) {
    if (verb === 'ls' && rest.length === 0) return listed(call)
    if (verb === 'discover' && rest.length === 1) return discovered(rest[0]!, call)
    throw new SallyportError('usage', 'write `ls` or `discover URL`')
  },
})

interface Tested {
  readonly outcome:
    | {
        readonly kind: 'answered'
        readonly status: number
        readonly latencyMs: number
        readonly requestId: string | null
        readonly body: { readonly text: string | null }
      }
    | { readonly kind: 'failed'; readonly reason: string; readonly detail: string }
  readonly route: string | null
}

export const request = apiCommand('request', {
  usage: 'URL | -- curl … [--listener NAME]',
  options: { listener: { type: 'string' } },
  async ask(args, call) {
    const value = (await call('POST', '/api/v1/test-request', requestOf(args))) as Tested
    return { value, table: toldTest(value) }
  },
})

/** The body of the call. Throws SallyportError `usage`. */
function requestOf({ values, positionals }: CommandArguments): object {
  const [first] = positionals
  if (first === undefined) throw new SallyportError('usage', 'write a URL, or `-- curl …`')
  const { url, method, headers, bodyBytes } = readCurl(
    first === 'curl' ? positionals : ['curl', ...positionals],
  )
  if (bodyBytes > 0) throw new SallyportError('usage', 'a test request carries no body')
  const { listener } = values
  return { url, method, headers, ...(typeof listener === 'string' ? { listener } : {}) }
}

function headerOf(text: string): { name: string; value?: string } {
  const colon = text.indexOf(':')
  if (colon === -1) return { name: text }
  return { name: text.slice(0, colon).trim(), value: text.slice(colon + 1).trim() }
}

function toldCors({ verdict, preflight, actual, isOff }: Simulated): string {
  const { outcome, reason, detail } = verdict
  const rows = (what: string, { status, headers }: Fields): Record<string, string>[] => [
    { answer: what, field: 'status', value: status === null ? '(the service’s)' : `${status}` },
    ...headers.map(({ name, value }) => ({ answer: what, field: name, value })),
  ]
  const off = isOff ? 'the route has no `cors:`; the service itself answers\n' : ''
  const table = formatTable([
    ...(preflight === null ? [] : rows('preflight', preflight)),
    ...rows(actual.isSent ? 'request' : 'request (never sent)', actual),
  ])
  return `${outcome}: ${detail} (${reason})\n${off}\n${table}`
}

async function listed(call: Call): Promise<Shown> {
  const value = (await call('GET', '/api/v1/issuers')) as { items: readonly Issuer[] }
  const rows = value.items.map(({ name, issuer, health, keys, routes }) => ({
    name,
    issuer,
    state: health?.state ?? '?',
    keys: keys.map(({ kid }) => kid ?? '-').join(' '),
    routes: routes.join(' '),
    fault: health?.lastError ?? '',
  }))
  return { value, table: rows }
}

async function discovered(url: string, call: Call): Promise<Shown> {
  const value = (await call('POST', '/api/v1/issuers:discover', { url })) as Discovered
  const rows = value.keys.map(({ kid, type, algorithms, refused }) => ({
    kid: kid ?? '-',
    type: type ?? '-',
    verifies: algorithms.join(' '),
    refused: refused ?? '',
  }))
  const head = `issuer ${value.issuer}\nkeys at ${value.jwksUri}\n\n`
  return { value, table: `${head}${formatTable(rows)}` }
}

function toldTest({ outcome, route }: Tested): string {
  const on = route === null ? 'no route' : `route ${route}`
  if (outcome.kind === 'failed') return `no answer (${outcome.reason}): ${outcome.detail}\n`
  const { status, latencyMs, requestId, body } = outcome
  const head = `${status} in ${latencyMs} ms, ${on}, request ${requestId ?? '-'}\n`
  return body.text === null || body.text === '' ? head : `${head}\n${body.text}\n`
}
