// The compiled form of `egress:`: who may reach what, and how; plain values, nothing is looked up at request time.

import type { AddressRange } from '../../sidecar/forward/address.ts'
import type { UpstreamTlsPlan } from '../../sidecar/upstream/plan.ts'
import type { CanonicalHost } from './canonical-host.ts'

/** `enforce` refuses; `report` lets through and records; `learn` does that too and collects what rules would be needed. */
export type EgressMode = 'enforce' | 'report' | 'learn'

/**
 * `tls`: tunnels that begin with a ClientHello for this very host, and origination; `tcp`: tunnels of any protocol;
 * `http`: requests whose method and path can be seen, no tunnels.
 */
export type EgressProtocol = 'tls' | 'tcp' | 'http'

/** Callers without a certificate or proxy token are called this. */
export const ANONYMOUS = 'anonymous'

export type HostMatch =
  /** A canonical name. */
  | { readonly kind: 'exact'; readonly name: string }
  /** `*.example.com` has the suffix `.example.com`: one label or more in front, never the apex. */
  | { readonly kind: 'wildcard'; readonly suffix: string }
  /** Addresses that callers name instead of a host. */
  | { readonly kind: 'range'; readonly range: AddressRange }

/** `/v1/charges` is itself only; `/v1/*` is `/v1` and everything below. */
export type PathMatch =
  | { readonly kind: 'exact'; readonly path: string }
  | { readonly kind: 'below'; readonly path: string }

/** One entry of a rule's `allow` or `deny`. */
export interface EgressTarget {
  /** Canonical, for records: `api.stripe.com:443`, `*.example.com:443,8443`, `cidr:203.0.113.0/24:443`. */
  readonly text: string
  readonly host: HostMatch
  /** Empty: every port (of a `deny` entry only). */
  readonly ports: readonly number[]
  /** Upper case; null: every method, tunnels too. */
  readonly methods: ReadonlySet<string> | null
  /** null: every path, tunnels too. */
  readonly paths: readonly PathMatch[] | null
  /** null: whatever the form of the request says: tunnels are `tls`, visible requests `http`. */
  readonly protocol: EgressProtocol | null
}

export interface EgressRule {
  readonly name: string
  /** Names of calling services (`billing`, `team/billing`), proxy tokens or `anonymous`; null: every caller. */
  readonly from: readonly string[] | null
  readonly allow: readonly EgressTarget[]
  readonly deny: readonly EgressTarget[]
  readonly owner: string | null
  /** Why it is there; null where nobody wrote it down. */
  readonly reason: string | null
  /** The rule allows nothing from this moment on; null: never expires. `deny` does not expire. */
  readonly expiresMs: number | null
  /** What happens to its callers' requests that no rule allows; null: as the node says. */
  readonly mode: EgressMode | null
}

/** One entry and the rule it stands in. */
export interface RuleEntry {
  readonly rule: EgressRule
  readonly target: EgressTarget
}

export interface FoundEntries {
  /** Exact names first, then the longest suffix, then ranges; in each the order of the file. */
  readonly allow: readonly RuleEntry[]
  readonly deny: readonly RuleEntry[]
}

export interface RuleIndex {
  find(caller: string, host: CanonicalHost): FoundEntries
  /** The strictest mode that rules of this caller name, or null where none does. */
  modeOf(caller: string, nowMs: number): EgressMode | null
}

/** An external host that egress speaks TLS to for callers that speak plain HTTP. */
export interface ExternalPlan {
  /** Canonical name, never an address. */
  readonly host: string
  readonly port: number
  /** Set on every request, replacing the caller's: [lower-case name, value]. They hold secrets. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Trust, client certificate and the name the certificate must carry. */
  readonly tls: UpstreamTlsPlan
  /** Until the response head. */
  readonly timeoutMs: number
  /** No byte in either direction for this long ends a response. */
  readonly idleTimeoutMs: number
  /** Further attempts after the first. */
  readonly retries: number
  readonly breaker: { readonly failures: number; readonly openMs: number }
  /** Connections per process. */
  readonly maxConnections: number
  /** Requests waiting for a connection, per process; more are refused. */
  readonly maxQueued: number
}

/** Where a door listens; port 0 takes any free one. */
export interface DoorPlan {
  readonly host: string
  readonly port: number
}

export interface ProxyToken {
  /** The caller's name, as in `from`. */
  readonly name: string
  /** Secret. */
  readonly token: string
}

export interface EgressTimeouts {
  readonly dnsMs: number
  /** One TCP connection, and its TLS handshake where we speak it. */
  readonly connectMs: number
  /** DNS and every connection attempt together. */
  readonly dialMs: number
  /** From the answer to CONNECT until the whole ClientHello. */
  readonly helloMs: number
  /** From a connection's first byte until the whole request head. */
  readonly headersMs: number
  /** A tunnel or response without a byte in either direction. */
  readonly idleMs: number
  /** A tunnel's whole life. */
  readonly tunnelMs: number
}

/** Of one process. Tunnels and requests that are under way count alike. */
export interface EgressCaps {
  /** Connections from callers. */
  readonly connections: number
  readonly total: number
  readonly perCaller: number
  /** Of one caller to one host and port. */
  readonly perDestination: number
}

export interface EgressPlan {
  /** null: no such door. At least one is there. */
  readonly mesh: DoorPlan | null
  /** Always on loopback. */
  readonly plain: DoorPlan | null
  readonly mode: EgressMode
  /** From this moment on `learn` is `enforce`: ask `modeInForce`. null: it has no end, or another mode. */
  readonly learnUntilMs: number | null
  readonly rules: readonly EgressRule[]
  /** The same rules, found by caller and host. */
  readonly index: RuleIndex
  /** By `host`. */
  readonly external: ReadonlyMap<string, ExternalPlan>
  readonly tokens: readonly ProxyToken[]
  readonly network: {
    readonly allow: readonly AddressRange[]
    readonly deny: readonly AddressRange[]
  }
  /** Resolvers as `address:port`, IPv6 in brackets; empty: the system's. */
  readonly dnsServers: readonly string[]
  readonly timeouts: EgressTimeouts
  readonly caps: EgressCaps
}
