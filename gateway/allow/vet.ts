// Whether the addresses a name resolved to may be dialled: all of them must be, or none is.

import { canonicalAddress, inRanges, type AddressRange } from '../../sidecar/forward/address.ts'
import { addressBytes, classifyAddress, embeddedIpv4, type AddressClass } from './address-class.ts'

export interface ListenAddress {
  readonly address: string
  readonly port: number
}

export interface VettingRules {
  /** Ranges that are opened although they are not public. */
  readonly allow: readonly AddressRange[]
  /** Beats `allow`. */
  readonly deny: readonly AddressRange[]
  readonly own: {
    /** Every port this program listens on, where it was bound to (`0.0.0.0` and `::` too). */
    readonly listeners: readonly ListenAddress[]
    /** Canonical addresses of this machine. */
    readonly machine: ReadonlySet<string>
  }
}

export type ForbiddenReason =
  /** Of a class that is not public, and not opened. */
  | 'address_not_public'
  | 'address_denied'
  /** A door of our own: the request would come back. */
  | 'own_listener'
  /** The answer held no address. */
  | 'no_address'

export type Vetting =
  /** Canonical, each once, in the order given, at most MAX_ADDRESSES. */
  | { readonly kind: 'ok'; readonly addresses: readonly string[] }
  | {
      readonly kind: 'forbidden'
      /** For records only: it would tell a caller about the inside. */
      readonly address: string
      readonly class: AddressClass
      readonly reason: ForbiddenReason
    }

/** Every address of an answer is checked; no more than these are ever tried. */
export const MAX_ADDRESSES = 16

/** One forbidden address refuses all: among public ones it is an attack or a mistake, never something to pick around. */
export function vet(addresses: readonly string[], rules: VettingRules, port: number): Vetting {
  const good = new Set<string>()
  for (const text of addresses) {
    const reason = forbidden(text, rules, port)
    const address = canonicalAddress(text) ?? text
    if (reason !== null) {
      return { kind: 'forbidden', address, class: classifyAddress(text), reason }
    }
    if (good.size < MAX_ADDRESSES) good.add(address)
  }
  if (good.size > 0) return { kind: 'ok', addresses: [...good] }
  return { kind: 'forbidden', address: '', class: 'invalid', reason: 'no_address' }
}

function forbidden(address: string, rules: VettingRules, port: number): ForbiddenReason | null {
  const embedded = embeddedIpv4(address)
  if (isDenied(address, rules) || (embedded !== null && isDenied(embedded, rules))) {
    return 'address_denied'
  }
  if (isOwn(address, rules, port) || (embedded !== null && isOwn(embedded, rules, port))) {
    return 'own_listener'
  }
  return isOpen(address, rules.allow) ? null : 'address_not_public'
}

function isDenied(address: string, { deny }: VettingRules): boolean {
  return inRanges(address, deny)
}

function isOpen(address: string, allow: readonly AddressRange[]): boolean {
  const name = classifyAddress(address)
  if (name === 'public') return true
  if (name === 'invalid' || name === 'unspecified') return false
  const embedded = embeddedIpv4(address)
  if (embedded === null) return isListed(address, name, allow)
  // A range around a translation prefix opens nothing that the address inside would not be let through for itself.
  const isMapped = !canonicalAddress(address)!.includes(':')
  return !isMapped && inRanges(address, allow) && isOpen(embedded, allow)
}

/** A wide range never opens a metadata service by the way: it takes the very address. */
function isListed(address: string, name: AddressClass, allow: readonly AddressRange[]): boolean {
  if (name !== 'metadata') return inRanges(address, allow)
  return allow.some((range) => {
    return range.bits === addressBytes(address)!.length * 8 && inRanges(address, [range])
  })
}

function isOwn(address: string, { own }: VettingRules, port: number): boolean {
  const canonical = canonicalAddress(address)
  return own.listeners.some((listener) => {
    if (listener.port !== port) return false
    if (listener.address === '0.0.0.0' || listener.address === '::') {
      const isHere = canonical !== null && own.machine.has(canonical)
      return isHere || classifyAddress(address) === 'loopback'
    }
    return listener.address === canonical
  })
}
