// From `egress.rules` to EgressRules; every problem is reported, nothing is thrown.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { compileExpiry } from './compile-expiry.ts'
import { compileTarget } from './compile-target.ts'
import type { EgressRuleOptions, EgressTargetOptions } from './options.ts'
import { ANONYMOUS, type EgressRule, type EgressTarget } from './plan.ts'
import type { SuffixKind } from './suffix.ts'

const CALLER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$/

export interface RuleContext {
  readonly nowMs: number
  readonly suffixKind: SuffixKind
  readonly report: Report
}

/** One entry of `rules`, and where it stands. */
export interface WrittenRule {
  readonly options: EgressRuleOptions
  readonly at: ConfigPath
}

/** Rules with a problem are left out, so the plan must not be put to work then. */
export function compileRules(
  written: readonly WrittenRule[],
  context: RuleContext,
): readonly EgressRule[] {
  const rules: EgressRule[] = []
  const names = new Set<string>()
  /** Caller and entry → name of the rule that allows it already. */
  const allowed = new Map<string, string>()
  for (const { options, at } of written) {
    const error = (key: string, message: string, fix: string): void =>
      context.report({ severity: 'error', path: [...at, key], message, fix })
    if (names.has(options.name)) {
      error('name', `two rules are named \`${options.name}\``, 'rename one of them')
    }
    names.add(options.name)
    const rule = compileRule(options, at, context)
    if (rule === null) continue
    rules.push(rule)
    // What has expired is in nobody's way: a new rule for the same takes its place.
    if (rule.expiresMs !== null && rule.expiresMs <= context.nowMs) continue
    for (const [caller, target] of pairsOf(rule)) {
      const key = JSON.stringify([caller, describe(target)])
      const other = allowed.get(key)
      if (other === undefined) allowed.set(key, rule.name)
      else if (other !== rule.name) {
        const who = caller === null ? 'every caller' : `\`${caller}\``
        const message = `rule \`${other}\` lets ${who} reach \`${target.text}\` already`
        error('allow', message, 'remove it from one of them')
      }
    }
  }
  return rules
}

function compileRule(
  options: EgressRuleOptions,
  at: ConfigPath,
  context: RuleContext,
): EgressRule | null {
  let sound = true
  const report: Report = (problem) => {
    if (problem.severity === 'error') sound = false
    context.report(problem)
  }
  const own = { ...context, report }
  const from = compileFrom(options.from, [...at, 'from'], report)
  const allow = compileTargets(options.allow ?? [], 'allow', [...at, 'allow'], own)
  const deny = compileTargets(options.deny ?? [], 'deny', [...at, 'deny'], own)
  const expiresMs = compileExpiry(options, at, context.nowMs, report)
  if (options.allow === undefined && options.deny === undefined) {
    const message = `rule \`${options.name}\` says nothing`
    const fix = 'add `allow` with the hosts that its callers may reach'
    report({ severity: 'error', path: [...at, 'allow'], message, fix })
  }
  if (!sound) return null
  const { name, owner = null, reason = null, mode = null } = options
  return { name, from, allow, deny, owner, reason, expiresMs, mode }
}

function compileFrom(
  callers: readonly string[],
  at: ConfigPath,
  report: Report,
): readonly string[] | null {
  const seen = new Set<string>()
  for (const [index, caller] of callers.entries()) {
    const complaint = seen.has(caller)
      ? { message: `\`${caller}\` is listed twice`, fix: 'remove one of them' }
      : callerComplaint(caller, callers.length)
    seen.add(caller)
    if (complaint !== null) report({ severity: 'error', path: [...at, index], ...complaint })
  }
  return seen.has('*') ? null : [...seen]
}

function callerComplaint(
  caller: string,
  count: number,
): { readonly message: string; readonly fix: string } | null {
  if (caller === '*') {
    if (count === 1) return null
    return {
      message: '`*` is every caller, so the others say nothing',
      fix: 'write `["*"]` or names',
    }
  }
  if (caller.startsWith('default/') && CALLER.test(caller)) {
    const fix = `write \`${caller.slice('default/'.length)}\``
    return { message: `\`${caller}\` is not how that service is called`, fix }
  }
  if (CALLER.test(caller)) return null
  const fix = `write a service name such as \`billing\` or \`team/billing\`, \`${ANONYMOUS}\` or \`*\``
  return { message: `\`${caller}\` is not the name of a caller`, fix }
}

function compileTargets(
  entries: readonly EgressTargetOptions[],
  side: 'allow' | 'deny',
  at: ConfigPath,
  { suffixKind, report }: RuleContext,
): readonly EgressTarget[] {
  const targets: EgressTarget[] = []
  const seen = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    const target = compileTarget(entry, side, [...at, index], suffixKind, report)
    if (target === null) continue
    const key = describe(target)
    if (seen.has(key)) {
      const message = `\`${target.text}\` is listed twice`
      report({ severity: 'error', path: [...at, index], message, fix: 'remove one of them' })
    }
    seen.add(key)
    targets.push(target)
  }
  return targets
}

function* pairsOf(rule: EgressRule): Generator<[caller: string | null, target: EgressTarget]> {
  for (const caller of rule.from ?? [null]) {
    for (const target of rule.allow) yield [caller, target]
  }
}

/** Equal for entries that say the same. */
function describe({ text, methods, paths, protocol }: EgressTarget): string {
  const listed = paths?.map(({ kind, path }) => `${kind} ${path}`).toSorted()
  return JSON.stringify([text, methods === null ? null : [...methods].toSorted(), listed, protocol])
}
