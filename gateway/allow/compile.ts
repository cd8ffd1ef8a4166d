// From `egress:` to the EgressPlan; every problem is reported at once, nothing is thrown.

import { parseRange, type AddressRange } from '../../sidecar/forward/address.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { hostText, parseAuthority } from './canonical-host.ts'
import { checkAgainstEachOther } from './compile-checks.ts'
import { compileDoors, compileTokens } from './compile-doors.ts'
import { compileExternal } from './compile-external.ts'
import { compileMode } from './compile-mode.ts'
import { compileRules } from './compile-rules.ts'
import { compileDuration } from './duration.ts'
import { EGRESS_DEFAULTS, type EgressOptions } from './options.ts'
import type { EgressPlan, EgressTimeouts, ExternalPlan } from './plan.ts'
import { indexRules } from './rule-index.ts'
import type { SuffixKind } from './suffix.ts'

const DNS_PORT = 53

export interface EgressContext {
  /** The text of a file named in the configuration, or null where it cannot be read. */
  readonly readFile: (path: string) => string | null
  readonly production: boolean
  /** Wall-clock time by which rules expire. */
  readonly nowMs: number
  readonly suffixKind: SuffixKind
  /** false where the schema found something wrong with `key` at `at`, or below; such parts are passed over. */
  readonly isUsable?: (at: ConfigPath, key: string | number) => boolean
}

/** `at` ends in the key of `options`. Null where anything is wrong; then at least one error was reported there or below. */
export function compileEgress(
  options: EgressOptions,
  at: ConfigPath,
  report: Report,
  context: EgressContext,
): EgressPlan | null {
  let sound = true
  const watching: Report = (problem) => {
    if (problem.severity === 'error') sound = false
    report(problem)
  }
  const { isUsable = () => true } = context
  const usable = Object.fromEntries(
    Object.entries(options).filter(([key]) => LISTS.has(key) || isUsable(at, key)),
  ) as EgressOptions
  const doors = compileDoors(usable, at, watching)
  if (options.mesh === undefined && options.plain === undefined) {
    const fix =
      'add `mesh: 0.0.0.0:15443` for sidecars, or `plain: 127.0.0.1:3128` for this machine'
    watching({ severity: 'error', path: at, message: 'egress has no door', fix })
  }
  const tokensAt = [...at, 'tokens']
  const tokens = compileTokens(usable.tokens ?? {}, options.plain !== undefined, tokensAt, watching)
  const written = entriesOf(options.rules, [...at, 'rules'], isUsable)
  const rules = compileRules(written, { ...context, report: watching })
  const external = compileExternals(options, at, watching, { ...context, isUsable })
  const network = compileNetwork(usable.network ?? {}, [...at, 'network'], watching)
  const dnsServers = compileDns(usable.dns ?? [], [...at, 'dns'], watching)
  const timeouts = compileTimeouts(usable.timeouts ?? {}, [...at, 'timeouts'], watching)
  const mode = compileMode(usable, at, watching, context)
  if (!sound || !isUsable(at.slice(0, -1), at.at(-1) ?? '')) return null
  checkAgainstEachOther({ rules, external, network }, options, at, watching)
  const caps = { ...EGRESS_DEFAULTS.caps, ...usable.caps }
  const index = indexRules(rules)
  return { ...doors, ...mode, rules, index, external, tokens, network, dnsServers, timeouts, caps }
}

/** Their entries are passed over one by one. */
const LISTS = new Set(['rules', 'external'])

function entriesOf<Entry>(
  list: readonly Entry[] | undefined,
  at: ConfigPath,
  isUsable: NonNullable<EgressContext['isUsable']>,
): { readonly options: Entry; readonly at: ConfigPath }[] {
  if (!Array.isArray(list)) return []
  return (list as readonly Entry[]).flatMap((options, index) =>
    isUsable(at, index) ? [{ options, at: [...at, index] }] : [],
  )
}

function compileExternals(
  { external }: EgressOptions,
  at: ConfigPath,
  report: Report,
  { readFile, isUsable }: EgressContext & Required<Pick<EgressContext, 'isUsable'>>,
): ReadonlyMap<string, ExternalPlan> {
  const plans = new Map<string, ExternalPlan>()
  for (const entry of entriesOf(external, [...at, 'external'], isUsable)) {
    const plan = compileExternal(entry.options, entry.at, report, readFile)
    if (plan === null) continue
    if (plans.has(plan.host)) {
      const message = `\`${plan.host}\` is listed twice`
      const path = [...entry.at, 'host']
      report({ severity: 'error', path, message, fix: 'remove one of them' })
    }
    plans.set(plan.host, plan)
  }
  return plans
}

function compileNetwork(
  { allow = [], deny = [] }: NonNullable<EgressOptions['network']>,
  at: ConfigPath,
  report: Report,
): EgressPlan['network'] {
  const opened = compileRanges(allow, [...at, 'allow'], report)
  for (const [index, range] of opened.entries()) {
    if (range.bits > 0) continue
    const message = `\`${range.text}\` would open every address, this machine's own too`
    const fix = 'write the ranges that are meant'
    report({ severity: 'error', path: [...at, 'allow', index], message, fix })
  }
  return { allow: opened, deny: compileRanges(deny, [...at, 'deny'], report) }
}

/** Ranges with a problem are left out. */
function compileRanges(
  texts: readonly string[],
  at: ConfigPath,
  report: Report,
): readonly AddressRange[] {
  return texts.flatMap((text, index) => {
    const range = parseRange(text)
    if (range?.text === text) return [range]
    const [message, fix] =
      range === null
        ? [`\`${text}\` is not a range`, 'write a range such as `10.20.0.0/16`, or an address']
        : [`\`${text}\` is not how that range is spelled`, `write \`${range.text}\``]
    report({ severity: 'error', path: [...at, index], message, fix })
    return []
  })
}

function compileDns(servers: readonly string[], at: ConfigPath, report: Report): readonly string[] {
  return servers.flatMap((text, index) => {
    const server = parseAuthority(text, DNS_PORT)
    if (server.kind === 'authority' && server.host.kind === 'address') {
      return [`${hostText(server.host)}:${server.port}`]
    }
    const message = `\`${text}\` is not the address of a resolver`
    const fix = 'write `10.0.0.2`, `10.0.0.2:5353` or `[2001:db8::2]:53`'
    report({ severity: 'error', path: [...at, index], message, fix })
    return []
  })
}

function compileTimeouts(
  options: NonNullable<EgressOptions['timeouts']>,
  at: ConfigPath,
  report: Report,
): EgressTimeouts {
  const texts = { ...EGRESS_DEFAULTS.timeouts, ...options }
  const duration = (key: keyof typeof texts) => compileDuration(texts[key], [...at, key], report)
  return {
    dnsMs: duration('dns'),
    connectMs: duration('connect'),
    dialMs: duration('dial'),
    helloMs: duration('hello'),
    headersMs: duration('headers'),
    idleMs: duration('idle'),
    tunnelMs: duration('tunnel'),
  }
}
