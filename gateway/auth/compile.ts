// From what is written under `issuers:` and `auth:` to plans; every problem is reported with what to write instead.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { closest } from '../../sidecar/runtime/suggest.ts'
import { claimText } from './claims.ts'
import { compileIssuerFields } from './compile-issuer.ts'
import type { IssuerOptions, AuthOptions } from './options.ts'
import type { AuthPolicy, IssuerPlan, TokenSource } from './plan.ts'
import { isReservedHeader } from './reserved-headers.ts'

const HEADER_NAME = /^[a-z0-9-]+$/
// RFC 6749 section 3.3: printable ASCII without space, `"` and `\`, so that it fits a quoted string as it is.
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * Compiles one entry of `issuers:`; null where a problem of severity error was reported. `readFile` answers the text of
 * a file named in the configuration, or null where it cannot be read. Never throws.
 */
export function compileIssuer(
  name: string,
  options: IssuerOptions,
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
  production: boolean,
): IssuerPlan | null {
  const long = typeof options === 'string' ? { issuer: options } : options
  const atKey = (key: string): ConfigPath => (typeof options === 'string' ? at : [...at, key])
  return compileIssuerFields(name, long, { at, atKey, report, readFile, production })
}

/**
 * Compiles a route's `auth:` other than `public`; null where a problem was reported, and then the route must not serve:
 * a broken policy never means an open route. `issuers` are those that compiled. Never throws.
 */
export function compileAuth(
  options: AuthOptions,
  issuers: ReadonlyMap<string, IssuerPlan>,
  at: ConfigPath,
  report: Report,
): AuthPolicy | null {
  let sound = true
  const problem = (key: string, message: string, fix: string): void => {
    sound = false
    report({ severity: 'error', path: [...at, key], message, fix })
  }
  const policy = {
    issuers: compileIssuerNames(asList(options.issuer), issuers, problem),
    audience: compileAudience(asList(options.audience), problem),
    scopes: compileScopes(asList(options.scope ?? []), problem),
    claims: compileClaims(options.claims ?? {}, problem),
    forward: compileForward(options.forward ?? {}, problem),
    sources: (options.token ?? ['header']).map(compileSource),
    passToken: options.passToken ?? false,
  }
  return sound ? policy : null
}

type ProblemAt = (key: string, message: string, fix: string) => void

function compileIssuerNames(
  names: readonly string[],
  issuers: ReadonlyMap<string, IssuerPlan>,
  problem: ProblemAt,
): IssuerPlan[] {
  const chosen: IssuerPlan[] = []
  for (const name of new Set(names)) {
    const issuer = issuers.get(name)
    if (issuer === undefined) {
      const near = closest(name, issuers.keys())
      const known = [...issuers.keys()].join(', ') || 'none so far'
      const fix = near === null ? `issuers are: ${known}` : `did you mean \`${near}\`?`
      problem('issuer', `there is no issuer named \`${name}\``, fix)
      continue
    }
    const twin = chosen.find((other) => other.issuer === issuer.issuer)
    if (twin !== undefined) {
      const fix =
        'list one of them: a token names its issuer by URL, so it could not be told which is meant'
      problem('issuer', `\`${twin.name}\` and \`${name}\` both stand for ${issuer.issuer}`, fix)
    }
    chosen.push(issuer)
  }
  if (names.length === 0) problem('issuer', 'no issuer is named', 'name at least one')
  return chosen
}

function compileAudience(
  audiences: readonly string[],
  problem: ProblemAt,
): readonly string[] | null {
  if (audiences.length === 1 && audiences[0] === '*') return null
  if (audiences.includes('*')) {
    problem('audience', '`*` is listed beside other audiences', 'write "*" alone, or remove it')
  }
  if (audiences.length === 0 || audiences.includes('')) {
    problem(
      'audience',
      'an audience is empty',
      'name this API as its tokens do, or write "*" for any audience',
    )
  }
  return [...new Set(audiences)]
}

function compileScopes(scopes: readonly string[], problem: ProblemAt): readonly string[] {
  for (const scope of scopes) {
    if (!SCOPE.test(scope)) {
      problem(
        'scope',
        `\`${scope}\` is not a scope`,
        'write several scopes as a list, each without spaces or quotes',
      )
    }
  }
  return [...new Set(scopes)]
}

function compileClaims(
  claims: NonNullable<AuthOptions['claims']>,
  problem: ProblemAt,
): AuthPolicy['claims'] {
  return Object.entries(claims).map(([claim, accepted]) => {
    const values = asList<unknown>(accepted).map(claimText)
    if (values.length === 0 || values.includes(null)) {
      problem(
        'claims',
        `\`${claim}\` has no value that a claim can be compared with`,
        'write large numbers in quotes',
      )
    }
    return { claim, values: values.filter((value) => value !== null) }
  })
}

function compileForward(
  forward: Readonly<Record<string, string>>,
  problem: ProblemAt,
): AuthPolicy['forward'] {
  const seen = new Set<string>()
  return Object.entries(forward).map(([name, claim]) => {
    const header = name.toLowerCase()
    if (!HEADER_NAME.test(header)) {
      problem(
        'forward',
        `\`${name}\` is not a header name`,
        'use letters, digits and `-`, as in `x-user`',
      )
    } else if (isReservedHeader(header)) {
      problem(
        'forward',
        `\`${name}\` means something to proxies and servers`,
        'choose a name of your own, as in `x-user`',
      )
    } else if (seen.has(header)) {
      problem('forward', `\`${name}\` is set twice`, 'remove one: header names ignore case')
    }
    seen.add(header)
    return { header, claim }
  })
}

function compileSource(text: string): TokenSource {
  const [kind, name = ''] = text.split(':', 2)
  return kind === 'cookie' || kind === 'query' ? { kind, name } : { kind: 'header' }
}

function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}
