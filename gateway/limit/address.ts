// The network an address is counted under: an IPv4 address alone, an IPv6 address with its /64 (RFC 4291 section 2.5.4).

/** One subscriber usually has a whole /64, so all of it is one caller. `address` is canonical; a zone is left out. */
export function countedNetwork(address: string): string {
  if (!address.includes(':')) return address
  const [bare = ''] = address.split('%', 1)
  const [head = '', tail] = bare.split('::', 2)
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const end = tail === '' ? [] : tail.split(':')
    // A dotted quad at the end stands for two groups.
    const endLength = end.length + (end.at(-1)?.includes('.') ? 1 : 0)
    for (let missing = 8 - groups.length - endLength; missing > 0; missing--) groups.push('0')
    groups.push(...end)
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}
