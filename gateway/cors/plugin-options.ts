// How a decision is told to @fastify/cors, which writes the headers: prepared objects, made once for each policy.

import type { FastifyCorsOptions } from '@fastify/cors'
import type { CorsDecision } from './decide.ts'
import type { CorsPolicy } from './plan.ts'

interface PreparedOptions {
  readonly simple: FastifyCorsOptions
  readonly preflight: FastifyCorsOptions
  /** Requests the policy lets no page read. */
  readonly closed: FastifyCorsOptions
}

/**
 * The `config` of the Fastify route that carries proxied requests. Without it the plugin says `Vary: Origin` on every
 * answer, also where the answer does not depend on the origin.
 */
export const CORS_ROUTE_CONFIG = { cors: { dynamic: false } } as const

const OFF: FastifyCorsOptions = { origin: false }

// An empty list allows nobody but makes the plugin add `Vary: Origin`: for another origin the answer would differ.
const VARY_ONLY: FastifyCorsOptions = { origin: [], preflight: false }

const prepared = new WeakMap<CorsPolicy, PreparedOptions>()

/**
 * What the plugin's delegator answers for a request. Only `preflight_allowed` makes the plugin answer by itself (204); a
 * refused preflight carries no Access-Control field and must be ended by the caller.
 */
export function corsPluginOptions(
  decision: CorsDecision,
  policy: CorsPolicy | null,
): FastifyCorsOptions {
  if (policy === null) return OFF
  let options = prepared.get(policy)
  if (options === undefined) {
    options = prepare(policy)
    prepared.set(policy, options)
  }
  if (decision.kind === 'preflight_allowed') return options.preflight
  // With `*` the answer is the same for every origin, so it must be so without one too: a cache may hand it on.
  const readable =
    decision.kind === 'simple_allowed' || (decision.kind === 'none' && policy.anyOrigin)
  return readable ? options.simple : options.closed
}

function prepare(policy: CorsPolicy): PreparedOptions {
  const { anyOrigin, credentials } = policy
  // `true` echoes the request's Origin, which was found in the list before.
  const origin = anyOrigin ? '*' : true
  return {
    simple: { origin, credentials, exposedHeaders: policy.expose.join(', '), preflight: false },
    preflight: {
      origin,
      credentials,
      methods: policy.methods.join(', '),
      allowedHeaders: policy.headers.join(', '),
      maxAge: policy.maxAgeSeconds,
      preflight: true,
      strictPreflight: false,
    },
    closed: anyOrigin ? OFF : VARY_ONLY,
  }
}
