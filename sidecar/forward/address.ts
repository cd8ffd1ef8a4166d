// IP addresses as values: one spelling for each, ranges, and whose address a request really comes from.

import { isIPv4, isIPv6 } from 'node:net'

/** An address range; make one with `parseRange`. */
export interface AddressRange {
  /** Canonical: `10.0.0.0/8`, `2001:db8::/32`, or a single address. */
  readonly text: string
  /** The network address as 32-bit words: one for IPv4, four for IPv6. */
  readonly words: readonly number[]
  /** Prefix length: 0–32 or 0–128. */
  readonly bits: number
}

const MAPPED_PREFIX_BITS = 96

/**
 * The one spelling of an address: dotted decimal, or lower-case compressed IPv6 (RFC 5952) without brackets;
 * IPv4-mapped IPv6 is folded to IPv4. null for anything else, a zone id (`fe80::1%eth0`) included.
 */
export function canonicalAddress(text: string): string | null {
  if (isIPv4(text)) return text
  // How a dual-stack listener spells every IPv4 peer.
  if (text.startsWith('::ffff:') && isIPv4(text.slice(7))) return text.slice(7)
  const words = addressWords(text)
  return words === null ? null : formatWords(words)
}

/**
 * The client's address: `peer`, or what the trusted hops in front of us said in X-Forwarded-For, counted from the
 * right (RFC 7239 section 5.2 explains the order). `forwardedFor` holds the values of all such fields in the order received;
 * with fewer entries than `trustedHops` the leftmost counts, and any believed entry that is not an address makes
 * the answer `peer`.
 */
export function clientAddress(
  peer: string,
  forwardedFor: readonly string[],
  trustedHops: number,
): string {
  let client = canonicalAddress(peer) ?? peer
  if (trustedHops === 0) return client
  const peerAddress = client
  let hops = 0
  for (let field = forwardedFor.length - 1; field >= 0; field--) {
    const value = forwardedFor[field]!
    // Only the believed end is read: the rest is the client's to fill, up to the header limit.
    let end = value.length
    while (end >= 0) {
      const comma = end === 0 ? -1 : value.lastIndexOf(',', end - 1)
      const entry = value.slice(comma + 1, end).trim()
      end = comma
      if (entry === '') continue
      const address = canonicalAddress(withoutPort(entry))
      if (address === null) return peerAddress
      client = address
      if (++hops === trustedHops) return client
    }
  }
  return client
}

/** `10.0.0.0/8`, `2001:db8::/32` or a single address; bits behind the prefix are cleared. null for anything else. */
export function parseRange(text: string): AddressRange | null {
  const [address = '', prefix, ...rest] = text.split('/')
  if (rest.length > 0 || (prefix !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(prefix))) return null
  const raw = isIPv4(address) ? ipv4Words(address) : ipv6Words(address)
  if (raw === null) return null
  const rawBits = prefix === undefined ? raw.length * 32 : Number(prefix)
  if (rawBits > raw.length * 32) return null
  const folds = isMapped(raw) && rawBits >= MAPPED_PREFIX_BITS
  const bits = folds ? rawBits - MAPPED_PREFIX_BITS : rawBits
  const words = (folds ? raw.slice(3) : raw).map((word, index) => (word & mask(bits, index)) >>> 0)
  const network = formatWords(words)
  return { text: prefix === undefined ? network : `${network}/${bits}`, words, bits }
}

/**
 * Whether a canonical address lies in one of the ranges. Families never mix: `::/0` is every IPv6 address and no IPv4
 * one. What is not an address is in no range. The cost grows with the number of ranges.
 */
export function inRanges(address: string, ranges: readonly AddressRange[]): boolean {
  const words = addressWords(address)
  return words !== null && ranges.some((range) => contains(range, words))
}

function contains(range: AddressRange, words: readonly number[]): boolean {
  if (range.words.length !== words.length) return false
  for (let index = 0; index * 32 < range.bits; index++) {
    if (((words[index]! ^ range.words[index]!) & mask(range.bits, index)) !== 0) return false
  }
  return true
}

/** The network mask's 32-bit word number `index`. */
function mask(bits: number, index: number): number {
  const left = bits - index * 32
  if (left >= 32) return -1
  // A shift by 32 is a shift by 0.
  return left <= 0 ? 0 : -1 << (32 - left)
}

function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)
  if (bracketed) return bracketed[1]!
  const dotted = /^([\d.]+):\d{1,5}$/.exec(entry)
  return dotted ? dotted[1]! : entry
}

/** One word for IPv4 (mapped or not), four for IPv6, null for what is no address. */
function addressWords(text: string): readonly number[] | null {
  if (isIPv4(text)) return ipv4Words(text)
  const words = ipv6Words(text)
  return words !== null && isMapped(words) ? words.slice(3) : words
}

function isMapped(words: readonly number[]): boolean {
  return words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff
}

function ipv4Words(text: string): readonly number[] {
  return [text.split('.').reduce((word, octet) => word * 256 + Number(octet), 0)]
}

function ipv6Words(text: string): readonly number[] | null {
  if (!isIPv6(text) || text.includes('%')) return null
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(text)
  const hex = dotted ? dotted[1]! + dottedAsHex(dotted[2]!) : text
  const [head = '', tail] = hex.split('::')
  const before = hexGroups(head)
  const after = tail === undefined ? [] : hexGroups(tail)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  const groups = [...before, ...zeros, ...after]
  return [0, 2, 4, 6].map((index) => groups[index]! * 0x10000 + groups[index + 1]!)
}

function dottedAsHex(dotted: string): string {
  const word = ipv4Words(dotted)[0]!
  return `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`
}

function hexGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}

function formatWords(words: readonly number[]): string {
  if (words.length === 1) {
    const word = words[0]!
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
  }
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff])
  const { start, length } = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (length < 2) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

/** The leftmost longest run of zero groups (RFC 5952 section 4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (let index = 0; index < groups.length; index++) {
    if (groups[index] !== 0) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  }
  return best
}
