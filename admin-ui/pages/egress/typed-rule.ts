// A rule of the way out as somebody types it, what is missing of it, and the entry of the file that it becomes.

import { plainHost, plainText } from '../../language/typed-text.ts'

export const PROTOCOLS = ['any', 'tls', 'tcp', 'http'] as const
export type Protocol = (typeof PROTOCOLS)[number]

export interface TypedRule {
  readonly name: string
  /** Apart by commas or spaces, like `hosts`. */
  readonly from: string
  readonly hosts: string
  /** `any`: TLS for tunnels, and plain HTTP. */
  readonly protocol: Protocol
  readonly owner: string
  readonly reason: string
  /** A day, or '' for good. */
  readonly expires: string
}

export type TypedField = 'name' | 'from' | 'hosts' | 'owner' | 'reason'

export const NO_RULE: TypedRule = {
  name: '',
  from: '',
  hosts: '',
  protocol: 'any',
  owner: '',
  reason: '',
  expires: '',
}

/** Fields that will not do yet. `taken`: names of the rules there are. */
export function missingOfRule(rule: TypedRule, taken: readonly string[]): readonly TypedField[] {
  const name = plainText(rule.name)
  const isName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name) && !taken.includes(name)
  return [
    ...(isName ? [] : (['name'] as const)),
    ...(partsOf(rule.from).length > 0 ? [] : (['from'] as const)),
    ...(partsOf(rule.hosts).length > 0 ? [] : (['hosts'] as const)),
    ...(plainText(rule.owner) === '' ? (['owner'] as const) : []),
    ...(plainText(rule.reason) === '' ? (['reason'] as const) : []),
  ]
}

/** As it stands in `egress.rules`; whether hosts and callers are valid, the check of the draft says. */
export function entryOf({ name, from, hosts, protocol, owner, reason, expires }: TypedRule) {
  const day = plainText(expires)
  return {
    name: plainText(name),
    from: partsOf(from),
    allow: partsOf(hosts).map((host) => targetOf(plainHost(host), protocol)),
    owner: plainText(owner),
    reason: plainText(reason),
    ...(day !== '' && { expires: day }),
  }
}

function targetOf(text: string, protocol: Protocol) {
  if (protocol === 'any') return text
  const [, host = text, port] = /^(.+?)(?::(\d{1,5}))?$/.exec(text) ?? []
  return { host, ...(port !== undefined && { ports: [Number(port)] }), protocol }
}

function partsOf(text: string): readonly string[] {
  return plainText(text)
    .split(/[\s,、]+/)
    .filter(Boolean)
}
