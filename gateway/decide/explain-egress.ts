// Why a call may or may not leave: the egress decision, the rules that speak about it, and where they stand.

import { hostText, parseAuthority } from '../allow/canonical-host.ts'
import type { EgressPlan } from '../allow/plan.ts'
import type { ConfigPath } from '../../sidecar/runtime/problem.ts'
import { decideEgress, type EgressFacts, type EgressForm } from './egress.ts'
import { Trace, type Explanation } from './explain.ts'

export interface EgressQuestion {
  /** Name of the calling service or proxy token, or `anonymous`. */
  readonly caller: string
  /** `host` or `host:port`; the default port is 443, or 80 for plain HTTP. */
  readonly target: string
  /** Default: `originate` where the host is one of `external:`, `absolute` where a method is named, else `connect`. */
  readonly form?: EgressForm
  readonly method?: string
  readonly path?: string
}

/** Before any DNS query: the addresses behind the name are vetted besides, in every mode. Pure. */
export function explainEgress(
  question: EgressQuestion,
  plan: EgressPlan,
  nowMs: number,
): Explanation {
  const facts = factsOf(question, plan)
  const { caller, host, port } = facts
  const decision = decideEgress(facts, plan, nowMs)
  const trace = new Trace()
  trace.pass('caller', { detail: caller })
  const named = host.kind === 'refused' ? question.target : `${hostText(host)}:${port}`
  if (host.kind === 'refused') trace.fail('host', { reason: decision.reason, detail: host.reason })
  else trace.pass('host', { detail: `${named} by ${facts.form}` })
  const at = ruleAt(decision.rule, plan)
  const entries = host.kind === 'refused' ? [] : plan.index.find(caller, host).allow
  const near = entries.map(({ rule, target }) => `${rule.name}: ${target.text}`).slice(0, 10)
  const detail = near.length === 0 ? `no rule names ${named} for ${caller}` : near.join('; ')
  const { rule, reason, wouldDeny } = decision
  if (wouldDeny && decision.verdict === 'deny') trace.fail('rule', { reason, rule, detail, at })
  else trace.pass('rule', { reason, rule, detail, at })
  const mode = wouldDeny ? `${decision.mode}: enforce would refuse it` : decision.mode
  trace.pass('mode', { detail: mode, at: rule === '' ? ['egress', 'mode'] : at })
  trace.skip('addresses', {
    reason: 'not_known',
    detail: 'every address behind the name is vetted when it is dialled',
    at: ['egress', 'network'],
  })
  const isDenied = decision.verdict === 'deny'
  const status = isDenied ? 403 : null
  const { verdict } = decision
  const word = verdict === 'allow' ? 'ok' : reason
  return {
    plane: 'egress',
    verdict,
    status,
    reason: word,
    rule,
    route: null,
    service: null,
    steps: trace.steps,
    lost: [],
  }
}

function factsOf(
  { caller, target, form, method, path }: EgressQuestion,
  plan: EgressPlan,
): EgressFacts {
  const plain = parseAuthority(target, 80)
  const external = plain.kind === 'refused' ? undefined : plan.external.get(hostText(plain.host))
  const isVisible = method !== undefined || path !== undefined
  const wanted =
    form ?? (!isVisible ? 'connect' : external === undefined ? 'absolute' : 'originate')
  const authority = parseAuthority(target, wanted === 'absolute' ? 80 : 443)
  const isTunnel = wanted === 'connect'
  const seen = isTunnel
    ? { method: null, path: null }
    : { method: method ?? 'GET', path: path ?? '/' }
  if (authority.kind === 'refused')
    return { caller, form: wanted, host: authority, port: 0, ...seen }
  const port = wanted === 'originate' ? (external?.port ?? authority.port) : authority.port
  return { caller, form: wanted, host: authority.host, port, ...seen }
}

function ruleAt(name: string, { rules }: EgressPlan): ConfigPath {
  const index = rules.findIndex((rule) => rule.name === name)
  return index === -1 ? ['egress', 'rules'] : ['egress', 'rules', index]
}
