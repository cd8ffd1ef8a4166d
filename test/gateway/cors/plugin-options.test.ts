// Through @fastify/cors itself: which headers come out for each decision.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import cors from '@fastify/cors'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { decideCors, type CorsDecision } from '../../../gateway/cors/decide.ts'
import { CORS_ROUTE_CONFIG, corsPluginOptions } from '../../../gateway/cors/plugin-options.ts'
import type { CorsPolicy } from '../../../gateway/cors/plan.ts'
import { policyOf } from './policy-of.ts'

const ORIGIN = 'https://app.example.com'
const POLICIES: Readonly<Record<string, CorsPolicy | null>> = {
  listed: policyOf({
    origins: [ORIGIN, 'https://*.example.org'],
    methods: ['GET', 'PUT'],
    headers: ['x-a'],
    expose: 'etag',
    credentials: true,
    maxAge: '1m',
  }),
  any: policyOf({ origins: '*', headers: ['*', 'authorization'] }),
  none: null,
}
const EXPOSED =
  'RateLimit, RateLimit-Policy, Retry-After, traceparent, WWW-Authenticate, X-Request-Id'

function decide(request: FastifyRequest): { decision: CorsDecision; policy: CorsPolicy | null } {
  const policy = POLICIES[request.url.slice(1)] ?? null
  const field = (name: string) => (request.headers[name] as string | undefined) ?? null
  const facts = {
    method: request.method,
    origin: field('origin'),
    accessControlRequestMethod: field('access-control-request-method'),
    accessControlRequestHeaders: field('access-control-request-headers'),
    headers: [],
  }
  return { decision: decideCors(facts, policy), policy }
}

/** As the edge does: a refused preflight ends in a 403, everything else is proxied. */
async function appOf(): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(cors, {
    delegator: (request, callback) => {
      const { decision, policy } = decide(request)
      callback(null, corsPluginOptions(decision, policy))
    },
  })
  app.addHook('onRequest', async (request, reply) => {
    if (decide(request).decision.kind === 'preflight_refused') await reply.code(403).send()
  })
  app.setNotFoundHandler((_request, reply) => reply.send('ordinary OPTIONS'))
  const method = ['GET', 'PUT', 'POST']
  app.route({
    method,
    url: '/*',
    config: CORS_ROUTE_CONFIG,
    handler: (_request, reply) => reply.code(401).send('refused'),
  })
  return app
}

type Expected = Readonly<Record<string, string | number>>

const LISTED_SIMPLE = {
  'access-control-allow-origin': ORIGIN,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': `etag, ${EXPOSED}`,
  vary: 'Origin',
}
const ANY_SIMPLE = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED,
}
const ASK_PUT = { 'access-control-request-method': 'PUT' }

const CASES: readonly (readonly [
  name: string,
  request: string,
  headers: Readonly<Record<string, string>>,
  expected: Expected,
])[] = [
  [
    'a listed origin reads even a refusal',
    'GET /listed',
    { origin: ORIGIN },
    { status: 401, ...LISTED_SIMPLE },
  ],
  [
    'a wildcard origin is echoed',
    'GET /listed',
    { origin: 'https://x.example.org' },
    { status: 401, ...LISTED_SIMPLE, 'access-control-allow-origin': 'https://x.example.org' },
  ],
  [
    'a foreign origin reads nothing',
    'GET /listed',
    { origin: 'https://evil.example' },
    { status: 401, vary: 'Origin' },
  ],
  ['an empty origin reads nothing', 'GET /listed', { origin: '' }, { status: 401, vary: 'Origin' }],
  ['no origin: caches are warned', 'GET /listed', {}, { status: 401, vary: 'Origin' }],
  ['any origin', 'GET /any', { origin: 'https://x.y' }, { status: 401, ...ANY_SIMPLE }],
  ['any origin, none sent', 'GET /any', {}, { status: 401, ...ANY_SIMPLE }],
  ['no policy', 'GET /none', { origin: ORIGIN }, { status: 401 }],
  [
    'an allowed preflight',
    'OPTIONS /listed',
    { origin: ORIGIN, ...ASK_PUT, 'access-control-request-headers': 'x-a' },
    {
      status: 204,
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'x-a',
      'access-control-max-age': '60',
      vary: 'Origin',
    },
  ],
  [
    'a preflight under *',
    'OPTIONS /any',
    { origin: 'https://x.y', ...ASK_PUT, 'access-control-request-headers': 'x-z' },
    {
      status: 204,
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': '*, authorization',
      'access-control-max-age': '600',
      vary: 'Origin',
    },
  ],
  [
    'a foreign preflight',
    'OPTIONS /listed',
    { origin: 'https://evil.example', ...ASK_PUT },
    { status: 403, vary: 'Origin' },
  ],
  [
    'a preflight for a header that is not listed',
    'OPTIONS /listed',
    { origin: ORIGIN, ...ASK_PUT, 'access-control-request-headers': 'x-z' },
    { status: 403, vary: 'Origin' },
  ],
  [
    'OPTIONS that asks for no method is forwarded',
    'OPTIONS /listed',
    { origin: ORIGIN },
    { status: 200, ...LISTED_SIMPLE },
  ],
  [
    'OPTIONS without origin is forwarded',
    'OPTIONS /listed',
    ASK_PUT,
    { status: 200, vary: 'Origin' },
  ],
  [
    'OPTIONS without origin is forwarded under *',
    'OPTIONS /any',
    ASK_PUT,
    { status: 200, ...ANY_SIMPLE, vary: 'Origin' },
  ],
  [
    'a preflight without a policy is forwarded',
    'OPTIONS /none',
    { origin: ORIGIN, ...ASK_PUT },
    { status: 200, vary: 'Origin' },
  ],
]

describe('headers that come out of the plugin', () => {
  let app: FastifyInstance
  before(async () => {
    app = await appOf()
  })
  after(() => app.close())

  for (const [name, request, headers, expected] of CASES) {
    test(name, async () => {
      const [method, url] = request.split(' ') as ['GET' | 'OPTIONS', string]
      const response = await app.inject({ method, url, headers })
      const relevant = Object.entries(response.headers).filter(([name]) =>
        /^(?:access-control-|vary$)/.test(name),
      )
      assert.deepEqual({ status: response.statusCode, ...Object.fromEntries(relevant) }, expected)
    })
  }
})

test('the options of a policy are made once', () => {
  const policy = POLICIES['listed']!
  const simple = { kind: 'simple_allowed' } as const
  assert.equal(corsPluginOptions(simple, policy), corsPluginOptions(simple, policy))
})
