// From a route's `cors:` options to its policy; every problem is reported, none thrown.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { parseDurationMs } from '../../sidecar/runtime/units.ts'
import type { CorsOptions } from './options.ts'
import { compileOrigin, type OriginPattern } from './origin.ts'
import type { CorsPolicy } from './plan.ts'

const DEFAULT_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const DEFAULT_HEADERS = ['authorization', 'content-type']
// What a page needs to understand a refusal; browsers hide it otherwise.
const ALWAYS_EXPOSED = [
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'traceparent',
  'WWW-Authenticate',
  'X-Request-Id',
]
const DEFAULT_MAX_AGE_SECONDS = 600
// Chromium keeps a preflight answer no longer.
const MAX_AGE_LIMIT_SECONDS = 7200
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// The Fetch standard lets no page send these.
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

type LongOptions = Exclude<CorsOptions, string | string[]>
interface Listed {
  readonly text: string
  readonly at: ConfigPath
}

/** The compiled `cors:` of a route, or null after at least one report. */
export function compileCors(
  options: CorsOptions,
  route: { readonly match: { readonly methods: ReadonlySet<string> | null } },
  at: ConfigPath,
  report: Report,
): CorsPolicy | null {
  const isShort = typeof options === 'string' || Array.isArray(options)
  const long: LongOptions = isShort ? { origins: options } : options
  const credentials = long.credentials ?? false
  const originsAt = isShort ? at : [...at, 'origins']
  const origins = compileOrigins(listed(long.origins, originsAt), credentials, originsAt, report)
  const methods = compileMethods(long.methods, route.match.methods, [...at, 'methods'], report)
  const headers = compileNames(long.headers, credentials, [...at, 'headers'], report)
  const expose = compileNames(long.expose, credentials, [...at, 'expose'], report)
  const maxAgeSeconds = compileMaxAge(long.maxAge, [...at, 'maxAge'], report)
  if (origins === null || methods === null || headers === null || expose === null) return null
  if (maxAgeSeconds === null) return null
  return {
    ...origins,
    methods,
    headers:
      long.headers === undefined ? DEFAULT_HEADERS : headers.map((name) => name.toLowerCase()),
    expose: withAlwaysExposed(expose),
    credentials,
    maxAgeSeconds,
  }
}

function listed(value: string | readonly string[], at: ConfigPath): Listed[] {
  if (typeof value === 'string') return [{ text: value, at }]
  return value.map((text, index) => ({ text, at: [...at, index] }))
}

function compileOrigins(
  texts: readonly Listed[],
  credentials: boolean,
  at: ConfigPath,
  report: Report,
): Pick<CorsPolicy, 'origins' | 'wildcards' | 'anyOrigin'> | null {
  const compiled = texts.map(({ text, at }) => compileOrigin(text, at, report))
  const patterns = compiled.filter((pattern) => pattern !== null)
  const anyOrigin = patterns.some((pattern) => pattern.kind === 'any')
  const complaint = originsComplaint(texts, anyOrigin, credentials)
  if (complaint !== null) report({ severity: 'error', path: at, ...complaint })
  if (complaint !== null || patterns.length < texts.length) return null
  return {
    origins: new Set(patterns.flatMap((pattern) => (isExact(pattern) ? [pattern.origin] : []))),
    wildcards: patterns.flatMap((pattern) =>
      pattern.kind === 'wildcard' ? [{ prefix: pattern.prefix, suffix: pattern.suffix }] : [],
    ),
    anyOrigin,
  }
}

function isExact(pattern: OriginPattern): pattern is OriginPattern & { kind: 'exact' } {
  return pattern.kind === 'exact'
}

function originsComplaint(
  texts: readonly Listed[],
  anyOrigin: boolean,
  credentials: boolean,
): { message: string; fix: string } | null {
  if (texts.length === 0) {
    return { message: '`cors` lists no origin', fix: 'list at least one, or remove `cors`' }
  }
  if (anyOrigin && credentials) {
    return {
      message: 'origin `*` with `credentials: true` would let every site act as the user',
      fix: 'list the origins, or remove `credentials`',
    }
  }
  if (anyOrigin && texts.length > 1) {
    return {
      message: 'origin `*` makes the other origins meaningless',
      fix: 'keep either `*` or the list',
    }
  }
  return null
}

function compileMethods(
  methods: string | readonly string[] | undefined,
  routeMethods: ReadonlySet<string> | null,
  at: ConfigPath,
  report: Report,
): readonly string[] | null {
  if (methods === undefined) {
    if (routeMethods === null) return DEFAULT_METHODS
    return [...new Set([...routeMethods, ...(routeMethods.has('GET') ? ['HEAD'] : [])])]
  }
  const texts = listed(methods, at)
  let valid = true
  for (const { text, at } of texts) {
    const complaint = methodComplaint(text)
    if (complaint === null) continue
    valid = false
    report({ severity: 'error', path: at, ...complaint })
  }
  return valid ? [...new Set(texts.map(({ text }) => text))] : null
}

function methodComplaint(method: string): { message: string; fix: string } | null {
  if (method === '*') {
    return { message: 'methods `*` is not supported', fix: 'list the methods pages may use' }
  }
  const upperCase = method.toUpperCase()
  if (FORBIDDEN_METHODS.has(upperCase)) {
    return { message: `no page can send method \`${method}\``, fix: 'remove it' }
  }
  if (!TOKEN.test(method)) {
    return { message: `\`${method}\` is not a method`, fix: 'write a method such as `GET`' }
  }
  if (method === upperCase) return null
  return { message: `method \`${method}\` is not in capitals`, fix: `write \`${upperCase}\`` }
}

/** Header names for `headers:` and `expose:`; `*` only without credentials, where browsers do not take it literally. */
function compileNames(
  names: string | readonly string[] | undefined,
  credentials: boolean,
  at: ConfigPath,
  report: Report,
): readonly string[] | null {
  const texts = listed(names ?? [], at)
  let valid = true
  for (const { text, at } of texts) {
    const complaint = nameComplaint(text, credentials)
    if (complaint === null) continue
    valid = false
    report({ severity: 'error', path: at, ...complaint })
  }
  return valid ? [...new Set(texts.map(({ text }) => text))] : null
}

function nameComplaint(
  name: string,
  credentials: boolean,
): { message: string; fix: string } | null {
  if (name === '*' && credentials) {
    return {
      message: 'header `*` does not work with `credentials: true`',
      fix: 'list the header names',
    }
  }
  if (TOKEN.test(name)) return null
  return {
    message: `\`${name}\` is not a header name`,
    fix: 'write letters, digits and hyphens, as in `content-type`',
  }
}

function withAlwaysExposed(expose: readonly string[]): string[] {
  const listedNames = new Set(expose.map((name) => name.toLowerCase()))
  return [...expose, ...ALWAYS_EXPOSED.filter((name) => !listedNames.has(name.toLowerCase()))]
}

function compileMaxAge(text: string | undefined, at: ConfigPath, report: Report): number | null {
  if (text === undefined) return DEFAULT_MAX_AGE_SECONDS
  const maxAgeMs = parseDurationMs(text)
  if (maxAgeMs === null) {
    report({
      severity: 'error',
      path: at,
      message: `\`${text}\` is not a duration`,
      fix: 'write a number and a unit, as in `10m`',
    })
    return null
  }
  const seconds = Math.floor(maxAgeMs / 1000)
  if (seconds <= MAX_AGE_LIMIT_SECONDS) return seconds
  report({
    severity: 'warning',
    path: at,
    message: `\`${text}\` is longer than browsers keep a preflight answer; 2h is used`,
    fix: 'write `2h` or less',
  })
  return MAX_AGE_LIMIT_SECONDS
}
