// Host and :authority in one canonical form (RFC 9110 section 7.2, RFC 3986 section 3.2).

export interface Authority {
  /** Lower case, no trailing dot; IPv6 in brackets. */
  readonly host: string
  readonly port: number | null
  /** Both: `host` or `host:port`. */
  readonly text: string
}

const REG_NAME = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/
const MAX_HOST_LENGTH = 255

/** The last authorities parsed: hosts repeat. Bounded: cleared when full. */
const memory = new Map<string, Authority>()
const MEMORY_LIMIT = 256

/** null where the text is no host[:port]: empty, userinfo, path, list, zone id, port over 65535, … */
export function parseAuthority(text: string): Authority | null {
  const known = memory.get(text)
  if (known !== undefined) return known
  const parsed = parse(text)
  if (parsed !== null) {
    if (memory.size >= MEMORY_LIMIT) memory.clear()
    memory.set(text, parsed)
  }
  return parsed
}

function parse(text: string): Authority | null {
  if (text.length === 0 || text.length > MAX_HOST_LENGTH + 6) return null
  const match = AUTHORITY.exec(text.toLowerCase())
  if (match === null) return null
  let host = match[1]!
  if (host.endsWith('.')) host = host.slice(0, -1)
  if (host.length > MAX_HOST_LENGTH) return null
  if (host.startsWith('[')) {
    if (!URL.canParse(`http://${host}/`)) return null
    host = new URL(`http://${host}/`).hostname
  } else if (!REG_NAME.test(host)) return null
  const port = match[2] === undefined ? null : Number(match[2])
  if (port !== null && (port === 0 || port > 65_535)) return null
  return { host, port, text: authorityText(host, port) }
}

/** Both as a field's value. */
export function authorityText(host: string, port: number | null): string {
  return port === null ? host : `${host}:${port}`
}
