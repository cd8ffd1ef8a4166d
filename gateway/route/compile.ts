// From a route's `match:`, `ip:` and `rewrite:` options to their plans; every problem is reported, none thrown.

import { inRanges, parseRange, type AddressRange } from '../../sidecar/forward/address.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { headerNameComplaint } from './header-name.ts'
import { compileHost } from './host-pattern.ts'
import type { IpOptions, MatchOptions, RewriteOptions } from './options.ts'
import { compilePath, compilePrefix } from './path-pattern.ts'
import type { HostPattern, IpPolicy, Rewrite, RouteMatch } from './plan.ts'

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Z-]+$/
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE'])

/** A text of the file and where it stands. */
interface Listed {
  readonly text: string
  readonly at: ConfigPath
}

/** The compiled `match:`, or null after at least one report. */
export function compileMatch(
  options: MatchOptions,
  at: ConfigPath,
  report: Report,
): RouteMatch | null {
  if (typeof options === 'string') return compileShortMatch(options, at, report)
  const hosts = compileHosts(listed(options.hosts ?? '*', [...at, 'hosts']), at, report)
  const path = compilePath(options.path ?? '/*', [...at, 'path'], report)
  const methods =
    options.methods === undefined
      ? new Set<string>()
      : compileMethods(listed(options.methods, [...at, 'methods']), at, report)
  const headers = compileHeaderConditions(options.headers ?? {}, [...at, 'headers'], report)
  const query = Object.entries(options.query ?? {}).map(([name, value]) => ({ name, value }))
  if (hosts === null || path === null || methods === null || headers === null) return null
  return { hosts, path, methods: methods.size === 0 ? null : methods, headers, query }
}

/** `host/path`: the host ends at the first slash; either part may be missing. */
function compileShortMatch(text: string, at: ConfigPath, report: Report): RouteMatch | null {
  if (text.includes('://')) {
    const fix = `write \`${text.slice(text.indexOf('://') + 3)}\``
    report({ severity: 'error', path: at, message: `match \`${text}\` names a scheme`, fix })
    return null
  }
  const slash = text.indexOf('/')
  const hostText = slash === -1 ? text : text.slice(0, slash)
  const host = compileHost(slash === 0 ? '*' : hostText, at, report)
  const path = compilePath(slash === -1 ? '/*' : text.slice(slash), at, report)
  if (host === null || path === null) return null
  return { hosts: [host], path, methods: null, headers: [], query: [] }
}

/** The compiled `ip:`, or null after at least one report. */
export function compileIp(options: IpOptions, at: ConfigPath, report: Report): IpPolicy | null {
  const allow = compileRanges(listed(options.allow ?? [], [...at, 'allow']), report)
  const deny = compileRanges(listed(options.deny ?? [], [...at, 'deny']), report)
  if (allow === null || deny === null) return null
  return {
    allow: allow.map((range) => range.text),
    deny: deny.map((range) => range.text),
    isAllowed: (address) => inRanges(address, allow),
    isDenied: (address) => inRanges(address, deny),
  }
}

/** The compiled `rewrite:` of a route with this match, or null after at least one report. */
export function compileRewrite(
  options: RewriteOptions,
  match: RouteMatch,
  at: ConfigPath,
  report: Report,
): Rewrite | null {
  const { template, segments } = match.path
  const replaceable = match.path.prefix && segments.every((segment) => segment.kind === 'literal')
  if (!replaceable) {
    report({
      severity: 'error',
      path: at,
      message: `\`rewrite\` has no fixed prefix to replace in \`${template}\``,
      fix: 'match a path of fixed segments that ends in `/*`, or remove `rewrite`',
    })
  }
  const prefix = compilePrefix(options.prefix, [...at, 'prefix'], report)
  return replaceable && prefix !== null ? { prefix } : null
}

/** One text or a list of texts, each with its place. */
function listed(value: string | readonly string[], at: ConfigPath): Listed[] {
  if (typeof value === 'string') return [{ text: value, at }]
  return value.map((text, index) => ({ text, at: [...at, index] }))
}

function compileHosts(
  hosts: readonly Listed[],
  at: ConfigPath,
  report: Report,
): HostPattern[] | null {
  const patterns = hosts.map((host) => compileHost(host.text, host.at, report))
  const once = noneRepeated(hosts, 'host', report)
  const some = notEmpty(hosts, [...at, 'hosts'], report)
  const valid = patterns.filter((pattern) => pattern !== null)
  return once && some && valid.length === patterns.length ? valid : null
}

function compileMethods(
  methods: readonly Listed[],
  at: ConfigPath,
  report: Report,
): Set<string> | null {
  let valid = notEmpty(methods, [...at, 'methods'], report)
  for (const method of methods) {
    const complaint = methodComplaint(method.text)
    if (complaint === null) continue
    valid = false
    report({ severity: 'error', path: method.at, ...complaint })
  }
  const once = noneRepeated(methods, 'method', report)
  return valid && once ? new Set(methods.map((method) => method.text)) : null
}

function methodComplaint(method: string): { message: string; fix: string } | null {
  const upperCase = method.toUpperCase()
  if (FORBIDDEN_METHODS.has(upperCase)) {
    return {
      message: `method \`${method}\` is never let through`,
      fix: `remove it; the gateway answers ${upperCase} itself`,
    }
  }
  if (METHOD.test(method)) return null
  if (METHOD.test(upperCase)) {
    return { message: `method \`${method}\` is not in capitals`, fix: `write \`${upperCase}\`` }
  }
  return { message: `\`${method}\` is not a method`, fix: 'write a method such as `GET`' }
}

function compileHeaderConditions(
  headers: Readonly<Record<string, string>>,
  at: ConfigPath,
  report: Report,
): { name: string; value: string }[] | null {
  let valid = true
  const conditions = new Map<string, string>()
  for (const [key, value] of Object.entries(headers)) {
    const name = key.toLowerCase()
    const complaint = conditions.has(name)
      ? { message: `header \`${name}\` is named twice`, fix: 'keep one of them' }
      : headerNameComplaint(name)
    conditions.set(name, value)
    if (complaint === null) continue
    valid = false
    report({ severity: 'error', path: [...at, key], atKey: true, ...complaint })
  }
  return valid ? [...conditions].map(([name, value]) => ({ name, value })) : null
}

function compileRanges(ranges: readonly Listed[], report: Report): AddressRange[] | null {
  const compiled: AddressRange[] = []
  for (const { text, at } of ranges) {
    const range = parseRange(text)
    if (range?.text === text) {
      compiled.push(range)
      continue
    }
    report({
      severity: 'error',
      path: at,
      message:
        range === null
          ? `\`${text}\` is not an address or a range`
          : `\`${text}\` is not how that range is spelled`,
      fix:
        range === null
          ? 'write an address or a range such as `10.0.0.0/8` or `2001:db8::/32`'
          : `write \`${range.text}\``,
    })
  }
  return compiled.length === ranges.length ? compiled : null
}

function notEmpty(list: readonly Listed[], at: ConfigPath, report: Report): boolean {
  if (list.length > 0) return true
  const key = String(at.at(-1))
  report({
    severity: 'error',
    path: at,
    message: `\`${key}\` is empty, so the route would match nothing`,
    fix: `list at least one, or remove \`${key}\` to match all`,
  })
  return false
}

function noneRepeated(list: readonly Listed[], noun: string, report: Report): boolean {
  const seen = new Set<string>()
  for (const { text, at } of list) {
    if (seen.has(text)) {
      const message = `${noun} \`${text}\` is listed twice`
      report({ severity: 'error', path: at, message, fix: 'remove one of them' })
    }
    seen.add(text)
  }
  return seen.size === list.length
}
