// Why a sidecar lets a call in or not: the decision of its rules, and where they stand.

import { canonicalService } from '../config/mesh-rules.ts'
import type { MeshPlan } from '../config/mesh.ts'
import { canonicalTarget } from '../../sidecar/forward/path.ts'
import { spiffeIdOf } from '../../sidecar/identity/spiffe-id.ts'
import { authorize } from '../../sidecar/policy/authorize.ts'
import { Trace, type Explanation } from './explain.ts'

export interface MeshCallQuestion {
  /** Names of services; `edge` and `egress` are the gateway itself. */
  readonly from: string
  readonly to: string
  readonly method: string
  readonly path: string
}

const GATEWAY: Readonly<Record<string, string>> = { edge: 'system/edge', egress: 'system/egress' }

/** Pure. Throws TypeError for a name that no service can have. */
export function explainMesh(question: MeshCallQuestion, plan: MeshPlan): Explanation {
  const { from, method } = question
  const to = canonicalService(question.to)
  const callerId = spiffeIdOf(plan.trustDomain, GATEWAY[from] ?? from)
  const rules = plan.authorize.get(to) ?? []
  const trace = new Trace()
  trace.pass('caller', { detail: callerId })
  const target = canonicalTarget(question.path)
  if ('reason' in target) {
    trace.fail('path', { reason: target.reason, detail: question.path })
    return explanation(trace, 400, to)
  }
  trace.pass('path', { detail: target.path })
  const decision = authorize(rules, { callerId, method, path: target.path })
  const { reason, rule } = decision
  const detail =
    rules.length === 0
      ? `no rule speaks about ${to}`
      : `${from} calls ${to}: ${method} ${target.path}; ${rules.length} rules speak about ${to}`
  const words = { reason, rule, detail, at: ['mesh', 'authorize'] }
  if (decision.verdict === 'allow') trace.pass('rule', words)
  else trace.fail('rule', words)
  return explanation(trace, decision.verdict === 'allow' ? null : 403, to)
}

function explanation(trace: Trace, status: number | null, service: string): Explanation {
  const { failed, steps } = trace
  return {
    plane: 'mesh',
    verdict: failed === null ? 'allow' : 'deny',
    status,
    reason: failed?.reason ?? 'ok',
    rule: failed?.rule ?? '',
    route: null,
    service,
    steps,
    lost: [],
  }
}
