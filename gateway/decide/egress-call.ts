// A call that was asked of egress as one of the recent requests: what the live view keeps of it, without any header.

import { MASK, type RecentRequest } from './explain-record.ts'

const MAX_TEXT = 2048
/** What such an entry takes besides its texts, roughly. */
const ENTRY_BYTES = 800

export interface EgressCall {
  readonly id: string
  /** Monotonic ms from when it came until it was known what became of it: a tunnel may last for hours after that. */
  readonly tookMs: number
  /** Name of the calling service or proxy token; '' where that could not be told. */
  readonly caller: string
  /** Address of the caller's end of the connection. */
  readonly client: string
  /** null: a tunnel, or nothing that could be read. */
  readonly method: string | null
  /** As it was written, where it could not be read. */
  readonly host: string
  /** 0: there was none to be read. */
  readonly port: number
  /** Without its query; null for a tunnel. */
  readonly path: string | null
  /** Name of the rule that decided; '' for none. */
  readonly rule: string
  readonly isLetOut: boolean
  /** `ok`, or the stable word that tells why not (or why not, were the rules enforced). */
  readonly reason: string
  /** 0: none was sent. */
  readonly status: number
  /** That was connected to; null: none was. */
  readonly address: string | null
  readonly connectMs: number | null
}

/** `atMs`: wall clock. `revision`: of the plan that decided. */
export function recentCall(call: EgressCall, atMs: number, revision: number): RecentRequest {
  const { id, caller, client, method, host, port, path, rule, reason, status } = call
  return {
    id,
    plane: 'egress',
    atMs,
    revision,
    listener: 'egress',
    facts: {
      protocol: 'http/1.1',
      secure: false,
      method: method ?? 'CONNECT',
      host: harmless(host),
      port: port === 0 ? null : port,
      path: harmless(path ?? ''),
      query: '',
      clientIp: client,
      headers: [],
      origin: null,
      accessControlRequestMethod: null,
      accessControlRequestHeaders: null,
      upgrade: null,
      contentLength: null,
      masked: [],
    },
    token: { kind: 'none' },
    outcome: {
      status,
      reason,
      rule: rule === '' ? null : rule,
      route: null,
      service: null,
      endpoint: call.address,
      subject: caller === '' ? null : caller,
      issuer: null,
      forwarded: call.isLetOut,
      durationMs: call.tookMs,
      upstreamMs: call.connectMs,
      bytesIn: 0,
      bytesOut: 0,
      shadowed: [],
    },
  }
}

/** Estimated. */
export function callBytes({ host, path }: EgressCall): number {
  return ENTRY_BYTES + host.length + (path?.length ?? 0)
}

/** Whatever was written where a name should be: no query, nobody's password. */
function harmless(text: string): string {
  const [bare = ''] = text.slice(0, MAX_TEXT).split('?', 1)
  return bare.replace(/^(\w+:\/\/)?[^/@]*@/, `$1${MASK}@`)
}
