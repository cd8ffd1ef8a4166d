// Nodes, services and the picture of them in the admin API; and the one change there is: draining an endpoint.

import { Type } from 'typebox'
import type { Operation } from '../admin/operation.ts'
import { FIGURES_MS } from './figures.ts'
import type { Live } from './live.ts'
import {
  DrainAnswer,
  NodeAnswer,
  RouteFiguresAnswer,
  ServicesAnswer,
  TopologyAnswer,
} from './state-answers.ts'

const CLOSED = { additionalProperties: false }
const Endpoint = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: 'URL as configured, or `instance@address:port` of the mesh, as `listServices` says.',
})

export function stateOperations(live: Live): readonly Operation[] {
  return [...seeing(live), drain(live), enable(live)]
}

function seeing(live: Live): Operation[] {
  return [
    {
      id: 'readNode',
      method: 'GET',
      path: '/api/v1/node',
      role: 'viewer',
      summary: 'How this node is: its workers, the store of its limits, its file.',
      answer: NodeAnswer,
      run: () => live.nodeState(),
    },
    {
      id: 'readRouteFigures',
      method: 'GET',
      path: '/api/v1/routes/figures',
      role: 'viewer',
      summary:
        'Requests, failures and the latest failure of every route, of the last five minutes.',
      answer: RouteFiguresAnswer,
      run: () => ({ windowMs: FIGURES_MS, ...live.routeFigures() }),
    },
    {
      id: 'listServices',
      method: 'GET',
      path: '/api/v1/services',
      role: 'viewer',
      summary:
        'Every service with its endpoints as this node sees them; while it is asked, they are connected to every few seconds.',
      answer: ServicesAnswer,
      async run() {
        const { services, missing } = await live.endpoints.seen()
        return { items: services, missing }
      },
    },
    {
      id: 'readTopology',
      method: 'GET',
      path: '/api/v1/topology',
      role: 'viewer',
      summary: 'What calls what, with the figures of the last five minutes.',
      answer: TopologyAnswer,
      async run() {
        return { windowMs: FIGURES_MS, ...(await live.topology()) }
      },
    },
  ]
}

function drain(live: Live): Operation {
  return {
    id: 'drainEndpoint',
    method: 'POST',
    path: '/api/v1/services/:service/endpoints::drain',
    role: 'operator',
    scope: ({ params: { service = '' } }) => [`service:${service}`],
    summary:
      'Sends no new request of this node to an endpoint until it is enabled; what is under way ends by itself.',
    body: Type.Object(
      {
        endpoint: Endpoint,
        reason: Type.Optional(Type.String({ maxLength: 200 })),
        evenLast: Type.Optional(
          Type.Boolean({ description: 'Also where no other endpoint gets requests.' }),
        ),
      },
      CLOSED,
    ),
    answer: DrainAnswer,
    async run({ params: { service = '' }, body, principal, change }) {
      const {
        endpoint,
        reason = '',
        evenLast = false,
      } = body as {
        endpoint: string
        reason?: string
        evenLast?: boolean
      }
      change({ target: `service/${service}`, before: null, after: { drained: endpoint, reason } })
      const by = principal.name
      const done = await live.endpoints.drain({ service, endpoint, by, reason }, evenLast)
      return { service, ...done, reach: 'node' }
    },
  }
}

function enable(live: Live): Operation {
  return {
    id: 'enableEndpoint',
    method: 'POST',
    path: '/api/v1/services/:service/endpoints::enable',
    role: 'operator',
    scope: ({ params: { service = '' } }) => [`service:${service}`],
    summary: 'Sends requests to a drained endpoint again.',
    body: Type.Object({ endpoint: Endpoint }, CLOSED),
    answer: DrainAnswer,
    async run({ params: { service = '' }, body, change }) {
      const { endpoint } = body as { endpoint: string }
      change({ target: `service/${service}`, before: { drained: endpoint }, after: null })
      return { service, ...(await live.endpoints.enable(service, endpoint)), reach: 'node' }
    },
  }
}
