// One entry of a rule's `allow` or `deny`, short form or long, to an EgressTarget.

import { canonicalTarget } from '../../sidecar/forward/path.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { readHost } from './compile-host.ts'
import { EGRESS_DEFAULTS, type EgressTargetOptions } from './options.ts'
import type { EgressTarget, HostMatch, PathMatch } from './plan.ts'
import type { SuffixKind } from './suffix.ts'

type LongForm = Exclude<EgressTargetOptions, string>
type Complain = (key: keyof LongForm, message: string, fix: string) => void

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Z-]+$/
const NEVER_ALLOWED: ReadonlySet<string> = new Set(['CONNECT', 'TRACE'])

/** Null after at least one report. */
export function compileTarget(
  options: EgressTargetOptions,
  side: 'allow' | 'deny',
  at: ConfigPath,
  suffixKind: SuffixKind,
  report: Report,
): EgressTarget | null {
  const long: LongForm = typeof options === 'string' ? { host: options } : options
  const pathOf = (key: string) => (typeof options === 'string' ? at : [...at, key])
  let sound = true
  const complain: Complain = (key, message, fix) => {
    sound = false
    report({ severity: 'error', path: pathOf(key), message, fix })
  }
  const written = readHost(long.host, side === 'allow' ? suffixKind : null)
  if ('message' in written) complain('host', written.message, written.fix)
  else if (written.warning !== null) {
    const { message, fix } = written.warning
    report({ severity: 'warning', path: pathOf('host'), message, fix })
  }
  const named = 'message' in written ? null : written.port
  const ports = compilePorts(long, named, side, complain)
  const methods = long.methods === undefined ? null : compileMethods(long.methods, complain)
  const paths = long.paths === undefined ? null : compilePaths(long.paths, complain)
  checkVisibility(long, side, complain)
  if (!sound || 'message' in written) return null
  const text = `${hostMatchText(written.host)}${ports.length === 0 ? '' : `:${ports.join(',')}`}`
  return { text, host: written.host, ports, methods, paths, protocol: long.protocol ?? null }
}

/** As it is written: `api.example.com`, `*.example.com`, `cidr:203.0.113.0/24`. */
export function hostMatchText(host: HostMatch): string {
  switch (host.kind) {
    case 'exact':
      return host.name
    case 'wildcard':
      return `*${host.suffix}`
    case 'range':
      return `cidr:${host.range.text}`
  }
}

function compilePorts(
  { ports }: LongForm,
  named: number | null,
  side: 'allow' | 'deny',
  complain: Complain,
): readonly number[] {
  if (ports === undefined) {
    if (named !== null) return [named]
    return side === 'allow' ? EGRESS_DEFAULTS.ports : []
  }
  if (named !== null) {
    complain(
      'ports',
      'the host names a port too',
      `add ${named} to \`ports\` and leave it off there`,
    )
  }
  const unique = new Set(ports)
  if (unique.size < ports.length) {
    complain('ports', 'a port is listed twice', `write \`[${[...unique].join(', ')}]\``)
  }
  return [...unique].toSorted((a, b) => a - b)
}

/** GET brings HEAD along, as on routes. */
function compileMethods(methods: readonly string[], complain: Complain): ReadonlySet<string> {
  const set = new Set<string>()
  for (const method of methods) {
    const upper = method.toUpperCase()
    if (NEVER_ALLOWED.has(upper)) {
      complain('methods', `\`${method}\` is never passed on`, 'remove it')
    } else if (!METHOD.test(method)) {
      const fix = METHOD.test(upper) ? `write \`${upper}\`` : 'write a method such as `GET`'
      complain('methods', `\`${method}\` is not a method in capitals`, fix)
    } else if (set.has(method)) {
      complain('methods', `method \`${method}\` is listed twice`, 'remove one of them')
    }
    set.add(method)
  }
  if (set.has('GET')) set.add('HEAD')
  return set
}

function compilePaths(paths: readonly string[], complain: Complain): readonly PathMatch[] {
  const matches: PathMatch[] = []
  for (const text of paths) {
    const isBelow = text.endsWith('/*')
    const path = isBelow && text !== '/*' ? text.slice(0, -2) : isBelow ? '/' : text
    const canonical = canonicalTarget(path)
    if ('reason' in canonical || canonical.query !== '' || path.includes('?')) {
      const fix = 'write a path as it looks after decoding, such as `/v1/charges` or `/v1/*`'
      complain('paths', `\`${text}\` is not a path that can be requested`, fix)
    } else if (path.includes('*')) {
      const fix = 'write `/*` at the end for everything below'
      complain('paths', `\`${text}\` has a \`*\` that is not its whole last segment`, fix)
    } else if (canonical.path !== path) {
      const fix = `write \`${canonical.path}${isBelow ? '/*' : ''}\``
      complain('paths', `\`${text}\` is not how requests spell it`, fix)
    } else if (paths.indexOf(text) !== paths.lastIndexOf(text) && matches.some(isSame(path))) {
      complain('paths', `path \`${text}\` is listed twice`, 'remove one of them')
    }
    matches.push({ kind: isBelow ? 'below' : 'exact', path })
  }
  return matches
}

function isSame(path: string): (match: PathMatch) => boolean {
  return (match) => match.path === path
}

/** Methods and paths are nothing that a tunnel shows, and a `deny` refuses a host as a whole. */
function checkVisibility(options: LongForm, side: 'allow' | 'deny', complain: Complain): void {
  const { methods, paths, protocol } = options
  const key = methods === undefined ? 'paths' : 'methods'
  const isSelective = methods !== undefined || paths !== undefined
  if (side === 'deny' && (isSelective || protocol !== undefined)) {
    const fix = 'write only `host` and `ports` here; allow less where less shall be possible'
    complain(isSelective ? key : 'protocol', 'a `deny` entry refuses the whole host', fix)
  } else if (isSelective && (protocol === 'tls' || protocol === 'tcp')) {
    const fix = `remove \`protocol: ${protocol}\`, or remove \`${key}\``
    complain(key, `nobody sees \`${key}\` in a tunnel`, fix)
  }
}
