// What somebody asked of egress, as far as it was understood, on its way to a decision.

import { hostText, type CanonicalHost, type RefusedHost } from '../allow/canonical-host.ts'
import type { EgressDecision, EgressForm } from '../decide/egress.ts'
import type { Caller } from './callers.ts'

export interface Asked {
  readonly id: string
  /** Monotonic. */
  readonly receivedAtMs: number
  readonly caller: Caller
  /** Address of the caller's end of the connection. */
  readonly client: string
  readonly form: EgressForm
  /** The target as it was written. */
  readonly requested: string
  readonly host: CanonicalHost | RefusedHost
  /** 0 where it could not be read. */
  readonly port: number
  /** null for a tunnel. */
  readonly method: string | null
  readonly path: string | null
}

/** A thing asked whose rules were asked. */
export interface Decided extends Asked {
  readonly decision: EgressDecision
}

/** For records and sentences: `api.example.net`, `[::1]`, or what was written where that is no host. */
export function hostOf({ host, requested }: Pick<Asked, 'host' | 'requested'>): string {
  return host.kind === 'refused' ? requested : hostText(host)
}

/** Why it was refused, for whoever develops the caller; no address but one that the caller named itself. */
export function detailOf(asked: Asked, reason: string): string {
  const caller = asked.caller.name
  const target = asked.host.kind === 'refused' ? 'that host' : `${hostOf(asked)}:${asked.port}`
  const askFor = `sallyport egress allow ${hostOf(asked)}:${asked.port} --from ${caller}`
  switch (reason) {
    case 'no_rule':
    case 'rule_expired':
      return `${reason === 'no_rule' ? 'no rule lets' : 'the rule has expired that let'} ${caller} reach ${target}; ask its owner or run: ${askFor}`
    case 'denied_by_rule':
      return `a rule forbids ${caller} to reach ${target}; ask the rule's owner`
    case 'port_not_allowed':
      return `rules let ${caller} reach this host, but not on port ${asked.port}; ask their owner or run: ${askFor}`
    case 'protocol_not_allowed':
      return `rules let ${caller} reach ${target}, but not in this way (tunnel, plain http or TLS by egress)`
    case 'method_not_allowed':
    case 'path_not_allowed':
      return `rules let ${caller} reach ${target}, but not with this method and path`
    case 'address_literal':
      return 'addresses are reached by rules with `cidr:` alone, in their usual spelling; use the name'
    case 'malformed_host':
      return 'the host is not a name in ASCII (international labels as xn--) with a port from 1 to 65535'
    case 'address_forbidden':
      return `${target} leads to a network that egress does not reach; its operator can open it by network.allow`
    case 'host_mismatch':
      return 'the Host field and the target name different places'
    case 'target_not_absolute':
      return 'this is a proxy: ask with a whole http:// URL or by CONNECT, or name an external host in Host'
    case 'proxy_token_invalid':
      return 'Proxy-Authorization holds no token that egress knows; without the field the caller is `anonymous`'
    case 'destination_unavailable':
      return `${target} failed several times in a row; it is tried again soon`
    default:
      return ''
  }
}
