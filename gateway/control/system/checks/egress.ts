// The way out: that the mode in force is the configured one, and that what no rule names is refused, by asking the same
// decision that the data plane asks; nothing is dialled.

import { canonicalHost } from '../../../allow/canonical-host.ts'
import { modeInForce } from '../../../allow/mode.ts'
import { ANONYMOUS, type EgressMode, type EgressPlan } from '../../../allow/plan.ts'
import { vet } from '../../../allow/vet.ts'
import { decideEgress } from '../../../decide/egress.ts'
import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'
import { shortList } from './shown.ts'

/** Where credentials of machines are to be had, and this machine itself. */
const INSIDE = ['169.254.169.254', '127.0.0.1', '::1']
const HTTPS = 443

export function checkEgress({ plan, nowMs, running, probes }: CheckContext): readonly Finding[] {
  if (plan === null) return []
  const { egress } = plan
  if (egress === null) return [{ id: 'egress.mode', status: 'ok', say: (t) => t.egressNone() }]
  const configured = modeInForce(egress, nowMs)
  const inForce = running === null ? configured : running.egressMode
  return [
    mode(configured, inForce),
    denial(egress, probes.strangeHost(), nowMs),
    inside(egress.network),
  ]
}

/** `inForce` null: the data plane has none. */
function mode(configured: EgressMode, inForce: EgressMode | null): Finding {
  const id = 'egress.mode'
  if (inForce !== configured) {
    return { id, status: 'failed', say: (t) => t.egressDiffers(configured, inForce ?? '-') }
  }
  return configured === 'enforce'
    ? { id, status: 'ok', say: (t) => t.egressEnforced() }
    : { id, status: 'warning', say: (t) => t.egressNotEnforced(configured) }
}

function denial(egress: EgressPlan, strange: string, nowMs: number): Finding {
  const id = 'egress.deny'
  const callers = callersOf(egress)
  const host = canonicalHost(strange)
  const question = { form: 'connect', host, port: HTTPS, method: null, path: null } as const
  const passed = callers.filter(
    (caller) => decideEgress({ caller, ...question }, egress, nowMs).verdict === 'allow',
  )
  if (passed.length === 0) return { id, status: 'ok', say: (t) => t.denyProven(callers.length) }
  const status = modeInForce(egress, nowMs) === 'enforce' ? 'failed' : 'warning'
  return { id, status, say: (t) => t.denyOpen(shortList(passed)) }
}

function callersOf({ rules, tokens }: EgressPlan): readonly string[] {
  const named = rules.flatMap(({ from }) => from ?? [])
  return [...new Set([ANONYMOUS, ...tokens.map(({ name }) => name), ...named])]
}

function inside({ allow, deny }: EgressPlan['network']): Finding {
  const id = 'egress.inside'
  const rules = { allow, deny, own: { listeners: [], machine: new Set<string>() } }
  const open = INSIDE.filter((address) => vet([address], rules, HTTPS).kind === 'ok')
  return open.length === 0
    ? { id, status: 'ok', say: (t) => t.insideClosed() }
    : { id, status: 'warning', say: (t) => t.insideOpen(open.join(', ')) }
}
