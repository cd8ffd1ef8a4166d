// From `mesh.authorize:` to the authorization rules of each service.

import { canonicalTarget } from '../../sidecar/forward/path.ts'
import type { AuthorizationRule } from '../../sidecar/policy/authorization-rule.ts'
import type { ConfigPath, Problem, Report } from '../../sidecar/runtime/problem.ts'
import { closest } from '../../sidecar/runtime/suggest.ts'
import type { MeshRuleOptions } from './mesh-options.ts'
import type { PairProblem } from './problems.ts'

const SYSTEM_NAMES: Readonly<Record<string, string>> = {
  edge: 'system/edge',
  egress: 'system/egress',
}

/** The gateway's own identities, which no sidecar can have. */
export function isReserved(service: string): boolean {
  return service.startsWith('system/') || Object.hasOwn(SYSTEM_NAMES, service)
}

/** `default/billing` is `billing`. */
export function canonicalService(service: string): string {
  return service.startsWith('default/') ? service.slice('default/'.length) : service
}

/**
 * Rules by the name of the service that is called, in the order of the file. `known` holds the names of services that
 * exist; others are warned about, as a service may be known to its sidecars alone.
 */
export function compileMeshRules(
  rules: readonly MeshRuleOptions[],
  idOf: (service: string) => string,
  known: ReadonlySet<string>,
  at: ConfigPath,
  report: Report,
): ReadonlyMap<string, readonly AuthorizationRule[]> {
  const byService = new Map<string, AuthorizationRule[]>()
  const names = new Map<string, ConfigPath>()
  const contents = new Map<string, ConfigPath>()
  const targets = new Set([...known, ...rules.map(({ to }) => canonicalService(to))])
  for (const [index, options] of rules.entries()) {
    const path = [...at, index]
    const { from } = options
    checkTarget(options.to, known, [...path, 'to'], report)
    if (from !== 'any') {
      from.forEach((caller, i) => checkCaller(caller, targets, [...path, 'from', i], report))
    }
    const to = canonicalService(options.to)
    options.paths?.forEach((pattern, i) => checkPath(pattern, [...path, 'paths', i], report))
    const ofService = byService.get(to) ?? []
    byService.set(to, ofService)
    const name = options.name ?? `${to}#${ofService.length + 1}`
    const verdict = options.verdict ?? 'allow'
    const { methods = null, paths = null } = options
    const ids = from === 'any' ? null : [...new Set(from.map((caller) => idOf(fullName(caller))))]
    checkTwin('error', `two rules are named \`${name}\``, name, [...path, 'name'], names, report)
    const content = JSON.stringify([to, verdict, ids, methods, paths])
    const twice = `this rule about \`${to}\` is written twice`
    checkTwin('warning', twice, content, path, contents, report)
    ofService.push({ name, verdict, from: ids, methods, paths })
  }
  return byService
}

function fullName(caller: string): string {
  return Object.hasOwn(SYSTEM_NAMES, caller) ? SYSTEM_NAMES[caller]! : caller
}

function checkTarget(to: string, known: ReadonlySet<string>, at: ConfigPath, report: Report): void {
  if (isReserved(to)) {
    const message = `\`${to}\` is the gateway itself, which no rule opens`
    report({ severity: 'error', path: at, message, fix: 'name a service of the mesh' })
  } else if (!known.has(canonicalService(to))) report(unknown(to, known, at))
}

function checkCaller(
  caller: string,
  known: ReadonlySet<string>,
  at: ConfigPath,
  report: Report,
): void {
  if (isReserved(caller) || known.has(canonicalService(caller))) return
  report(unknown(caller, known, at))
}

function unknown(name: string, known: ReadonlySet<string>, path: ConfigPath): Problem {
  const near = closest(name, known)
  const fix =
    near === null ? `add it to \`services:\` with \`mesh: true\`` : `did you mean \`${near}\`?`
  return { severity: 'warning', path, message: `no service is named \`${name}\``, fix }
}

/** A path that no request can have would silently guard nothing. */
function checkPath(pattern: string, at: ConfigPath, report: Report): void {
  const path = pattern.endsWith('/*') ? pattern.slice(0, -1) : pattern
  const canonical = canonicalTarget(path)
  if ('path' in canonical && canonical.path === path && !path.includes('*')) return
  const isRespelled = 'path' in canonical && canonical.path !== path && canonical.query === ''
  report({
    severity: 'error',
    path: at,
    message: `\`${pattern}\` matches no request`,
    fix: isRespelled
      ? `write \`${canonical.path}${pattern.endsWith('/*') ? '*' : ''}\``
      : 'write a path like `/orders`, or `/orders/*` for everything below it',
  })
}

function checkTwin(
  severity: Problem['severity'],
  message: string,
  key: string,
  path: ConfigPath,
  seen: Map<string, ConfigPath>,
  report: Report,
): void {
  const related = seen.get(key)
  if (related === undefined) {
    seen.set(key, path)
    return
  }
  const fix = severity === 'error' ? 'rename one of them' : 'remove one of them'
  const problem: PairProblem = { severity, path, message, fix, related }
  report(problem)
}
