// The two lines about one way out: what was decided and why, and how it ended. Never a token, never a query.

import { printable } from './printable.ts'

/** `connect`: a tunnel; `absolute`: http in the clear; `originate`: http from the caller, TLS from us. */
export type EgressForm = 'connect' | 'absolute' | 'originate'

/** Written once for everything that was asked of egress, when it is known what became of it; absent facts are null. */
export interface EgressDecisionRecord {
  readonly kind: 'egress_decision'
  /** ISO 8601 UTC. */
  readonly time: string
  readonly id: string
  /** Name of the calling service or proxy token, or `anonymous`; null where the caller could not be told. */
  readonly caller: string | null
  /** Serial number of the caller's certificate. */
  readonly serial: string | null
  /** Address of the caller's end of the connection. */
  readonly client: string
  readonly form: EgressForm | null
  /** The target as it was asked for, where it could not be read. */
  readonly requested: string | null
  readonly host: string | null
  readonly port: number | null
  /** What can be seen of a request; null for tunnels. The path carries no query. */
  readonly method: string | null
  readonly path: string | null
  /** Server name the caller's TLS asked for. */
  readonly serverName: string | null
  /** What the name stands for, as DNS said; null where it was not asked. */
  readonly addresses: readonly string[] | null
  /** The one that was connected to. */
  readonly address: string | null
  /** Of an address that was refused. */
  readonly addressClass: string | null
  readonly rule: string | null
  /** The mode in force: `enforce`, `report`, `learn`. */
  readonly mode: string | null
  readonly verdict: 'allow' | 'deny' | 'fault'
  /** It was let through only because of the mode. */
  readonly wouldDeny: boolean
  /** `ok`, or the stable word that tells why not (or why not, were the rules enforced). */
  readonly reason: string
  /** Sent to the caller; 0 where none was. */
  readonly status: number
  readonly dnsMs: number | null
  readonly connectMs: number | null
}

/** Written once for everything that was let through, when it is over. */
export interface EgressCloseRecord {
  readonly kind: 'egress_close'
  readonly time: string
  /** As in the decision. */
  readonly id: string
  readonly caller: string
  readonly host: string
  readonly port: number
  readonly address: string | null
  readonly rule: string | null
  readonly mode: string
  /** `ok`, or the stable word that tells what ended it. */
  readonly reason: string
  /** From and to the caller. */
  readonly bytesIn: number
  readonly bytesOut: number
  readonly durationMs: number
}

/** Addresses named in one line; a name may have thousands. */
const MAX_ADDRESSES = 16
const MAX_TEXT = 512

/** One JSON line without its line end; every text is printable and bounded. */
export function formatEgressRecord(record: EgressDecisionRecord | EgressCloseRecord): string {
  return JSON.stringify(record, (_key, value: unknown) => {
    if (typeof value === 'string') return printable(value, MAX_TEXT)
    return Array.isArray(value) ? value.slice(0, MAX_ADDRESSES) : value
  })
}
