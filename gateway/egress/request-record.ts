// The two records of one HTTP request: its decision when the answer begins or fails, its end when the last byte is out.

import type { ForwardOutcome } from '../../sidecar/forward/forward.ts'
import type { Exchange } from '../../sidecar/forward/exchange.ts'
import { errorCode, type SallyportError } from '../../sidecar/runtime/errors.ts'
import type { Decided } from './asked.ts'
import type { Desk } from './desk.ts'
import type { Destination } from './destination.ts'
import type { Located } from './locator.ts'
import { LocateError } from './vetted-dialer.ts'

export interface RequestFault {
  /** Stable word. */
  readonly reason: string
  /** Where DNS or the address is to blame. */
  readonly located: Exclude<Located, { kind: 'vetted' }> | null
}

export class RequestRecord {
  readonly #desk: Desk
  readonly #asked: Decided
  readonly #exchange: Exchange
  readonly #destination: Destination
  #state: 'waiting' | 'answered' | 'over' = 'waiting'
  #reason = 'ok'
  #address: string | null = null

  constructor(
    desk: Desk,
    { asked, exchange }: { readonly asked: Decided; readonly exchange: Exchange },
    destination: Destination,
  ) {
    this.#desk = desk
    this.#asked = asked
    this.#exchange = exchange
    this.#destination = destination
  }

  /** Where the answer came from; null before there is one. */
  get address(): string | null {
    return this.#address
  }

  /** The destination answers right now. */
  answered(status: number): void {
    this.#state = 'answered'
    this.#address = this.#destination.speaking
    const { reason } = this.#asked.decision
    const address = this.#address
    this.#desk.records.decided(this.#asked, { verdict: 'allow', reason, status, address })
    this.#desk.records.learn(this.#asked, 'http')
  }

  over(outcome: ForwardOutcome): void {
    this.#reason = outcome.reason
    if (this.#state !== 'waiting' || outcome.reason !== 'client_gone') return
    this.#state = 'over'
    const verdict = 'allow'
    this.#desk.records.decided(this.#asked, { verdict, reason: 'client_gone', status: 0 })
  }

  /** Answered in our own words. */
  failed({ reason, located }: RequestFault, status: number): void {
    if (this.#state !== 'waiting') return
    this.#state = 'over'
    const verdict = located?.kind === 'forbidden' ? 'deny' : 'fault'
    this.#desk.records.decided(this.#asked, { verdict, reason, status, located })
  }

  close(): void {
    if (this.#state !== 'answered') return
    this.#state = 'over'
    const { bytesIn, bytesOut } = this.#exchange
    const reason = this.#reason
    this.#desk.records.closed(this.#asked, { reason, address: this.#address, bytesIn, bytesOut })
  }
}

/** The same words for requests as for tunnels. */
export function faultReason(code: string, error: SallyportError | null): RequestFault {
  const cause = error?.cause
  if (cause instanceof LocateError) return { reason: cause.code, located: cause.located }
  return { reason: wordFor(code, errorCode(cause)), located: null }
}

function wordFor(code: string, cause: string): string {
  switch (code) {
    case 'upstream_unavailable':
      return 'destination_unavailable'
    case 'upstream_connect_timeout':
      return 'connect_timeout'
    case 'upstream_connect_failed':
      if (cause === 'ETIMEDOUT') return 'connect_timeout'
      return cause === 'ECONNREFUSED' ? 'connect_refused' : 'connect_failed'
    default:
      return code
  }
}
