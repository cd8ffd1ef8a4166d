// Policies in the admin API: try CORS, look at issuers, look into one that is not configured yet, send a test request.

import type { Operation } from '../admin/operation.ts'
import {
  CorsCall,
  DiscoverBody,
  DiscoveredAnswer,
  IssuersAnswer,
  LimitAnswer,
  LimitBody,
  SimulationAnswer,
  TestAnswer,
  TestBody,
} from './answers.ts'
import type { Policies } from './policies.ts'
import type { CorsQuestion } from './simulate-cors.ts'
import type { TestQuestion } from './test-requests.ts'

export function policyOperations(policies: Policies): readonly Operation[] {
  return [cors(policies), limit(policies), ...issuers(policies), testRequest(policies)]
}

function cors(policies: Policies): Operation {
  return {
    id: 'simulateCors',
    method: 'POST',
    isReading: true,
    path: '/api/v1/cors::simulate',
    role: 'viewer',
    // A `cors:` that is only tried touches nothing of anybody.
    scope: ({ body }) => {
      const { route } = body as CorsQuestion
      return route === undefined ? [] : [`route:${route}`]
    },
    summary:
      'What the gateway answers to a script’s call and its preflight, and whether the browser lets the script have it.',
    body: CorsCall,
    answer: SimulationAnswer,
    run: ({ body }) => policies.simulateCors(body as CorsQuestion),
  }
}

function limit(policies: Policies): Operation {
  return {
    id: 'tryLimit',
    method: 'POST',
    isReading: true,
    path: '/api/v1/limits::try',
    role: 'viewer',
    scope: ({ body }) => {
      const { route } = body as { route?: string }
      return route === undefined ? [] : [`route:${route}`]
    },
    summary:
      'What one entry of `limits:` promises, and whom it would have refused of the requests on record of the last hour; changes nothing.',
    body: LimitBody,
    answer: LimitAnswer,
    run({ body }) {
      const { limit: wanted, route = null } = body as { limit: unknown; route?: string }
      return policies.tryLimit(wanted, route)
    },
  }
}

function issuers(policies: Policies): Operation[] {
  return [
    {
      id: 'listIssuers',
      method: 'GET',
      path: '/api/v1/issuers',
      role: 'viewer',
      summary:
        'The issuers of the configuration: their keys on this node, and who takes their tokens.',
      answer: IssuersAnswer,
      run: async () => ({ items: await policies.issuers() }),
    },
    {
      id: 'discoverIssuer',
      method: 'POST',
      path: '/api/v1/issuers::discover',
      role: 'operator',
      summary:
        'Asks an identity provider for its metadata and keys, and judges each key; changes nothing. Public addresses and configured issuers only.',
      body: DiscoverBody,
      answer: DiscoveredAnswer,
      run({ body, change }) {
        const { url } = body as { url: string }
        change({ target: `issuer-discovery/${withoutSecrets(url)}` })
        return policies.discover(url)
      },
    },
  ]
}

function testRequest(policies: Policies): Operation {
  return {
    id: 'sendTestRequest',
    method: 'POST',
    path: '/api/v1/test-request',
    role: 'operator',
    scope: ({ body }) => {
      const route = policies.tests.routeOf(body as TestQuestion)
      return [route === null ? 'everything' : `route:${route}`]
    },
    summary:
      'Sends one real request to a listener of this node, over its own address, and tells what came back.',
    body: TestBody,
    answer: TestAnswer,
    run({ body, change }) {
      const question = body as TestQuestion
      const { url, method = 'GET', listener } = question
      const to = withoutSecrets(url)
      change({ target: `test-request/${method} ${to}`, after: { method, url: to, listener } })
      return policies.tests.send(question)
    },
  }
}

/** Without user and query, which may hold some. */
function withoutSecrets(url: string): string {
  return url
    .replace(/[?#].*$/s, '')
    .replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1')
    .slice(0, 300)
}
