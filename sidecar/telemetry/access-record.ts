// The one record of one request: its field names, and which requests are worth a line.

import { printable } from './printable.ts'

/** Durations in ms with microsecond precision, sizes in bytes; absent facts are null. Never a token, never a query. */
export interface AccessRecord {
  /** ISO 8601 UTC, when the answer was complete. */
  readonly time: string
  readonly id: string
  readonly listener: string
  readonly protocol: string
  readonly client: string
  readonly host: string | null
  readonly method: string
  /** Path template of the route (bounded); null where no route matched. */
  readonly path: string | null
  readonly route: string | null
  readonly status: number
  /** `ok`, or the stable word that tells why not. */
  readonly reason: string
  /** The configured thing that decided: a route, an issuer, a rule. */
  readonly rule: string | null
  readonly subject: string | null
  readonly issuer: string | null
  /** Names of shadow limits that would have refused it; null where none would. */
  readonly shadowed: readonly string[] | null
  readonly endpoint: string | null
  readonly bytesIn: number
  readonly bytesOut: number
  readonly durationMs: number
  /** Until the upstream's response head. */
  readonly upstreamMs: number | null
  /** For operators only; never sent to a client. */
  readonly error: string | null
}

export type AccessLogMode =
  | { readonly kind: 'failures' }
  | { readonly kind: 'all' }
  | { readonly kind: 'off' }
  | { readonly kind: 'sample'; readonly ratio: number }

/** A failure is a status of 400 and above, or an answer that was cut short. `random`: [0, 1). */
export function isWorthALine(
  mode: AccessLogMode,
  status: number,
  reason: string,
  random: () => number,
): boolean {
  switch (mode.kind) {
    case 'all':
      return true
    case 'off':
      return false
    case 'failures':
      return isFailure(status, reason)
    case 'sample':
      return isFailure(status, reason) || random() < mode.ratio
  }
}

export function isFailure(status: number, reason: string): boolean {
  return status >= 400 || status === 0 || reason !== 'ok'
}

/** One JSON line without its line end; every text is printable and bounded. */
export function formatRecord(record: AccessRecord): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === 'string' ? printable(value, 512) : value,
  )
}
