// From `mesh:` to a plan; every problem is reported with what to write instead, none thrown.

import { X509Certificate } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { spiffeIdOf } from '../../sidecar/identity/spiffe-id.ts'
import type { AuthorizationRule } from '../../sidecar/policy/authorization-rule.ts'
import type { ConfigPath, Problem, Report } from '../../sidecar/runtime/problem.ts'
import { closest } from '../../sidecar/runtime/suggest.ts'
import { parseDurationMs } from '../../sidecar/runtime/units.ts'
import { MESH_DEFAULTS, type MeshOptions } from './mesh-options.ts'
import { canonicalService, compileMeshRules, isReserved } from './mesh-rules.ts'
import { readPem } from './pem.ts'

export interface MeshPlan {
  readonly trustDomain: string
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly ca: MeshCaPlan
  /** Rules by the name of the service that is called. */
  readonly authorize: ReadonlyMap<string, readonly AuthorizationRule[]>
  readonly join: MeshJoinPlan | null
}

export type MeshCaPlan =
  | { readonly kind: 'development'; readonly ttlMs: number }
  | {
      readonly kind: 'files'
      /** PEM. */
      readonly certPem: string
      /** Certificates above `certPem` up to the trust anchor, PEM; null where it is the anchor itself. */
      readonly chainPem: string | null
      /** Path as written; never read into the plan, which travels to processes that must not have the key. */
      readonly keyFile: string
      readonly ttlMs: number
    }

export interface MeshJoinPlan {
  /** Name of an issuer of the configuration. */
  readonly issuer: string
  readonly audience: string
  /** Service name by `sub`. */
  readonly services: ReadonlyMap<string, string>
}

/** What `mesh:` may refer to, by the names that are written, sound or not. */
export interface MeshContext {
  readonly services: ReadonlySet<string>
  readonly issuers: ReadonlySet<string>
}

const MIN_TTL_MS = 10_000
const MAX_TTL_MS = 86_400_000

/**
 * Null where an error was reported. `readFile` answers the text of a file named in the configuration, or null where it
 * can not be read. `production` refuses the development CA.
 */
export function compileMesh(
  options: MeshOptions,
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
  production: boolean,
  context: MeshContext,
): MeshPlan | null {
  let sound = true
  const watching: Report = (problem) => {
    if (problem.severity === 'error') sound = false
    report(problem)
  }
  const bind = compileBind(options.bind ?? MESH_DEFAULTS.bind, [...at, 'bind'], watching)
  const ca = compileCa(options.ca, [...at, 'ca'], watching, readFile, production)
  const join = compileJoin(options.join, [...at, 'join'], watching, context)
  const joining = join?.services.values() ?? []
  const known = new Set([...context.services, ...joining].map(canonicalService))
  const authorize = compileMeshRules(
    options.authorize ?? [],
    (service) => spiffeIdOf(options.trustDomain, service),
    known,
    [...at, 'authorize'],
    watching,
  )
  if (!sound || bind === null || ca === null) return null
  return { trustDomain: options.trustDomain, ...bind, ca, authorize, join }
}

export function compileBind(
  text: string,
  at: ConfigPath,
  report: Report,
): { host: string; port: number } | null {
  const [, ipv6, other = '', digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  const isAddress = ipv6 === undefined ? isIPv4(other) || other === 'localhost' : isIPv6(ipv6)
  if (digits !== undefined && isAddress && port <= 65_535) return { host: ipv6 ?? other, port }
  const message = `\`${text}\` is not an address and a port`
  const fix = 'write an address and a port: 0.0.0.0:15012, 127.0.0.1:15012 or [::]:15012'
  report(error(at, message, fix))
  return null
}

function compileCa(
  options: MeshOptions['ca'],
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
  production: boolean,
): MeshCaPlan | null {
  const ttlMs = compileTtl(options?.ttl ?? MESH_DEFAULTS.ttl, [...at, 'ttl'], report)
  if (options === undefined) {
    if (!production) return { kind: 'development', ttlMs }
    const message = 'the mesh would use a development CA, which `production: true` refuses'
    report(error(at, message, 'add `ca: { cert: FILE, key: FILE, chain: FILE }`'))
    return null
  }
  const certificates = (key: 'cert' | 'chain', file: string) =>
    readCertificates(file, readFile, (message) => {
      const fix = 'name a file of CA certificates (PEM)'
      report(error([...at, key], message, fix))
    })
  const [issuer, ...more] = certificates('cert', options.cert)
  const above =
    options.chain === undefined ? more : [...more, ...certificates('chain', options.chain)]
  for (const [index, certificate] of [issuer, ...above].entries()) {
    if (certificate === undefined || certificate.ca) continue
    const message = `${index === 0 ? options.cert : (options.chain ?? options.cert)} holds a certificate that is no CA`
    report(
      error([...at, index === 0 ? 'cert' : 'chain'], message, 'name certificates with CA:TRUE'),
    )
  }
  if (issuer === undefined) return null
  const last = above.at(-1) ?? issuer
  if (!last.checkIssued(last)) {
    const message = 'the chain does not end in a trust anchor'
    const fix = 'name in `chain` every certificate above `cert`, the self-signed one last'
    report(error([...at, 'chain'], message, fix))
  }
  const pem = (all: readonly X509Certificate[]) => all.map((each) => each.toString()).join('')
  return {
    kind: 'files',
    certPem: pem([issuer]),
    chainPem: above.length === 0 ? null : pem(above),
    keyFile: options.key,
    ttlMs,
  }
}

function compileTtl(text: string, at: ConfigPath, report: Report): number {
  const ttlMs = parseDurationMs(text) ?? 0
  if (ttlMs >= MIN_TTL_MS && ttlMs <= MAX_TTL_MS) return ttlMs
  report(error(at, `${text} is out of range`, 'write 10s to 24h'))
  return MIN_TTL_MS
}

function readCertificates(
  file: string,
  readFile: (path: string) => string | null,
  refuse: (message: string) => void,
): readonly X509Certificate[] {
  const text = readFile(file)
  if (text === null) {
    refuse(`can not read ${file}`)
    return []
  }
  const { certificates, faults } = readPem(text)
  if (faults.length > 0) refuse(`${file}: ${faults[0]}`)
  else if (certificates.length === 0) refuse(`${file} holds no certificate`)
  return certificates
}

function compileJoin(
  options: MeshOptions['join'],
  at: ConfigPath,
  report: Report,
  { issuers }: MeshContext,
): MeshJoinPlan | null {
  if (options === undefined) return null
  if (!issuers.has(options.issuer)) {
    const near = closest(options.issuer, issuers)
    const fix = near === null ? 'name an issuer of `issuers:`' : `did you mean \`${near}\`?`
    report(error([...at, 'issuer'], `no issuer is named \`${options.issuer}\``, fix))
  }
  for (const [subject, service] of Object.entries(options.services)) {
    if (!isReserved(service)) continue
    const message = `\`${service}\` is an identity of the gateway itself`
    report(error([...at, 'services', subject], message, 'name a service of your own'))
  }
  return {
    issuer: options.issuer,
    audience: options.audience,
    services: new Map(
      Object.entries(options.services).map(([sub, name]) => [sub, canonicalService(name)]),
    ),
  }
}

function error(path: ConfigPath, message: string, fix: string): Problem {
  return { severity: 'error', path, message, fix }
}
