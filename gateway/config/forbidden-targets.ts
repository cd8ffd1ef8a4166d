// Where no upstream and no issuer may be: the metadata service of a cloud, which hands out the machine's own credentials
// to whoever asks, and our own console, which must never be reached by a port for traffic.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { classifyAddress } from '../allow/address-class.ts'
import type { AdminPlan } from './admin.ts'
import type { Config } from './schema.ts'

interface Target {
  readonly url: string
  readonly at: ConfigPath
}

/** Names by which clouds let their metadata service be found. */
const METADATA_NAMES: ReadonlySet<string> = new Set(['metadata', 'metadata.google.internal'])

/** Reports what is spelled out in the file; that a name leads there only DNS knows. */
export function checkTargets(config: Config, admin: AdminPlan, report: Report): void {
  for (const { url, at } of [...endpoints(config), ...issuers(config)]) {
    const place = URL.parse(url)
    if (place === null) continue
    const fault = faultOf(place, admin)
    if (fault !== null) report({ severity: 'error', path: at, ...fault })
  }
}

function* endpoints({ services, routes }: Config): Generator<Target> {
  for (const [name, service] of pairs(services)) {
    const { endpoints: urls } = asRecord(service)
    for (const [index, url] of items(urls)) {
      if (typeof url === 'string') yield { url, at: ['services', name, 'endpoints', index] }
    }
  }
  for (const [index, route] of items(routes)) {
    const { to } = asRecord(route)
    if (typeof to === 'string') yield { url: to, at: ['routes', index, 'to'] }
    for (const [which, entry] of items(to)) {
      const { url } = asRecord(entry)
      if (typeof url === 'string') yield { url, at: ['routes', index, 'to', which, 'url'] }
    }
  }
}

function* issuers({ issuers: all }: Config): Generator<Target> {
  for (const [name, issuer] of pairs(all)) {
    if (typeof issuer === 'string') yield { url: issuer, at: ['issuers', name] }
    for (const key of ['issuer', 'jwks']) {
      const url = asRecord(issuer)[key]
      if (typeof url === 'string') yield { url, at: ['issuers', name, key] }
    }
  }
}

function faultOf(url: URL, admin: AdminPlan): { message: string; fix: string } | null {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (METADATA_NAMES.has(host) || classifyAddress(host) === 'metadata') {
    const message = `\`${host}\` is the metadata service of a cloud, which gives this machine’s own credentials away`
    return { message, fix: 'name the service that is meant' }
  }
  if (admin.kind === 'off' || admin.port !== portOf(url) || !isSameHost(host, admin.host)) {
    return null
  }
  const message = `${url.host} is our own console, which is never served by a port for traffic`
  return { message, fix: 'let people reach it where `admin.bind` says' }
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/** Whether a connection to `host` may meet what listens on `bound`. */
function isSameHost(host: string, bound: string): boolean {
  return host === bound || (isLocal(host) && isLocal(bound))
}

/** Connecting to 0.0.0.0 leads to loopback, and listening there means listening on loopback, too. */
function isLocal(host: string): boolean {
  const kind = classifyAddress(host)
  return host === 'localhost' || kind === 'loopback' || kind === 'unspecified'
}

// The file may hold anything: what is of another type is reported elsewhere.

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function pairs(value: unknown): [string, unknown][] {
  return Object.entries(asRecord(value))
}

function items(value: unknown): [number, unknown][] {
  return Array.isArray(value) ? [...(value as unknown[]).entries()] : []
}
