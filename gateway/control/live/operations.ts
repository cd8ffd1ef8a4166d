// The live view in the admin API: recent requests, their explanation, a tail of them, figures, the impact of a draft.

import { Type } from 'typebox'
import type { RequestFilter } from '../../decide/explain-messages.ts'
import type { DescribedRequest } from '../../decide/explain-request.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import {
  DescribedSchema,
  EgressCall,
  ExplanationAnswer,
  FilterQuery,
  filterOf,
  ImpactAnswer,
  MeshCall,
  RequestsAnswer,
  SignalsAnswer,
} from './answers.ts'
import type { Live } from './live.ts'
import { SCOPES, type Scope } from './rollups.ts'
import { forViewer, isViewer } from './viewer.ts'
import { stateOperations } from './state-operations.ts'
import { WINDOWS, type Window } from './windows.ts'

const CLOSED = { additionalProperties: false }
const MAX_TEXT = 8 * 1024 * 1024
/** A text of that length as a JSON string. */
const MAX_BODY_BYTES = 2 * MAX_TEXT
const EVENT_STREAM = 'text/event-stream; charset=utf-8'

interface ExplainBody {
  readonly request?: string
  readonly http?: Omit<DescribedRequest, 'headers'> & {
    readonly headers?: readonly { readonly name: string; readonly value: string }[]
  }
  readonly egress?: { from: string; to: string; method?: string; path?: string }
  readonly mesh?: { from: string; to: string; method: string; path: string }
}

export function liveOperations(live: Live): readonly Operation[] {
  return [...requestOperations(live), ...explaining(live), signals(live), ...stateOperations(live)]
}

function requestOperations(live: Live): Operation[] {
  return [
    {
      id: 'listRequests',
      method: 'GET',
      path: '/api/v1/requests',
      role: 'viewer',
      scope: ({ query }) => [resourceOf(query)],
      summary: 'Recent requests of this node, newest first; those that failed are kept longest.',
      query: Type.Object(
        {
          ...FilterQuery,
          limit: Type.Optional(
            Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: '1 to 500, default 50.' }),
          ),
        },
        CLOSED,
      ),
      answer: RequestsAnswer,
      async run({ query: { limit = '50', ...query }, principal }) {
        const count = Math.min(500, Number(limit))
        const { requests, missing } = await live.requests(filterOf(query), count)
        return { items: isViewer(principal) ? requests.map(forViewer) : requests, missing }
      },
    },
    {
      id: 'readRequest',
      method: 'GET',
      path: '/api/v1/requests/:id',
      role: 'viewer',
      summary: 'One recent request by its id.',
      answer: Type.Object({}),
      async run({ params: { id = '' }, principal }) {
        const request = await found(live, { id }, id)
        return isViewer(principal) ? forViewer(request) : request
      },
    },
    {
      id: 'tailRequests',
      method: 'GET',
      path: '/api/v1/events/requests',
      role: 'viewer',
      scope: ({ query }) => [resourceOf(query)],
      summary: 'Requests as they end, as server-sent events: request, sampled, gap.',
      query: Type.Object(
        { ...FilterQuery, lastEventId: Type.Optional(Type.String({ maxLength: 100 })) },
        CLOSED,
      ),
      answer: Type.String({ contentMediaType: 'text/event-stream' }),
      run({ query: { lastEventId = null, ...query }, principal, header }) {
        const stream = live.tail(filterOf(query), lastEventId, isViewer(principal))
        header('content-type', EVENT_STREAM)
        return stream
      },
    },
  ]
}

function explaining(live: Live): Operation[] {
  return [
    {
      id: 'explain',
      method: 'POST',
      isReading: true,
      path: '/api/v1/explain',
      role: 'viewer',
      summary: 'Every step of a request, with what it said and where that is configured.',
      body: Type.Object(
        {
          request: Type.Optional(
            Type.String({ maxLength: 100, description: 'The id of a recent one, or `last`.' }),
          ),
          http: Type.Optional(DescribedSchema),
          egress: Type.Optional(EgressCall),
          mesh: Type.Optional(MeshCall),
        },
        { ...CLOSED, minProperties: 1, maxProperties: 1 },
      ),
      answer: ExplanationAnswer,
      run: ({ body }) => explain(live, body as ExplainBody),
    },
    {
      id: 'impactOfConfig',
      method: 'POST',
      isReading: true,
      path: '/api/v1/config::impact',
      role: 'viewer',
      summary: 'What a text would change for recent requests; changes nothing.',
      body: Type.Object({ text: Type.String({ maxLength: MAX_TEXT }) }, CLOSED),
      answer: ImpactAnswer,
      maxBodyBytes: MAX_BODY_BYTES,
      run: ({ body }) => live.impact((body as { text: string }).text),
    },
  ]
}

function signals(live: Live): Operation {
  return {
    id: 'readSignals',
    method: 'GET',
    path: '/api/v1/signals',
    role: 'viewer',
    scope: ({ query: { scope = '', name = '' } }) => [resourceOf({ [scope]: name })],
    summary:
      'Requests, refusals, failures, times and load: by second for 5 minutes, by ten for an hour, by minute for a day.',
    query: Type.Object(
      {
        window: Type.Optional(Type.Enum([...WINDOWS])),
        scope: Type.Optional(Type.Enum([...SCOPES])),
        name: Type.Optional(Type.String({ maxLength: 300 })),
      },
      CLOSED,
    ),
    answer: SignalsAnswer,
    run({ query }) {
      const { window = '5m', ...wanted } = query as {
        window?: Window
        scope?: Scope
        name?: string
      }
      return { window, ...live.signals(window, wanted) }
    },
  }
}

/** Whose requests a filter lets through: all of one route or service, or those of everybody. */
function resourceOf({ route, service }: Readonly<Record<string, string>>): string {
  if (route !== undefined) return `route:${route}`
  return service === undefined ? 'everything' : `service:${service}`
}

async function explain(live: Live, { request, http, egress, mesh }: ExplainBody): Promise<object> {
  const { explainer } = live
  if (http !== undefined) {
    const headers = (http.headers ?? []).map(({ name, value }) => [name, value] as const)
    return explainer.described({ ...http, headers })
  }
  if (egress !== undefined) {
    const { from: caller, to: target, ...rest } = egress
    return explainer.egress({ caller, target, ...rest })
  }
  if (mesh !== undefined) return explainer.mesh(mesh)
  const id = request ?? ''
  return explainer.past(await found(live, id === 'last' ? {} : { id }, id))
}

async function found(live: Live, filter: RequestFilter, id: string) {
  const { requests, missing } = await live.requests(filter, 1)
  const [request] = requests
  if (request !== undefined) return request
  const silent = missing === 0 ? '' : `; ${missing} workers did not answer`
  const what = id === 'last' ? 'no request' : `no request \`${id}\``
  const message = `${what} is kept: only the last few thousand are, and under load not all of those that went well${silent}`
  throw new ApiError('not_found', message)
}
