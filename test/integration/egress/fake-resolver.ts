// DNS as a table that tests change at will, and a count of what it was asked.

import type { Resolution, Resolver } from '../../../gateway/egress/resolver.ts'

/** An answer for ever, or whatever comes next. */
export type Zone = readonly string[] | (() => Promise<Resolution> | Resolution)

export class FakeResolver implements Resolver {
  readonly zones = new Map<string, Zone>()
  /** Names in the order they were asked for. */
  readonly asked: string[] = []

  resolve(name: string): Promise<Resolution> {
    this.asked.push(name)
    const zone = this.zones.get(name)
    if (zone === undefined) return Promise.resolve({ kind: 'failed', reason: 'dns_not_found' })
    if (typeof zone === 'function') return Promise.resolve(zone())
    return Promise.resolve({ kind: 'found', addresses: zone, ttlMs: 60_000 })
  }
}
