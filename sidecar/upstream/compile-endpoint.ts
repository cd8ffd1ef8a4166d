// From an endpoint URL in the configuration to an EndpointPlan; whatever would be ignored is refused.

import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import type { ConfigPath, Report } from '../runtime/problem.ts'
import type { EndpointPlan } from './plan.ts'

const SHAPE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(\/[^?#]*)?(\?[^#]*)?(#.*)?$/i
const AUTHORITY = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/
const DNS_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/

interface Fault {
  readonly message: string
  readonly fix: string
}

/**
 * Accepts `http://HOST[:PORT]` and `https://HOST[:PORT]` (a single `/` may follow). Reports everything else at `at`
 * and answers null. Cleartext to another machine is a warning, and an error where `production` is true.
 */
export function compileEndpoint(
  url: string,
  at: ConfigPath,
  report: Report,
  production = false,
): EndpointPlan | null {
  const parsed = parseEndpoint(url)
  if ('fix' in parsed) {
    report({ severity: 'error', path: at, ...parsed })
    return null
  }
  if (parsed.secure || isLoopback(parsed.host)) return parsed
  report({
    severity: production ? 'error' : 'warning',
    path: at,
    message: `${parsed.url} is reached in cleartext over the network`,
    fix: `use https://, or run the service behind a sidecar on this machine`,
  })
  return production ? null : parsed
}

function parseEndpoint(url: string): EndpointPlan | Fault {
  const shape = SHAPE.exec(url)
  if (!shape) {
    return {
      message: `\`${withoutUser(url)}\` is not a URL`,
      fix: 'write http://HOST:PORT or https://HOST:PORT',
    }
  }
  const [, rawScheme = '', authority = '', path = '', query = '', fragment = ''] = shape
  const scheme = rawScheme.toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') {
    return { message: `endpoints can not speak \`${scheme}\``, fix: 'use http:// or https://' }
  }
  if (authority.includes('@')) {
    return {
      message: 'an endpoint can not carry a user name or password',
      fix: 'remove what stands before the `@`, and set an authorization header on the route',
    }
  }
  const plain = `${scheme}://${authority}`
  if (path.length > 1) {
    return {
      message: `an endpoint can not have a path (\`${path}\`)`,
      fix: `write ${plain}, and use the route's \`rewrite\` for the path`,
    }
  }
  if (query !== '' || fragment !== '') {
    return { message: 'an endpoint can not have a query or fragment', fix: `write ${plain}` }
  }
  return parseAuthority(scheme, authority)
}

function parseAuthority(scheme: 'http' | 'https', authority: string): EndpointPlan | Fault {
  const match = AUTHORITY.exec(authority)
  const host = match?.[1]?.toLowerCase() ?? ''
  const fault = match ? hostFault(host) : badHost(authority)
  if (fault) return fault
  const portText = match?.[2]
  const port = portText === undefined ? (scheme === 'https' ? 443 : 80) : Number(portText)
  if (portText === '' || port < 1 || port > 65_535) {
    return { message: `\`${portText}\` is not a port`, fix: 'use a port from 1 to 65535' }
  }
  return {
    url: `${scheme}://${host}${portText === undefined ? '' : `:${port}`}`,
    secure: scheme === 'https',
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    port,
  }
}

function hostFault(host: string): Fault | null {
  if (host.startsWith('[')) {
    // A zone id means something on one machine only.
    return isIP(host.slice(1, -1)) === 6 && !host.includes('%') ? null : badHost(host)
  }
  if (isIP(host) === 4) return null
  const ascii = domainToASCII(host)
  if (ascii !== '' && ascii !== host) {
    return { message: `\`${host}\` is not written the way it is looked up`, fix: `write ${ascii}` }
  }
  // A last label of digits only would be read as an address by some resolvers.
  return DNS_NAME.test(host) && !/(?:^|\.)\d+$/.test(host) ? null : badHost(host)
}

function badHost(host: string): Fault {
  return {
    message: `\`${host}\` is not a host`,
    fix: 'use a DNS name, an IPv4 address, or an IPv6 address in brackets, then an optional :PORT',
  }
}

function withoutUser(url: string): string {
  return url.slice(url.lastIndexOf('@') + 1)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
