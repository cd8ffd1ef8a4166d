// What `learn` mode makes of the calls it saw: few rules that allow just these, each with its evidence.

import { isIPv4 } from 'node:net'
import { hostText } from './canonical-host.ts'
import type { Observation } from './observations.ts'
import type { EgressRuleOptions, EgressTargetOptions } from './options.ts'
import type { SuffixKind } from './suffix.ts'

/** Why an entry is proposed. */
export interface Evidence {
  readonly entry: EgressTargetOptions
  /** Hosts that were reached: more than one where the entry is a wildcard. At most MAX_EXAMPLES of them. */
  readonly examples: readonly string[]
  readonly hosts: number
  readonly calls: number
  readonly firstMs: number
  readonly lastMs: number
}

export interface Proposal {
  /** As it would stand in `egress.rules`. */
  readonly rule: EgressRuleOptions
  /** One for each entry of `rule.allow`, in its order. */
  readonly evidence: readonly Evidence[]
}

export interface ProposalContext {
  /** Names that rules have already. */
  readonly taken: ReadonlySet<string>
  readonly suffixKind: SuffixKind
}

/** So many names directly below one parent are taken for names that a program makes up. */
export const WIDEN_FROM = 10
const MAX_EXAMPLES = 10
const MAX_NAME_LENGTH = 63

interface Group {
  readonly host: string
  readonly ports: readonly number[]
  readonly isTcp: boolean
  readonly observations: readonly Observation[]
}

/** One rule for all callers that reached the same; entries in the order of their hosts. */
export function proposeRules(
  observations: readonly Observation[],
  { taken, suffixKind }: ProposalContext,
): readonly Proposal[] {
  const bySet = new Map<string, { callers: string[]; groups: Group[] }>()
  for (const [caller, own] of groupBy(observations, (observation) => observation.caller)) {
    const groups = widen(groupHosts(own), suffixKind).toSorted(byHost)
    const key = JSON.stringify(groups.map(entryOf))
    const same = bySet.get(key)
    if (same === undefined) {
      bySet.set(key, { callers: [caller], groups: [...groups] })
      continue
    }
    same.callers.push(caller)
    same.groups = same.groups.map((group, index) => ({
      ...group,
      observations: [...group.observations, ...groups[index]!.observations],
    }))
  }
  const names = new Set(taken)
  return [...bySet.values()].map(({ callers, groups }) => {
    const rule = {
      name: freeName(callers, names),
      from: callers.toSorted(),
      allow: groups.map(entryOf),
    }
    return { rule, evidence: groups.map(evidenceOf) }
  })
}

/** The ports of one host together; tunnels that were no TLS need an entry of their own. */
function groupHosts(observations: readonly Observation[]): Group[] {
  const hostOf = ({ host, protocol }: Observation): string =>
    `${protocol === 'tcp' ? 'tcp ' : ''}${host.kind === 'name' ? host.name : rangeText(host.address)}`
  return [...groupBy(observations, hostOf)].map(([key, own]) => ({
    host: key.replace(/^tcp /, ''),
    ports: [...new Set(own.map(({ port }) => port))].toSorted((a, b) => a - b),
    isTcp: key.startsWith('tcp '),
    observations: own,
  }))
}

/** Many siblings become one wildcard, unless strangers could have names there too. */
function widen(groups: readonly Group[], suffixKind: SuffixKind): readonly Group[] {
  const siblingsOf = ({ host, ports, isTcp }: Group): string =>
    JSON.stringify([host.slice(host.indexOf('.')), ports, isTcp])
  return [...groupBy(groups, siblingsOf).values()].flatMap((siblings) => {
    const [first] = siblings
    const parent = first!.host.slice(first!.host.indexOf('.') + 1)
    const isOwned = parent.includes('.') && suffixKind(parent) === null
    const isName = !siblings.some(({ host }) => host.startsWith('cidr:'))
    if (siblings.length < WIDEN_FROM || !isOwned || !isName) return siblings
    const observations = siblings.flatMap((sibling) => sibling.observations)
    return [{ ...first!, host: `*.${parent}`, observations }]
  })
}

function entryOf({ host, ports, isTcp }: Group): EgressTargetOptions {
  if (isTcp) return { host, ports: [...ports], protocol: 'tcp' }
  if (ports.length > 1) return { host, ports: [...ports] }
  return ports[0] === 443 ? host : `${host}:${ports[0]}`
}

function evidenceOf(group: Group): Evidence {
  const { observations } = group
  const hosts = [...new Set(observations.map(({ host }) => hostText(host)))]
  return {
    entry: entryOf(group),
    examples: hosts.slice(0, MAX_EXAMPLES),
    hosts: hosts.length,
    calls: observations.reduce((sum, { count }) => sum + count, 0),
    firstMs: Math.min(...observations.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...observations.map(({ lastMs }) => lastMs)),
  }
}

function freeName(callers: readonly string[], names: Set<string>): string {
  const others = callers.length === 1 ? '' : `-and-${callers.length - 1}-more`
  const base = `learned-${callers[0]!.replace('/', '-')}`.slice(0, MAX_NAME_LENGTH - 20) + others
  let name = base
  for (let number = 2; names.has(name); number++) name = `${base}-${number}`
  names.add(name)
  return name
}

function rangeText(address: string): string {
  return `cidr:${address}/${isIPv4(address) ? 32 : 128}`
}

function byHost(a: Group, b: Group): number {
  return a.host < b.host ? -1 : a.host > b.host ? 1 : Number(a.isTcp) - Number(b.isTcp)
}

function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Map<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
