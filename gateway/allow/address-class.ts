// What kind of place an IP address is, read from its bytes: only what is known to be public counts as public.

import { canonicalAddress } from '../../sidecar/forward/address.ts'

/**
 * `ipv4_mapped`, `nat64`, `6to4`, `teredo`, `isatap` and `ipv4_compatible` carry an IPv4 address that is public; where
 * the one they carry is not, its own class is told instead. `invalid` is no address at all.
 */
export type AddressClass =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'link_local'
  | 'metadata'
  | 'cgnat'
  | 'multicast'
  | 'broadcast'
  | 'documentation'
  | 'benchmark'
  | 'ipv4_mapped'
  | 'ipv4_compatible'
  | 'nat64'
  | '6to4'
  | 'teredo'
  | 'isatap'
  | 'reserved'
  | 'invalid'

type Row = readonly [prefix: string, meaning: AddressClass]

/** RFC 6890 and its registry; metadata services of cloud platforms first, wherever they stand. */
const IPV4_ROWS: readonly Row[] = [
  ['169.254.169.254/32', 'metadata'],
  ['169.254.170.2/32', 'metadata'],
  ['169.254.170.23/32', 'metadata'],
  ['100.100.100.200/32', 'metadata'],
  ['192.0.0.192/32', 'metadata'],
  ['168.63.129.16/32', 'metadata'],
  ['0.0.0.0/32', 'unspecified'],
  ['0.0.0.0/8', 'reserved'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'cgnat'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link_local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmark'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['240.0.0.0/4', 'reserved'],
]

/** Only 2000::/3 is handed out for the public internet (RFC 4291, RFC 6890); the first row that fits counts. */
const IPV6_ROWS: readonly Row[] = [
  ['fd00:ec2::254/128', 'metadata'],
  ['fd00:ec2::23/128', 'metadata'],
  ['fd20:ce::254/128', 'metadata'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['fc00::/7', 'private'],
  ['fec0::/10', 'private'],
  ['fe80::/10', 'link_local'],
  ['ff00::/8', 'multicast'],
  ['2001::/32', 'teredo'],
  ['2001:2::/48', 'benchmark'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'documentation'],
  ['2000::/3', 'public'],
]

/** Where an IPv4 address stands inside an IPv6 address. Teredo keeps the client's address inverted (RFC 4380). */
interface Embedding {
  readonly range: Range
  readonly class: AddressClass
  readonly offset: number
  readonly isInverted: boolean
}

interface Range {
  readonly bytes: Uint8Array
  readonly bits: number
}

const EMBEDDINGS: readonly Embedding[] = [
  embedding('::ffff:0:0/96', 'ipv4_mapped', 12),
  embedding('::ffff:0:0:0/96', 'ipv4_mapped', 12),
  embedding('64:ff9b::/96', 'nat64', 12),
  embedding('64:ff9b:1::/48', 'nat64', 12),
  embedding('2002::/16', '6to4', 2),
  embedding('2001::/32', 'teredo', 12, true),
  embedding('::/96', 'ipv4_compatible', 12),
]

const IPV4_TABLE = IPV4_ROWS.map(([prefix, name]) => ({ range: rangeOf(prefix), class: name }))
const IPV6_TABLE = IPV6_ROWS.map(([prefix, name]) => ({ range: rangeOf(prefix), class: name }))

/** Of an address in any spelling that Node reads; brackets, zone ids and other text are `invalid`. */
export function classifyAddress(address: string): AddressClass {
  const bytes = addressBytes(address)
  if (bytes === null) return 'invalid'
  if (bytes.length === 4) return classOf(bytes, IPV4_TABLE, 'public')
  const own = classOf(bytes, IPV6_TABLE, 'reserved')
  if (own === 'unspecified' || own === 'loopback' || own === 'metadata') return own
  const inside = embeddedBytes(bytes)
  if (inside === null) return own
  const embedded = classOf(inside.bytes, IPV4_TABLE, 'public')
  return embedded === 'public' ? inside.class : embedded
}

/** The IPv4 address that an IPv6 address carries (mapped, NAT64, 6to4, Teredo, ISATAP …), or null. */
export function embeddedIpv4(address: string): string | null {
  const bytes = addressBytes(address)
  const inside = bytes?.length === 16 ? embeddedBytes(bytes) : null
  return inside === null ? null : inside.bytes.join('.')
}

/** Four or sixteen bytes, IPv4-mapped IPv6 unfolded; null for what is no address. */
export function addressBytes(address: string): Uint8Array | null {
  const canonical = canonicalAddress(address)
  if (canonical === null) return null
  if (canonical.includes(':')) return ipv6Bytes(canonical)
  const bytes = Uint8Array.from(canonical.split('.'), Number)
  if (!address.includes(':')) return bytes
  const mapped = new Uint8Array(16)
  mapped.set([0xff, 0xff], 10)
  mapped.set(bytes, 12)
  return mapped
}

function ipv6Bytes(canonical: string): Uint8Array {
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const bytes = new Uint8Array(16)
  const put = (group: string, index: number): void => {
    const value = Number.parseInt(group, 16)
    bytes[index * 2] = value >>> 8
    bytes[index * 2 + 1] = value & 0xff
  }
  before.forEach(put)
  after.forEach((group, index) => put(group, 8 - after.length + index))
  return bytes
}

function embeddedBytes(
  bytes: Uint8Array,
): { readonly bytes: Uint8Array; readonly class: AddressClass } | null {
  for (const { range, class: name, offset, isInverted } of EMBEDDINGS) {
    if (!contains(range, bytes)) continue
    const inside = bytes.slice(offset, offset + 4)
    return { bytes: isInverted ? inside.map((byte) => byte ^ 0xff) : inside, class: name }
  }
  // RFC 5214: any prefix may stand before the interface id 0000:5efe or 0200:5efe and an IPv4 address.
  const isIsatap = (bytes[8]! | 0x02) === 0x02 && bytes[9] === 0 && bytes[10] === 0x5e
  if (isIsatap && bytes[11] === 0xfe) return { bytes: bytes.slice(12), class: 'isatap' }
  return null
}

function classOf(
  bytes: Uint8Array,
  table: readonly { readonly range: Range; readonly class: AddressClass }[],
  otherwise: AddressClass,
): AddressClass {
  return table.find(({ range }) => contains(range, bytes))?.class ?? otherwise
}

function contains({ bytes: prefix, bits }: Range, bytes: Uint8Array): boolean {
  const whole = bits >>> 3
  for (let index = 0; index < whole; index++) if (bytes[index] !== prefix[index]) return false
  const rest = bits & 7
  return rest === 0 || (bytes[whole]! ^ prefix[whole]!) >>> (8 - rest) === 0
}

function embedding(
  prefix: string,
  name: AddressClass,
  offset: number,
  isInverted = false,
): Embedding {
  return { range: rangeOf(prefix), class: name, offset, isInverted }
}

function rangeOf(prefix: string): Range {
  const [address = '', bits] = prefix.split('/')
  const bytes = addressBytes(address)
  if (bytes === null) throw new TypeError(`${prefix} is no range`)
  return { bytes, bits: Number(bits) }
}
