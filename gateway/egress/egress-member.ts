// Egress together with its membership of the mesh, which its mesh door needs before it can open.

import type { Denial } from '../allow/denials.ts'
import type { Observation } from '../allow/observations.ts'
import type { EgressPlan } from '../allow/plan.ts'
import type { CountRow } from '../decide/explain-messages.ts'
import { Membership, type MeshNews, type MeshQuestion } from '../mesh/membership.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { Egress, type EgressDeps } from './egress.ts'

const MEMBER = 'system/egress'
/** Control answers within milliseconds, or is not there. */
const IDENTITY_MS = 10_000
/** An operator sees a refusal this much later at most. */
const TELL_MS = 500

export interface EgressMemberDeps extends EgressDeps {
  /** Asks control about the mesh; what it answers comes by `hear`. */
  readonly ask: (question: MeshQuestion) => void
  /** What was refused and what was learned since the last time. */
  readonly tell: (denials: readonly Denial[], observations: readonly Observation[]) => void
  /** What was asked since the last time. */
  readonly tellCounts: (rows: readonly CountRow[]) => void
}

export class EgressMember {
  readonly egress: Egress
  readonly #deps: EgressMemberDeps
  #membership: Membership | null = null
  #cancelTelling = (): void => {}

  constructor(deps: EgressMemberDeps) {
    this.#deps = deps
    this.egress = new Egress(deps)
    this.#tellLater()
  }

  /** `trustDomain` null: there is no mesh. Rejects as `Egress.apply`, and where control gives no identity in time. */
  async apply(plan: EgressPlan | null, trustDomain: string | null): Promise<void> {
    const before = this.#membership
    const isMember = trustDomain !== null && plan !== null && plan.mesh !== null
    if (!isMember) {
      await this.egress.apply(plan, null)
      this.#membership = null
      before?.close()
      return
    }
    const membership = before?.trustDomain === trustDomain ? before : this.#join(trustDomain)
    this.#membership = membership
    await this.#ready(membership)
    await this.egress.apply(plan, membership.identity)
    if (before !== membership) before?.close()
  }

  hear(news: MeshNews): void {
    if (news.member === MEMBER) this.#membership?.hear(news)
  }

  async close(graceMs: number): Promise<void> {
    this.#cancelTelling()
    await this.egress.close(graceMs)
    this.#membership?.close()
  }

  #tellLater(): void {
    this.#cancelTelling = this.#deps.clock.after(TELL_MS, () => {
      const denials = this.egress.drainDenials()
      const observations = this.egress.drainObservations()
      if (denials.length + observations.length > 0) this.#deps.tell(denials, observations)
      const rows = this.egress.drainCounts()
      if (rows.length > 0) this.#deps.tellCounts(rows)
      this.#tellLater()
    })
  }

  #join(trustDomain: string): Membership {
    const { clock, random, log, ask } = this.#deps
    const onSnapshot = (): void => undefined
    const options = { member: MEMBER, trustDomain, clock, random, log, ask, onSnapshot } as const
    const membership = new Membership(options)
    membership.start()
    return membership
  }

  async #ready(membership: Membership): Promise<void> {
    const late = Promise.withResolvers<never>()
    const cancel = this.#deps.clock.after(IDENTITY_MS, () => {
      late.reject(new SallyportError('no_identity', 'control gave egress no certificate'))
    })
    try {
      await Promise.race([membership.ready, late.promise])
    } finally {
      cancel()
    }
  }
}
