// From a destination that was decided on to addresses that may be dialled: resolved once, every address classified.

import type { AddressClass } from '../allow/address-class.ts'
import type { CanonicalHost } from '../allow/canonical-host.ts'
import { vet, type ForbiddenReason, type VettingRules } from '../allow/vet.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { ResolutionFault, Resolver } from './resolver.ts'

/** What is known of a destination's addresses; `addresses` is what DNS said, for records only. */
export type Located =
  | {
      readonly kind: 'vetted'
      /** May be dialled; canonical, at least one. */
      readonly addresses: readonly string[]
      readonly dnsMs: number
    }
  | {
      readonly kind: 'forbidden'
      readonly addresses: readonly string[]
      readonly addressClass: AddressClass
      /** For records only: it would tell the caller about the inside. */
      readonly why: ForbiddenReason
      readonly dnsMs: number
    }
  | { readonly kind: 'failed'; readonly reason: ResolutionFault; readonly dnsMs: number }

export class Locator {
  readonly #resolver: Resolver
  readonly #clock: Clock
  readonly #rules: () => VettingRules

  /** `rules`: those of this moment. */
  constructor(resolver: Resolver, clock: Clock, rules: () => VettingRules) {
    this.#resolver = resolver
    this.#clock = clock
    this.#rules = rules
  }

  /** Never rejects. Asks DNS at most once, and not at all for an address. */
  async locate(host: CanonicalHost, port: number): Promise<Located> {
    if (host.kind === 'address') return this.#vet([host.address], port, 0)
    const startedMs = this.#clock.monotonicMs()
    const resolution = await this.#resolver.resolve(host.name)
    const dnsMs = this.#clock.monotonicMs() - startedMs
    if (resolution.kind === 'failed') return { ...resolution, dnsMs }
    return this.#vet(resolution.addresses, port, dnsMs)
  }

  #vet(addresses: readonly string[], port: number, dnsMs: number): Located {
    const vetting = vet(addresses, this.#rules(), port)
    if (vetting.kind === 'ok') return { kind: 'vetted', addresses: vetting.addresses, dnsMs }
    return {
      kind: 'forbidden',
      addresses,
      addressClass: vetting.class,
      why: vetting.reason,
      dnsMs,
    }
  }
}
