// The addresses of this machine, which egress must never be talked into dialling at its own doors' ports.

import { networkInterfaces } from 'node:os'
import { canonicalAddress } from '../../sidecar/forward/address.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'

/** Interfaces come and go; asking the system for each dial would cost more than the dial. */
const KEEP_MS = 10_000

/** Canonical addresses, at most ten seconds old. */
export function machineAddresses(clock: Pick<Clock, 'monotonicMs'>): () => ReadonlySet<string> {
  let known: ReadonlySet<string> = new Set()
  let readAtMs = -Infinity
  return () => {
    const nowMs = clock.monotonicMs()
    if (nowMs - readAtMs < KEEP_MS) return known
    readAtMs = nowMs
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    known = new Set(
      all.map(({ address }) => canonicalAddress(address)).filter((one) => one !== null),
    )
    return known
  }
}
