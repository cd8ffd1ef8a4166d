// Where egress listens and whom it knows there: `mesh`, `plain` and `tokens` of `egress:`.

import { isIPv4 } from 'node:net'
import { canonicalAddress } from '../../sidecar/forward/address.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { classifyAddress } from './address-class.ts'
import { ANONYMOUS, type DoorPlan, type ProxyToken } from './plan.ts'

const TOKEN = /^[\x21-\x7e]{16,256}$/

export interface Doors {
  readonly mesh: DoorPlan | null
  readonly plain: DoorPlan | null
}

/** A door that cannot be is null after a report. */
export function compileDoors(
  options: { readonly mesh?: string; readonly plain?: string },
  at: ConfigPath,
  report: Report,
): Doors {
  const door = (key: 'mesh' | 'plain'): DoorPlan | null => {
    const text = options[key]
    return text === undefined ? null : compileBind(text, [...at, key], report)
  }
  const mesh = door('mesh')
  const plain = door('plain')
  if (plain !== null && classifyAddress(plain.host) !== 'loopback') {
    report({
      severity: 'error',
      path: [...at, 'plain'],
      message: 'the plain door would be open to other machines',
      fix: `write \`127.0.0.1:${plain.port}\`; other machines come through a sidecar to \`mesh\``,
    })
  }
  if (mesh !== null && plain !== null && mesh.port === plain.port && mesh.port !== 0) {
    const message = 'both doors listen on the same port'
    report({ severity: 'error', path: [...at, 'plain'], message, fix: 'give each its own port' })
  }
  return { mesh, plain }
}

/** Token values stay out of every message. */
export function compileTokens(
  tokens: Readonly<Record<string, string>>,
  hasPlain: boolean,
  at: ConfigPath,
  report: Report,
): readonly ProxyToken[] {
  const byToken = new Map<string, string>()
  for (const [name, token] of Object.entries(tokens)) {
    const other = byToken.get(token)
    byToken.set(token, name)
    const complaint = tokenComplaint(name, token, other)
    if (complaint !== null) report({ severity: 'error', path: [...at, name], ...complaint })
  }
  if (!hasPlain && byToken.size > 0) {
    const message = 'there is no plain door where tokens could be shown'
    const fix = 'add `plain: 127.0.0.1:3128`, or remove `tokens`'
    report({ severity: 'warning', path: at, atKey: true, message, fix })
  }
  return Object.entries(tokens).map(([name, token]) => ({ name, token }))
}

function tokenComplaint(
  name: string,
  token: string,
  other: string | undefined,
): { readonly message: string; readonly fix: string } | null {
  if (name === ANONYMOUS) {
    const fix = 'give the token the name of its caller'
    return { message: `\`${ANONYMOUS}\` is who shows no token`, fix }
  }
  if (other !== undefined) {
    return { message: `\`${name}\` and \`${other}\` have the same token`, fix: 'give each its own' }
  }
  if (TOKEN.test(token)) return null
  const fix = 'use 16 to 256 visible ASCII characters, such as `openssl rand -hex 32` prints'
  return { message: `the token of \`${name}\` is too weak, or cannot be sent`, fix }
}

function compileBind(text: string, at: ConfigPath, report: Report): DoorPlan | null {
  const [, ipv6, other, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? []
  const host = other === 'localhost' ? '127.0.0.1' : canonicalAddress(ipv6 ?? other ?? '')
  const isFamily = host !== null && isIPv4(host) === (ipv6 === undefined)
  if (isFamily && Number(port) <= 65_535) return { host, port: Number(port) }
  report({
    severity: 'error',
    path: at,
    message: `\`${text}\` is not an address and a port`,
    fix: 'write an address and a port: 0.0.0.0:15443, 127.0.0.1:3128 or [::1]:3128',
  })
  return null
}
