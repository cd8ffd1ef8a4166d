// Finds the entries of the rules that speak about a caller and a host, without reading the others.

import { inRanges } from '../../sidecar/forward/address.ts'
import type { CanonicalHost } from './canonical-host.ts'
import type { EgressMode, EgressRule, RuleEntry, RuleIndex } from './plan.ts'

const STRICTEST: readonly EgressMode[] = ['enforce', 'learn', 'report']

export function indexRules(rules: readonly EgressRule[]): RuleIndex {
  const everyone = new CallerRules()
  const byCaller = new Map<string, CallerRules>()
  for (const rule of rules) {
    if (rule.from === null) everyone.add(rule)
    for (const caller of rule.from ?? []) {
      const own = byCaller.get(caller) ?? new CallerRules()
      byCaller.set(caller, own)
      own.add(rule)
    }
  }
  return {
    find(caller, host) {
      const own = byCaller.get(caller)
      return {
        allow: [...(own?.allow.find(host) ?? []), ...everyone.allow.find(host)],
        deny: [...(own?.deny.find(host) ?? []), ...everyone.deny.find(host)],
      }
    },
    modeOf(caller, nowMs) {
      const own = byCaller.get(caller)
      const modes = [...(own?.rules ?? []), ...everyone.rules]
        .filter((rule) => rule.expiresMs === null || rule.expiresMs > nowMs)
        .map((rule) => rule.mode)
      return STRICTEST.find((mode) => modes.includes(mode)) ?? null
    },
  }
}

/** All that is said about one caller, or about every caller. */
class CallerRules {
  readonly allow = new HostTable()
  readonly deny = new HostTable()
  /** Those with a mode of their own. */
  readonly rules: EgressRule[] = []

  add(rule: EgressRule): void {
    for (const target of rule.allow) this.allow.add({ rule, target })
    for (const target of rule.deny) this.deny.add({ rule, target })
    if (rule.mode !== null) this.rules.push(rule)
  }
}

class HostTable {
  readonly #names = new Map<string, RuleEntry[]>()
  /** By suffix, `.example.com`. */
  readonly #suffixes = new Map<string, RuleEntry[]>()
  readonly #ranges: RuleEntry[] = []

  add(entry: RuleEntry): void {
    const { host } = entry.target
    if (host.kind === 'range') this.#ranges.push(entry)
    else if (host.kind === 'exact') append(this.#names, host.name, entry)
    else append(this.#suffixes, host.suffix, entry)
  }

  find(host: CanonicalHost): readonly RuleEntry[] {
    if (host.kind === 'address') {
      return this.#ranges.filter(({ target }) => {
        return target.host.kind === 'range' && inRanges(host.address, [target.host.range])
      })
    }
    const found = [...(this.#names.get(host.name) ?? [])]
    if (this.#suffixes.size === 0) return found
    let dot = host.name.indexOf('.')
    while (dot !== -1) {
      found.push(...(this.#suffixes.get(host.name.slice(dot)) ?? []))
      dot = host.name.indexOf('.', dot + 1)
    }
    return found
  }
}

function append(table: Map<string, RuleEntry[]>, key: string, entry: RuleEntry): void {
  const entries = table.get(key)
  if (entries === undefined) table.set(key, [entry])
  else entries.push(entry)
}
