// One entry of `issuers:` compiled, field by field.

import { X509Certificate } from 'node:crypto'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { closest } from '../../sidecar/runtime/suggest.ts'
import { parseDurationMs } from '../../sidecar/runtime/units.ts'
import { isTrustworthyUrl } from './fetch-json.ts'
import { ASYMMETRIC_ALGORITHMS, importKeySet } from './key-set.ts'
import type { IssuerOptions } from './options.ts'
import type { IssuerPlan, JwksLocation } from './plan.ts'

export interface IssuerSurroundings {
  readonly at: ConfigPath
  /** Where a key stands; for the short form it is the entry itself. */
  readonly atKey: (key: string) => ConfigPath
  readonly report: Report
  readonly readFile: (path: string) => string | null
  readonly production: boolean
}

const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']
const DEFAULT_SKEW_MS = 60_000
const MAX_SKEW_MS = 600_000
// It becomes part of a file name.
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

type LongIssuer = Exclude<IssuerOptions, string>
type ProblemAt = (path: ConfigPath, message: string, fix: string) => void

/** The plan, or null where an error was reported. */
export function compileIssuerFields(
  name: string,
  options: LongIssuer,
  { at, atKey, report, readFile, production }: IssuerSurroundings,
): IssuerPlan | null {
  let sound = true
  const problem: ProblemAt = (path, message, fix) => {
    sound = false
    report({ severity: 'error', path, message, fix })
  }
  const warning: ProblemAt = (path, message, fix) =>
    report({ severity: 'warning', path, message, fix })
  if (!NAME.test(name)) {
    problem(
      at,
      `\`${name}\` cannot name an issuer`,
      'use at most 63 letters, digits, `.`, `_` and `-`, a letter or digit first',
    )
  }
  checkIssuerUrl(options.issuer, atKey('issuer'), problem)
  if (production && options.issuer.startsWith('http:')) {
    warning(
      atKey('issuer'),
      `${options.issuer} is an issuer on this very machine`,
      'name the real issuer before this goes into production',
    )
  }
  const plan: IssuerPlan = {
    name,
    issuer: options.issuer,
    jwks: compileLocation(options.jwks, atKey('jwks'), readFile, problem, warning),
    algorithms: compileAlgorithms(
      options.algorithms ?? DEFAULT_ALGORITHMS,
      atKey('algorithms'),
      problem,
    ),
    clockSkewMs: compileSkew(options.clockSkew, atKey('clockSkew'), problem),
    maxLifetimeMs: compileLifetime(options.maxLifetime, atKey('maxLifetime'), problem),
    type: options.type ?? null,
    caPem: options.ca === undefined ? null : readCa(options.ca, atKey('ca'), readFile, problem),
  }
  return sound ? plan : null
}

function checkIssuerUrl(issuer: string, at: ConfigPath, problem: ProblemAt): void {
  if (!URL.canParse(issuer)) {
    return problem(
      at,
      `\`${issuer}\` is not a URL`,
      'write the `iss` of its tokens, as in https://idp.example.com/',
    )
  }
  const url = new URL(issuer)
  if (!isTrustworthyUrl(url)) {
    const fix =
      'write https://: whoever can change the answer can make tokens; http is for loopback only'
    problem(at, `${issuer} is not an https URL`, fix)
  }
  if (url.username !== '' || url.password !== '') {
    problem(at, 'the issuer carries a user name or a password', 'remove it: the issuer is public')
  }
  if (issuer.includes('?') || issuer.includes('#')) {
    problem(at, `${issuer} has a query or a fragment`, 'remove it (RFC 8414 section 2)')
  }
}

function compileLocation(
  jwks: LongIssuer['jwks'],
  at: ConfigPath,
  readFile: (path: string) => string | null,
  problem: ProblemAt,
  warning: ProblemAt,
): JwksLocation {
  if (jwks === undefined) return { kind: 'discovery' }
  if (typeof jwks !== 'string') return inlineKeys(jwks, at, problem, warning)
  if (/^https?:/i.test(jwks)) {
    if (!URL.canParse(jwks) || !isTrustworthyUrl(new URL(jwks))) {
      problem(
        at,
        `${jwks} is not an https URL`,
        'write https://: whoever can change these keys can make tokens',
      )
    }
    return { kind: 'url', url: jwks }
  }
  const path = jwks.replace(/^file:(?:\/\/(?=\/))?/, '')
  const text = readFile(path)
  if (text === null) {
    problem(
      at,
      `the key file ${path} cannot be read`,
      'name a readable file that holds a JWKS document',
    )
    return { kind: 'inline', jwks: { keys: [] } }
  }
  return inlineKeys(parseJson(text), at, problem, warning)
}

function inlineKeys(
  document: unknown,
  at: ConfigPath,
  problem: ProblemAt,
  warning: ProblemAt,
): JwksLocation {
  const imported = importKeySet(document)
  if (imported === null) {
    problem(at, 'this is not a key set', 'write {"keys": […]} with public keys (RFC 7517)')
    return { kind: 'inline', jwks: { keys: [] } }
  }
  for (const { index, reason } of imported.refused) {
    warning(
      at,
      `key ${index} is not used: ${reason}`,
      'publish only public keys for signatures, RSA of at least 2048 bits',
    )
  }
  if (imported.keySet.keys.length === 0) {
    problem(
      at,
      'there is no usable key in the key set',
      'add a public RSA, EC or Ed25519 key for signatures',
    )
  }
  return { kind: 'inline', jwks: { keys: imported.document.keys } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function compileAlgorithms(
  algorithms: readonly string[],
  at: ConfigPath,
  problem: ProblemAt,
): readonly string[] {
  if (algorithms.length === 0)
    problem(at, 'no algorithm is listed', 'leave the key out for the defaults')
  for (const [index, algorithm] of algorithms.entries()) {
    if (ASYMMETRIC_ALGORITHMS.includes(algorithm)) continue
    const { message, fix } = whyNot(algorithm)
    problem([...at, index], message, fix)
  }
  return [...new Set(algorithms)]
}

function whyNot(algorithm: string): { message: string; fix: string } {
  const list = `use ${ASYMMETRIC_ALGORITHMS.join(', ')}`
  if (/^hs\d+$/i.test(algorithm)) {
    const message = `\`${algorithm}\` signs with a shared secret, so that whoever can check a token can also make one`
    return { message, fix: list }
  }
  if (/^none$/i.test(algorithm)) {
    return { message: '`none` means tokens without a signature, which anybody can make', fix: list }
  }
  const near = closest(algorithm, ASYMMETRIC_ALGORITHMS)
  const fix = near === null ? list : `did you mean \`${near}\`?`
  return { message: `\`${algorithm}\` is not an algorithm known here`, fix }
}

function compileSkew(text: string | undefined, at: ConfigPath, problem: ProblemAt): number {
  const skewMs = text === undefined ? DEFAULT_SKEW_MS : parseDurationMs(text)
  if (skewMs === null) problem(at, `\`${text}\` is not a duration`, 'write one like 60s')
  else if (skewMs > MAX_SKEW_MS) {
    problem(
      at,
      `a clock skew of ${text} lets expired tokens live on for that long`,
      'write at most 10m',
    )
  }
  return skewMs ?? DEFAULT_SKEW_MS
}

function compileLifetime(
  text: string | undefined,
  at: ConfigPath,
  problem: ProblemAt,
): number | null {
  if (text === undefined) return null
  const lifetimeMs = parseDurationMs(text)
  if (lifetimeMs === null || lifetimeMs === 0) {
    problem(at, `\`${text}\` is not a lifetime`, 'write a duration like 1h')
  }
  return lifetimeMs
}

function readCa(
  path: string,
  at: ConfigPath,
  readFile: (path: string) => string | null,
  problem: ProblemAt,
): string {
  const pem = readFile(path)
  const blocks = pem?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  // An empty or unreadable list would make every fetch fail, or trust other CAs than meant.
  if (pem === null || blocks.length === 0 || !blocks.every(isCertificate)) {
    problem(
      at,
      `${path} holds no readable CA certificate`,
      'name a PEM file with the CA certificates to trust',
    )
  }
  return blocks.join('\n')
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
