// The inbox as it is shown: each refused call with what has become of it since, told by the rules of this moment.

import { canonicalHost } from '../../allow/canonical-host.ts'
import type { Denial } from '../../allow/denials.ts'
import type { EgressPlan } from '../../allow/plan.ts'
import { suspicionOf, type Suspicion } from '../../allow/suspicion.ts'
import { decideEgress } from '../../decide/egress.ts'
import { suffixKind } from '../../config/public-suffix.ts'
import { keyOf, type Ignoring } from './ignored.ts'

/** What has become of a refused call since. */
export type DenialState =
  | { readonly kind: 'refused' }
  /** `untilMs` null: for good. */
  | { readonly kind: 'allowed'; readonly rule: string; readonly untilMs: number | null }
  | { readonly kind: 'expired'; readonly rule: string; readonly sinceMs: number }
  | {
      readonly kind: 'ignored'
      readonly note: string
      readonly by: string
      readonly atMs: number
    }

/** A rule for every name beside this one, and who could own such names. */
export interface WiderHost {
  /** `*.example.com` */
  readonly pattern: string
  /** `registry`: strangers can buy names there, so no rule may say it; `hosting`: customers of its owner have them. */
  readonly sharedBy: 'registry' | 'hosting' | null
}

export interface DeniedCall extends Denial {
  readonly state: DenialState
  /** null: a rule may be made for it by one click. */
  readonly suspicion: Suspicion | null
  /** null where there is none: an address, or a name without a parent of two labels. */
  readonly wider: WiderHost | null
}

/** Words that a rule for the host would have made an end to; the others stay refused whatever it says. */
const MENDED: ReadonlySet<string> = new Set(['no_rule', 'port_not_allowed', 'rule_expired'])

/** `plan` null: there is no egress any more, and nothing is allowed. */
export function deniedCalls(
  denials: readonly Denial[],
  plan: EgressPlan | null,
  ignored: ReadonlyMap<string, Ignoring>,
  nowMs: number,
): readonly DeniedCall[] {
  const ends = new Map(plan?.rules.map(({ name, expiresMs }) => [name, expiresMs]))
  return denials.map((denial) => {
    const { caller, host, port, answer } = denial
    const note = ignored.get(keyOf({ from: caller, host, port }))
    const state = stateOf(denial, plan, ends, nowMs)
    return {
      ...denial,
      state: note === undefined || state.kind === 'allowed' ? state : ignoredState(note),
      suspicion: suspicionOf(host, answer),
      wider: widerThan(host),
    }
  })
}

function ignoredState({ note, by, atMs }: Ignoring): DenialState {
  return { kind: 'ignored', note, by, atMs }
}

function stateOf(
  { caller, host: text, port, reason }: Denial,
  plan: EgressPlan | null,
  ends: ReadonlyMap<string, number | null>,
  nowMs: number,
): DenialState {
  const host = canonicalHost(text)
  if (plan === null || host.kind === 'refused' || !MENDED.has(reason)) return { kind: 'refused' }
  const facts = { caller, form: 'connect', host, port, method: null, path: null } as const
  const decision = decideEgress(facts, plan, nowMs)
  const { rule } = decision
  const endMs = ends.get(rule) ?? null
  if (decision.reason === 'allowed') {
    return { kind: 'allowed', rule, untilMs: endMs }
  }
  if (decision.reason !== 'rule_expired') return { kind: 'refused' }
  return { kind: 'expired', rule, sinceMs: endMs ?? nowMs }
}

function widerThan(host: string): WiderHost | null {
  const canonical = canonicalHost(host)
  if (canonical.kind !== 'name') return null
  const parent = canonical.name.slice(canonical.name.indexOf('.') + 1)
  const isName = parent !== canonical.name && parent.includes('.')
  return isName ? { pattern: `*.${parent}`, sharedBy: suffixKind(parent) } : null
}
