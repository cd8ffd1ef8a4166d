// From the `services:` part of the configuration to ServicePlans; every fault is reported, nothing is thrown.

import type { ConfigPath, Report } from '../runtime/problem.ts'
import { parseDurationMs } from '../runtime/units.ts'
import { compileEndpoint } from './compile-endpoint.ts'
import { compileTls } from './compile-tls.ts'
import type { ServiceOptions } from './options.ts'
import { DEFAULT_BREAKER } from './plan.ts'
import type { Balance, BreakerPlan, EndpointPlan, ServicePlan, UpstreamTlsPlan } from './plan.ts'

export { compileEndpoint } from './compile-endpoint.ts'

const CONNECT_TIMEOUT_MS = 5000
const IDLE_TIMEOUT_MS = 60_000
const MAX_CONNECTIONS = 256
const MAX_QUEUED = 1024
const BALANCE: Balance = 'least-loaded'

const DEFAULT_TLS: UpstreamTlsPlan = { caPem: null, serverName: null, certPem: null, keyPem: null }

type ReadFile = (path: string) => string | null

/**
 * Null where anything is wrong with the service; then at least one error was reported below `at`.
 * `readFile` answers the text of a file named in the configuration, or null where it can not be read.
 */
export function compileService(
  name: string,
  options: ServiceOptions,
  at: ConfigPath,
  report: Report,
  readFile: ReadFile,
  production: boolean,
): ServicePlan | null {
  const endpoints = compileEndpoints(options.endpoints, [...at, 'endpoints'], report, production)
  const tls = compileTls(options.tls ?? {}, [...at, 'tls'], report, readFile)
  const { connectTimeout, idleTimeout } = options
  const connectTimeoutMs = compileTime(
    connectTimeout,
    CONNECT_TIMEOUT_MS,
    [...at, 'connectTimeout'],
    report,
  )
  const idleTimeoutMs = compileTime(idleTimeout, IDLE_TIMEOUT_MS, [...at, 'idleTimeout'], report)
  const breaker = compileBreaker(options.breaker, [...at, 'breaker'], report)
  if (!endpoints || !tls || !breaker) return null
  if (connectTimeoutMs === null || idleTimeoutMs === null) return null
  if (options.tls && !endpoints.some((endpoint) => endpoint.secure)) {
    report({
      severity: 'warning',
      path: [...at, 'tls'],
      atKey: true,
      message: `service \`${name}\` has \`tls\` but no https:// endpoint, so it is not used`,
      fix: 'write the endpoints as https://, or remove `tls`',
    })
  }
  if (endpoints.length === 1) warnOfNoChoice(name, options, at, report)
  return {
    name,
    endpoints,
    tls,
    connectTimeoutMs,
    idleTimeoutMs,
    maxConnections: options.maxConnections ?? MAX_CONNECTIONS,
    maxQueued: options.maxQueued ?? MAX_QUEUED,
    balance: options.balance ?? BALANCE,
    breaker,
  }
}

/** The service behind a URL that was written where a service name may stand; named for its URL. */
export function anonymousService(endpoint: EndpointPlan): ServicePlan {
  return {
    name: endpoint.url,
    endpoints: [endpoint],
    tls: DEFAULT_TLS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxConnections: MAX_CONNECTIONS,
    maxQueued: MAX_QUEUED,
    balance: BALANCE,
    breaker: DEFAULT_BREAKER,
  }
}

/** An only endpoint gets every request, whatever becomes of it. */
function warnOfNoChoice(
  name: string,
  options: ServiceOptions,
  at: ConfigPath,
  report: Report,
): void {
  for (const key of ['balance', 'breaker'] as const) {
    if (options[key] === undefined) continue
    report({
      severity: 'warning',
      path: [...at, key],
      atKey: true,
      message: `service \`${name}\` has one endpoint, so \`${key}\` is not used`,
      fix: `list more endpoints, or remove \`${key}\``,
    })
  }
}

function compileEndpoints(
  urls: readonly string[],
  at: ConfigPath,
  report: Report,
  production: boolean,
): EndpointPlan[] | null {
  const endpoints: EndpointPlan[] = []
  const seen = new Set<string>()
  for (const [index, url] of urls.entries()) {
    const endpoint = compileEndpoint(url, [...at, index], report, production)
    if (!endpoint) continue
    const address = `${endpoint.host} ${endpoint.port}`
    if (!seen.has(address)) {
      seen.add(address)
      endpoints.push(endpoint)
      continue
    }
    report({
      severity: 'error',
      path: [...at, index],
      message: `${endpoint.url} is listed twice`,
      fix: 'remove one of them; to send an endpoint more traffic use weights on the route',
    })
  }
  if (urls.length === 0) {
    report({
      severity: 'error',
      path: at,
      message: 'the service has no endpoint',
      fix: 'list at least one http://HOST:PORT',
    })
  }
  return endpoints.length === urls.length && urls.length > 0 ? endpoints : null
}

function compileBreaker(
  options: ServiceOptions['breaker'],
  at: ConfigPath,
  report: Report,
): BreakerPlan | null {
  const openMs = compileTime(options?.open, DEFAULT_BREAKER.openMs, [...at, 'open'], report)
  if (openMs === null) return null
  return { failures: options?.failures ?? DEFAULT_BREAKER.failures, openMs }
}

function compileTime(
  text: string | undefined,
  defaultMs: number,
  at: ConfigPath,
  report: Report,
): number | null {
  if (text === undefined) return defaultMs
  const ms = parseDurationMs(text)
  if (ms !== null && ms > 0) return ms
  report({
    severity: 'error',
    path: at,
    message: `\`${text}\` is not a duration above zero`,
    fix: 'write for example 500ms, 5s or 1m',
  })
  return null
}
