// From one entry of `routes:` to its RoutePlan, by way of the policies' own compilers.

import { compileAuth } from '../auth/compile.ts'
import type { AuthPolicy, IssuerPlan } from '../auth/plan.ts'
import { compileCors } from '../cors/compile.ts'
import { compileLimits } from '../limit/compile.ts'
import type { LimitPlan } from '../limit/plan.ts'
import { compileIp, compileMatch, compileRewrite } from '../route/compile.ts'
import { compileHeaderRules } from '../route/header-rules.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { compileRetries } from '../../sidecar/upstream/compile-retries.ts'
import { closest } from '../../sidecar/runtime/suggest.ts'
import { compileDuration } from './listener.ts'
import type { RouteLimits, RoutePlan } from './plan.ts'
import type { RouteOptions } from './schema.ts'
import { compileTargets, type TargetContext } from './target.ts'

/** What a route may refer to. A name that is defined but did not compile is not reported a second time. */
export interface RouteContext extends TargetContext {
  /** Names of all listeners. */
  readonly listeners: ReadonlySet<string>
  readonly issuers: ReadonlyMap<string, IssuerPlan>
  /** Names of issuers that are defined, with problems of their own. */
  readonly brokenIssuers: ReadonlySet<string>
  /** false where the schema already found something wrong at or below that key. */
  readonly isUsable: (at: ConfigPath, key: string) => boolean
}

const DEFAULT_TIMEOUT = '15s'
const WEBSOCKET: ReadonlySet<string> = new Set(['websocket'])
const NO_UPGRADE: ReadonlySet<string> = new Set()

/** Null where anything is wrong with the route, be it reported here or by the schema: a route serves whole or not at all. */
export function compileRoute(
  options: RouteOptions,
  at: ConfigPath,
  context: RouteContext,
): RoutePlan | null {
  let sound = true
  const report: Report = (problem) => {
    if (problem.severity === 'error') sound = false
    context.report(problem)
  }

  /** The compiled part, or null where the key is absent or unusable. */
  function part<Key extends keyof RouteOptions, Result>(
    key: Key,
    compile: (value: NonNullable<RouteOptions[Key]>, path: ConfigPath) => Result | null,
  ): Result | null {
    const value = options[key]
    if (!context.isUsable(at, key)) sound = false
    else if (value !== undefined) return compile(value, [...at, key])
    return null
  }

  const name = part('name', (value) => value)
  const listeners = part('listener', (value, path) =>
    compileListeners(value, path, context.listeners, report),
  )
  const match = part('match', (value, path) => compileMatch(value, path, report))
  const to = part('to', (value, path) => compileTargets(value, path, { ...context, report }))
  const auth = part('auth', (value, path) => compileRouteAuth(value, path, context, report))
  const sticky = part('sticky', compileSticky)
  const ip = part('ip', (value, path) => compileIp(value, path, report))
  const cors = match && part('cors', (value, path) => compileCors(value, { match }, path, report))
  const limits =
    name === null || auth === null
      ? null
      : part('limits', (value, path) =>
          compileLimits(value, name, auth.policy !== null, path, report),
        )
  const rewrite =
    match && part('rewrite', (value, path) => compileRewrite(value, match, path, report))
  const headers = part('headers', (value, path) => ({
    request: value.request ? compileHeaderRules(value.request, [...path, 'request'], report) : null,
    response: value.response
      ? compileHeaderRules(value.response, [...path, 'response'], report)
      : null,
  }))
  const timeoutMs = part('timeout', (value, path) => compileDuration(value, path, report))
  const retries = part('retries', (value, path) => compileRetries(value, path, report))
  const upgrade = part('upgrade', (value) => (value === 'none' ? NO_UPGRADE : WEBSOCKET))
  if (!sound || name === null || match === null || to === null || auth === null) return null
  return {
    name,
    listeners,
    match,
    to,
    cors,
    limits: byStage(limits ?? []),
    ip,
    rewrite,
    sticky: sticky ?? { kind: 'none' },
    auth: auth.policy,
    requestHeaders: headers?.request ?? null,
    responseHeaders: headers?.response ?? null,
    timeoutMs: timeoutMs ?? compileDuration(DEFAULT_TIMEOUT, at, report),
    retries,
    upgrade: upgrade ?? WEBSOCKET,
  }
}

function byStage(limits: readonly LimitPlan[]): RouteLimits {
  return {
    beforeAuth: limits.filter(({ stage }) => stage === 'before_auth'),
    afterAuth: limits.filter(({ stage }) => stage === 'after_auth'),
  }
}

function compileListeners(
  value: NonNullable<RouteOptions['listener']>,
  at: ConfigPath,
  known: ReadonlySet<string>,
  report: Report,
): readonly string[] {
  const names = typeof value === 'string' ? [value] : value
  for (const [index, name] of names.entries()) {
    if (known.has(name)) continue
    const near = closest(name, known)
    const path = typeof value === 'string' ? at : [...at, index]
    const message = `there is no listener named \`${name}\``
    const fix =
      near === null ? `listeners are: ${[...known].join(', ')}` : `did you mean \`${near}\`?`
    report({ severity: 'error', path, message, fix })
  }
  return [...new Set(names)]
}

/** `{ policy: null }` for the word `public` and for nothing else. */
function compileRouteAuth(
  options: RouteOptions['auth'],
  at: ConfigPath,
  { issuers, brokenIssuers }: RouteContext,
  report: Report,
): { readonly policy: AuthPolicy | null } | null {
  if (options === 'public') return { policy: null }
  const namesBroken = [options.issuer].flat().some((name) => brokenIssuers.has(name))
  const policy = compileAuth(options, issuers, at, (problem) => {
    if (!namesBroken || problem.path.at(-1) !== 'issuer') report(problem)
  })
  return policy && { policy }
}

function compileSticky(value: NonNullable<RouteOptions['sticky']>): RoutePlan['sticky'] {
  if (value === 'none' || value === 'cookie') return { kind: value }
  return { kind: 'header', name: value.slice('header:'.length).toLowerCase() }
}
