// A request as people describe one (a curl command, a form, a policy test), read as strictly as one off the wire.

import type { ListenerPlan, Plan } from '../config/plan.ts'
import { admit } from '../../sidecar/forward/admit.ts'
import type { RequestFacts } from '../../sidecar/forward/facts.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { statusOf } from './statuses.ts'

export interface DescribedRequest {
  /** Default GET. */
  readonly method?: string
  /** `https://host[:port]/path?query`, or `host/path`. */
  readonly url: string
  /** [name, value]; a Host field replaces the URL's. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** Length of the body; default 0. */
  readonly bodyBytes?: number
  readonly http2?: boolean
  /** Address of the peer; default 127.0.0.1. */
  readonly clientIp?: string
  /** Default: the one of the URL's port or scheme. */
  readonly listener?: string
}

export type DescribedFacts =
  | { readonly kind: 'facts'; readonly facts: RequestFacts; readonly listener: string }
  /** Such a request is refused before any route is looked for. */
  | { readonly kind: 'refused'; readonly reason: string; readonly status: number }
  /** The description itself says nothing sensible. */
  | { readonly kind: 'invalid'; readonly message: string }

const URL_FORM = /^(?:(https?):\/\/)?([^/?#]+)([^#]*)/i

export function readDescribed(
  request: DescribedRequest,
  plan: Plan,
  clock: Clock,
  id = '',
): DescribedFacts {
  const [, scheme = '', authority = '', rest = ''] = URL_FORM.exec(request.url) ?? []
  if (authority === '') return { kind: 'invalid', message: `\`${request.url}\` is no URL` }
  const listener = listenerFor(request, scheme.toLowerCase(), authority, plan)
  if (listener === null) {
    const names = plan.listeners.map(({ name }) => name).join(', ')
    const message = `there is no listener \`${request.listener}\`; listeners are: ${names}`
    return { kind: 'invalid', message }
  }
  const target = rest.startsWith('/') ? rest : `/${rest}`
  const { http2 = false, bodyBytes = 0, method = 'GET', headers = [] } = request
  const named = headers.findLast(([name]) => name.toLowerCase() === 'host')?.[1]
  const host = named ?? authority.replace(/^.*@/, '')
  const fields = headers.filter(([name]) => name.toLowerCase() !== 'host')
  const hasLength = fields.some(([name]) => name.toLowerCase() === 'content-length')
  const length = bodyBytes > 0 && !hasLength ? ['content-length', String(bodyBytes)] : []
  const spelled = fields.flatMap(([name, value]) => [http2 ? name.toLowerCase() : name, value])
  const secure = listener.tls !== null
  const result = admit(
    {
      method,
      target,
      version: http2 ? '2.0' : '1.1',
      multiplexed: http2,
      rawHeaders: [...(http2 ? [] : ['Host', host]), ...spelled, ...length],
      authority: http2 ? host : null,
      scheme: http2 ? (secure ? 'https' : 'http') : null,
    },
    {
      address: request.clientIp ?? '127.0.0.1',
      port: 1,
      secure,
      serverName: null,
      clientCertificate: null,
    },
    {
      trustedHops: listener.trustedHops,
      maxFieldBytes: listener.maxHeaderBytes,
      clock,
      newId: () => id,
    },
  )
  if (result.kind === 'admitted')
    return { kind: 'facts', facts: result.facts, listener: listener.name }
  if (result.kind === 'server-options')
    return { kind: 'invalid', message: '`OPTIONS *` has no route' }
  const { reason } = result
  return { kind: 'refused', reason, status: statusOf(reason) }
}

function listenerFor(
  { listener: name }: DescribedRequest,
  scheme: string,
  authority: string,
  { listeners }: Plan,
): ListenerPlan | null {
  if (name !== undefined) return listeners.find((one) => one.name === name) ?? null
  const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? (scheme === 'http' ? 80 : 443))
  const byPort = listeners.find((one) => one.port === port)
  const byScheme = listeners.find((one) => (one.tls !== null) === (scheme !== 'http'))
  return byPort ?? byScheme ?? listeners[0] ?? null
}
