// Whether a call may leave: the steps before any DNS query, and the one after a tunnel's first bytes; pure functions.
// The data plane, dry run, explain and policy tests all call these; nobody else decides.

import {
  hostText,
  isSameHost,
  canonicalHost,
  type CanonicalHost,
  type RefusedHost,
} from '../allow/canonical-host.ts'
import type { HelloResult } from '../allow/client-hello.ts'
import { modeInForce } from '../allow/mode.ts'
import type {
  EgressMode,
  EgressPlan,
  EgressRule,
  EgressTarget,
  PathMatch,
  RuleEntry,
} from '../allow/plan.ts'
import { allow, deny, type Decision } from '../../sidecar/policy/decision.ts'

/** `connect`: a tunnel; `absolute`: plain HTTP that is passed on; `originate`: plain HTTP that goes out as TLS. */
export type EgressForm = 'connect' | 'absolute' | 'originate'

export interface EgressFacts {
  /** Service name of the certificate, name of the proxy token, or `anonymous`. */
  readonly caller: string
  readonly form: EgressForm
  readonly host: CanonicalHost | RefusedHost
  /** The port that would be dialled: of `originate`, the external's. */
  readonly port: number
  /** null for a tunnel. */
  readonly method: string | null
  /** Canonical, without query; null for a tunnel. */
  readonly path: string | null
}

/** Stable words; each is log field, metric label and problem code. */
export type EgressReason =
  | 'allowed'
  | 'malformed_host'
  | 'denied_by_rule'
  | 'no_rule'
  | 'address_literal'
  | 'port_not_allowed'
  | 'protocol_not_allowed'
  | 'method_not_allowed'
  | 'path_not_allowed'
  | 'rule_expired'
  | 'sni_missing'
  | 'sni_mismatch'
  | 'not_tls'
  | 'hello_malformed'
  | 'hello_too_long'

export interface EgressDecision extends Decision {
  readonly reason: EgressReason
  /** The mode in force for this call: of the rule that came nearest, of the caller's rules, or of the node. */
  readonly mode: EgressMode
  /** true: `enforce` would refuse this; the verdict is `allow` only because of `mode`. */
  readonly wouldDeny: boolean
  /** The tunnel must begin with a ClientHello that names this host: see decideHello. */
  readonly checkHello: boolean
}

type Miss = Exclude<EgressReason, 'allowed'>

/** How far a call came with an entry before it failed, so that the answer names what is nearest to a fix. */
const NEARNESS: readonly Miss[] = [
  'port_not_allowed',
  'protocol_not_allowed',
  'method_not_allowed',
  'path_not_allowed',
  'rule_expired',
]

/**
 * Host → deny entries → allow entries → mode. A deny entry wins over every allow and every mode, and so does a host that
 * cannot be read. The addresses behind the host are no part of this: they are vetted in every mode (allow/vet.ts).
 */
export function decideEgress(facts: EgressFacts, plan: EgressPlan, nowMs: number): EgressDecision {
  const { caller, host } = facts
  const callerMode = plan.index.modeOf(caller, nowMs) ?? modeInForce(plan, nowMs)
  if (host.kind === 'refused') {
    const reason = host.reason === 'address_spelling' ? 'address_literal' : 'malformed_host'
    const data = { detail: host.reason, address: host.address }
    return refuse(deny(reason, '', data), callerMode)
  }
  const found = plan.index.find(caller, host)
  const denied = found.deny.find(({ target }) => isPortOf(target, facts.port))
  if (denied !== undefined) {
    const data = { target: denied.target.text }
    return refuse(deny('denied_by_rule', denied.rule.name, data), callerMode)
  }
  let nearest: { entry: RuleEntry; miss: Miss } | null = null
  for (const entry of found.allow) {
    const miss = missOf(entry, facts, nowMs)
    if (miss === null) return accept(entry, facts, entry.rule.mode ?? callerMode)
    if (nearest === null || NEARNESS.indexOf(miss) > NEARNESS.indexOf(nearest.miss)) {
      nearest = { entry, miss }
    }
  }
  const mode = (nearest === null ? null : modeOf(nearest.entry.rule, nowMs)) ?? callerMode
  const none = host.kind === 'address' ? 'address_literal' : 'no_rule'
  const refusal =
    nearest === null
      ? deny(none)
      : deny(nearest.miss, nearest.entry.rule.name, { target: nearest.entry.target.text })
  return lendsCredential(facts, host, plan) ? refuse(refusal, mode) : soften(refusal, mode)
}

/**
 * The second half of a tunnel's decision, once its first bytes are there; only where `first.checkHello`. The server name
 * must be the host that was decided on, or the tunnel could be meant for another site on the same address. An
 * encrypted ClientHello shows its provider's name and so does not pass; GREASE of it changes nothing.
 */
export function decideHello(
  hello: HelloResult,
  host: CanonicalHost,
  first: EgressDecision,
): EgressDecision {
  const reason = helloFault(hello, host)
  if (reason === null) return first
  const serverName = hello.kind === 'hello' ? hello.serverName : null
  return soften(deny(reason, first.rule, { ...first.data, serverName }), first.mode)
}

const HELLO_FAULTS = {
  not_tls: 'not_tls',
  malformed: 'hello_malformed',
  too_long: 'hello_too_long',
} as const

function helloFault(hello: HelloResult, host: CanonicalHost): Miss | null {
  if (hello.kind !== 'hello') return HELLO_FAULTS[hello.kind]
  // RFC 6066 section 3: addresses are never sent as server names, so there is nothing to compare.
  if (hello.serverName === null) return host.kind === 'address' ? null : 'sni_missing'
  const named = canonicalHost(hello.serverName)
  return named.kind !== 'refused' && isSameHost(named, host) ? null : 'sni_mismatch'
}

/** Why an entry about this host does not let the call through, or null where it does. */
function missOf({ rule, target }: RuleEntry, facts: EgressFacts, nowMs: number): Miss | null {
  if (!isPortOf(target, facts.port)) return 'port_not_allowed'
  if (!isFormOf(target, facts)) return 'protocol_not_allowed'
  const { methods, paths } = target
  if (methods !== null && (facts.method === null || !methods.has(facts.method))) {
    return 'method_not_allowed'
  }
  const { path } = facts
  if (paths !== null && (path === null || !paths.some((match) => isPathOf(match, path)))) {
    return 'path_not_allowed'
  }
  return isExpired(rule, nowMs) ? 'rule_expired' : null
}

/** Of a rule that has expired nothing is left, or its mode would let through what it once allowed. */
function modeOf(rule: EgressRule, nowMs: number): EgressMode | null {
  return isExpired(rule, nowMs) ? null : rule.mode
}

function isExpired({ expiresMs }: EgressRule, nowMs: number): boolean {
  return expiresMs !== null && expiresMs <= nowMs
}

function isPortOf({ ports }: EgressTarget, port: number): boolean {
  return ports.length === 0 || ports.includes(port)
}

function isFormOf(target: EgressTarget, { form }: EgressFacts): boolean {
  switch (target.protocol) {
    case null:
      // What says methods or paths is about requests that can be seen.
      return form !== 'connect' || (target.methods === null && target.paths === null)
    case 'tls':
      return form !== 'absolute'
    case 'tcp':
      return form === 'connect'
    case 'http':
      return form !== 'connect'
  }
}

function isPathOf(match: PathMatch, path: string): boolean {
  if (path === match.path) return true
  return match.kind === 'below' && path.startsWith(match.path === '/' ? '/' : `${match.path}/`)
}

/** No mode hands a credential to a caller that no rule names. */
function lendsCredential(facts: EgressFacts, host: CanonicalHost, plan: EgressPlan): boolean {
  if (facts.form !== 'originate') return false
  const external = plan.external.get(hostText(host))
  return external !== undefined && (external.headers.length > 0 || external.tls.keyPem !== null)
}

function accept({ rule, target }: RuleEntry, facts: EgressFacts, mode: EgressMode): EgressDecision {
  const checkHello = facts.form === 'connect' && target.protocol !== 'tcp'
  const decision = allow('allowed', rule.name, { target: target.text })
  return { ...decision, reason: 'allowed', mode, wouldDeny: false, checkHello }
}

function refuse(refusal: Decision, mode: EgressMode): EgressDecision {
  const reason = refusal.reason as Miss
  return { ...refusal, reason, mode, wouldDeny: true, checkHello: false }
}

function soften(refusal: Decision, mode: EgressMode): EgressDecision {
  const decision = refuse(refusal, mode)
  return mode === 'enforce' ? decision : { ...decision, verdict: 'allow' }
}
