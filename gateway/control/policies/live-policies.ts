// Policies of the running node: asked of the plan that is served, and of what its workers have on record.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Operation } from '../admin/operation.ts'
import type { Live } from '../live/live.ts'
import { systemResolve } from './guarded-fetch.ts'
import { policyOperations } from './operations.ts'
import { Policies, type PoliciesOptions } from './policies.ts'

export interface LivePoliciesOptions extends Pick<
  PoliciesOptions,
  'ports' | 'addresses' | 'keySources'
> {
  readonly clock: Clock
  readonly view: Live
}

export function livePolicyOperations({ view, ...rest }: LivePoliciesOptions): readonly Operation[] {
  const policies = new Policies({
    ...rest,
    plan: () => view.explainer.plan,
    recent: async (id) => (await view.requests({ id }, 1)).requests[0] ?? null,
    recentOf: async (route, limit) => (await view.requests({ route }, limit)).requests,
    resolve: systemResolve,
  })
  return policyOperations(policies)
}
