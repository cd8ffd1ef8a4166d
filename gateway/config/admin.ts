// From `admin:` to a plan; every problem is reported with what to write instead, none thrown.

import { isIPv4, isIPv6 } from 'node:net'
import { isTrustworthyUrl } from '../auth/fetch-json.ts'
import type { ConfigPath, Problem, Report } from '../../sidecar/runtime/problem.ts'
import {
  ADMIN_DEFAULTS,
  type AdminOptions,
  type AdminRole,
  type OidcOptions,
} from './admin-options.ts'
import { readPem } from './pem.ts'

export type AdminPlan =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'on'
      readonly host: string
      /** 0: any free port. */
      readonly port: number
      /** null: a certificate of its own, made when needed. */
      readonly tls: AdminTlsPlan | null
      /** Lower-case names under which the console may be reached; IPv6 addresses in brackets. */
      readonly hosts: readonly string[]
      readonly oidc: OidcPlan | null
      /** Where the setup token is told: on stderr and in its file, or in the file alone. */
      readonly setup: 'printed' | 'file'
      /** Whether everybody who signs in with a password needs a second factor. */
      readonly secondFactor: 'optional' | 'required'
    }

export interface AdminTlsPlan {
  /** Leaf first. */
  readonly certPem: string
  /** Path as written; never read into the plan, which travels to processes that must not have the key. */
  readonly keyFile: string
}

export interface OidcPlan {
  readonly issuer: string
  readonly clientId: string
  /** null: a public client. */
  readonly clientSecret: string | null
  /** By group; `*` is everybody. */
  readonly roles: ReadonlyMap<string, AdminRole>
  readonly groupsClaim: string
  /** PEM; null: the system's roots. */
  readonly caPem: string | null
}

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]']

/**
 * Null where an error was reported; `options` undefined: all defaults. `readFile` answers the text of a file named in
 * the configuration, or null where it can not be read. `production` refuses a generated certificate off loopback.
 */
export function compileAdmin(
  options: AdminOptions | undefined,
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
  production: boolean,
): AdminPlan | null {
  if (options === 'off') return { kind: 'off' }
  let sound = true
  const watching: Report = (problem) => {
    if (problem.severity === 'error') sound = false
    report(problem)
  }
  const { tls, hosts = [], oidc, setup = ADMIN_DEFAULTS.setup } = options ?? {}
  const { secondFactor = ADMIN_DEFAULTS.secondFactor } = options ?? {}
  const bind = compileBind(options?.bind ?? ADMIN_DEFAULTS.bind, [...at, 'bind'], watching)
  const tlsPlan = tls === undefined ? null : compileTls(tls, [...at, 'tls'], watching, readFile)
  const oidcPlan =
    oidc === undefined ? null : compileOidc(oidc, [...at, 'oidc'], watching, readFile)
  if (bind !== null) checkReach(bind.host, { tls, hosts }, at, watching, production)
  if (!sound || bind === null) return null
  return {
    kind: 'on',
    ...bind,
    tls: tlsPlan,
    hosts: hostsOf(bind.host, hosts),
    oidc: oidcPlan,
    setup,
    secondFactor,
  }
}

function compileBind(
  text: string,
  at: ConfigPath,
  report: Report,
): { host: string; port: number } | null {
  const [, ipv6, other = '', digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  const isAddress = ipv6 === undefined ? isIPv4(other) || other === 'localhost' : isIPv6(ipv6)
  if (digits !== undefined && isAddress && port <= 65_535) return { host: ipv6 ?? other, port }
  const message = `\`${text}\` is not an address and a port`
  report(error(at, message, 'write an address and a port: 127.0.0.1:9443 or [::]:9443'))
  return null
}

/** Off loopback there are names to be known by, and in production a certificate that others can check. */
function checkReach(
  host: string,
  { tls, hosts }: { readonly tls: unknown; readonly hosts: readonly string[] },
  at: ConfigPath,
  report: Report,
  production: boolean,
): void {
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return
  if (production && tls === undefined) {
    const message = 'the console would be served with a generated certificate'
    report(error([...at, 'bind'], message, 'add `tls: { cert: FILE, key: FILE }`'))
  }
  if (hosts.length > 0 || !isWildcard(host)) return
  const message =
    'the console listens on every address and may be reached under loopback names only'
  const fix = 'name it in `hosts:`, like [gateway.example.com]'
  report({ severity: 'warning', path: [...at, 'bind'], message, fix })
}

function compileTls(
  { cert, key }: { readonly cert: string; readonly key: string },
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
): AdminTlsPlan | null {
  const certPem = readCertificates(cert, [...at, 'cert'], report, readFile)
  return certPem === null ? null : { certPem, keyFile: key }
}

function compileOidc(
  options: OidcOptions,
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
): OidcPlan {
  const { issuer, clientId, clientSecret, roles, groupsClaim, ca } = options
  const url = URL.parse(issuer)
  if (url === null || !isTrustworthyUrl(url) || url.search !== '' || url.hash !== '') {
    const message = `\`${issuer}\` is not the URL of an identity provider`
    report(error([...at, 'issuer'], message, 'write https://HOST/ as in its `iss`'))
  }
  const caPem = ca === undefined ? null : readCertificates(ca, [...at, 'ca'], report, readFile)
  return {
    issuer,
    clientId,
    clientSecret: clientSecret ?? null,
    roles: new Map(Object.entries(roles)),
    groupsClaim: groupsClaim ?? ADMIN_DEFAULTS.groupsClaim,
    caPem,
  }
}

function readCertificates(
  file: string,
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
): string | null {
  const text = readFile(file)
  const { certificates, faults } = text === null ? { certificates: [], faults: [] } : readPem(text)
  if (certificates.length > 0 && faults.length === 0) return certificates.map(String).join('')
  const what = faults.length > 0 ? `${file}: ${faults[0]}` : `${file} holds no certificate`
  const message = text === null ? `can not read ${file}` : what
  report(error(at, message, 'name a file of certificates (PEM)'))
  return null
}

function hostsOf(bind: string, named: readonly string[]): readonly string[] {
  const own = isWildcard(bind) ? [] : [bind.includes(':') ? `[${bind}]` : bind]
  return [...new Set([...LOOPBACK_HOSTS, ...own, ...named].map((host) => host.toLowerCase()))]
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function error(path: ConfigPath, message: string, fix: string): Problem {
  return { severity: 'error', path, message, fix }
}
