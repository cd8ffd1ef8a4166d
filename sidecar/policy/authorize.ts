// May this caller make this call? Default deny; a deny beats every allow; of several that agree, the most specific is named.

import type { AuthorizationRule } from './authorization-rule.ts'
import { allow, deny, type Decision } from './decision.ts'

export interface Call {
  /** The SPIFFE id that the caller's certificate proved. */
  readonly callerId: string
  /** Upper case. */
  readonly method: string
  /** Canonical (sidecar/forward/path.ts): what the app will see. */
  readonly path: string
}

/**
 * Reasons: `allowed_by_rule`; `denied_by_rule`; and where no rule allows the call, what came nearest: `caller_not_allowed`,
 * `caller_method_not_allowed`, `caller_path_not_allowed`. `rule` names the rule that decided or came nearest; '' for none.
 * The cost grows with the number of rules.
 */
export function authorize(rules: readonly AuthorizationRule[], call: Call): Decision {
  let allowing: AuthorizationRule | null = null
  let denying: AuthorizationRule | null = null
  let nearest: AuthorizationRule | null = null
  let reason = 'caller_not_allowed'
  for (const rule of rules) {
    if (rule.from !== null && !rule.from.includes(call.callerId)) continue
    const methodMatches = rule.methods === null || rule.methods.includes(call.method)
    if (rule.verdict === 'deny') {
      if (methodMatches && deniesPath(rule, call.path)) denying = moreSpecific(denying, rule)
    } else if (!methodMatches) {
      if (reason === 'caller_not_allowed') {
        nearest = rule
        reason = 'caller_method_not_allowed'
      }
    } else if (allowsPath(rule, call.path)) {
      allowing = moreSpecific(allowing, rule)
    } else if (reason !== 'caller_path_not_allowed') {
      nearest = rule
      reason = 'caller_path_not_allowed'
    }
  }
  if (denying !== null) return deny('denied_by_rule', denying.name)
  if (allowing !== null) return allow('allowed_by_rule', allowing.name)
  return deny(reason, nearest?.name ?? '')
}

/**
 * Some servers cut path parameters (`/admin;x` is `/admin` to them) and some do not: a call is allowed only where it is
 * under both readings.
 */
function allowsPath({ paths }: AuthorizationRule, path: string): boolean {
  if (paths === null) return true
  const plainPath = withoutParameters(path)
  const matchesAny = (text: string): boolean => paths.some((pattern) => matches(pattern, text))
  return matchesAny(path) && (plainPath === path || matchesAny(plainPath))
}

/** A call is denied under any reading that some server may have of its path. */
function deniesPath({ paths }: AuthorizationRule, path: string): boolean {
  if (paths === null) return true
  const loosePath = loosened(path)
  return paths.some((pattern) => matches(pattern, path) || matches(loosened(pattern), loosePath))
}

/** `/x/*` is `/x` and everything below it. */
function matches(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return path === pattern
  const stem = pattern.slice(0, -2)
  return path.startsWith(stem) && (path.length === stem.length || path[stem.length] === '/')
}

/** A `;` may also come as `%3B`; slashes that stood on both sides of what was cut merge. */
function withoutParameters(path: string): string {
  if (!path.includes(';') && !path.includes('%3B')) return path
  return path.replaceAll(/(?:;|%3B)[^/]*/g, '').replaceAll(/\/{2,}/g, '/') || '/'
}

/** As the most forgiving server reads it: without parameters and last slash, decoded, in lower case. */
function loosened(path: string): string {
  const plain = withoutParameters(path).replace(/(?<=.)\/$/, '')
  return decoded(plain).toLowerCase()
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // Never for a canonical path; a pattern may hold anything.
    return path
  }
}

function moreSpecific(a: AuthorizationRule | null, b: AuthorizationRule): AuthorizationRule {
  return a === null || specificity(b) > specificity(a) ? b : a
}

/** A named caller counts more than any path, a longer path more than a shorter one, any path more than named methods. */
function specificity(rule: AuthorizationRule): number {
  const longest = rule.paths === null ? 0 : Math.max(0, ...rule.paths.map(({ length }) => length))
  return (rule.from === null ? 0 : 1_000_000) + longest * 2 + (rule.methods === null ? 0 : 1)
}
