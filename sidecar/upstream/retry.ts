// A Transport that sends a request again where that does no harm, within a budget and the request's own time.

import type { Clock } from '../runtime/clock.ts'
import { IDEMPOTENT } from './call.ts'
import { isUnreached } from './failure.ts'
import type { RetryCause, RetryPlan } from './plan.ts'
import { ReplayBody } from './replay-body.ts'
import { RetryBudget } from './retry-budget.ts'
import { Try } from './try.ts'
import type { TryOwner } from './try.ts'
import type {
  Dispatched,
  FlatHeaders,
  ResponseHandler,
  Transport,
  TransportError,
  TransportRequest,
} from './transport.ts'

/** Counts from 1 which sending of the request this is; whoever sees it leaves sending again to who set it. */
export const ATTEMPT_HEADER = 'x-sallyport-attempt'

/** The pause before the n-th retry is a random part of this, times 2 to the power of n − 1. */
const PAUSE_MS = 25

/**
 * Sends again, at most `plan.attempts` times: what could not be connected, whatever the method, and for idempotent
 * methods with at most 64 KiB of content also what was lost before an answer and what was answered with one of
 * `plan.on`. Never what was refused for load (503 with Retry-After, our own full queues), and never what carries the
 * attempt header already. The deadline of the first sending stands. `budget`: one for all routes to a service.
 */
export function retrying(
  transport: Transport,
  plan: RetryPlan,
  clock: Clock,
  random: () => number,
  budget: RetryBudget = new RetryBudget(clock),
): Transport {
  return {
    dispatch(request, handler) {
      if (isMarked(request.headers)) return transport.dispatch(request, handler)
      budget.count()
      const run = new Run(request, handler, { transport, plan, clock, random, budget })
      run.start()
      return run
    },
    close: () => transport.close(),
  }
}

interface Means {
  readonly transport: Transport
  readonly plan: RetryPlan
  readonly clock: Clock
  readonly random: () => number
  readonly budget: RetryBudget
}

class Run implements Dispatched, TryOwner {
  readonly handler: ResponseHandler
  readonly #request: TransportRequest
  readonly #means: Means
  readonly #body: ReplayBody | null
  readonly #deadlineMs: number
  #attempt = 1
  #try: Try | null = null
  /** Ends the pause before the next sending; null while there is none. */
  #cancelPause: (() => void) | null = null
  #informed = false

  constructor(request: TransportRequest, handler: ResponseHandler, means: Means) {
    this.#request = request
    this.handler = handler
    this.#means = means
    this.#body = request.body === null ? null : new ReplayBody(request.body)
    this.#deadlineMs = means.clock.monotonicMs() + request.responseTimeoutMs
  }

  get endpoint(): string {
    return this.#try?.endpoint ?? ''
  }

  /** Throws TypeError where the request can not be written as it stands. */
  start(): void {
    const { transport, clock } = this.#means
    const next = new Try(this)
    this.#try = next
    next.dispatched = transport.dispatch(
      {
        ...this.#request,
        headers: [...this.#request.headers, ATTEMPT_HEADER, String(this.#attempt)],
        body: this.#body?.view() ?? null,
        responseTimeoutMs: this.#deadlineMs - clock.monotonicMs(),
      },
      next,
    )
  }

  resume(): void {
    this.#try?.resume()
  }

  abort(): void {
    this.#try?.abort()
    if (this.#cancelPause === null) return
    this.#cancelPause()
    this.#cancelPause = null
    this.#body?.discard()
  }

  informed(): void {
    this.#informed = true
  }

  takeStatus(status: number, headers: FlatHeaders): 'tell' | 'drain' | 'drop' {
    const cause = causeOfStatus(status, headers)
    if (cause === null || !this.#again(cause, false)) return 'tell'
    // The rest of the content would still be on its way over that connection.
    return this.#body === null ? 'drain' : 'drop'
  }

  takeError(error: TransportError): 'tell' | 'drop' {
    const cause = causeOfError(error)
    return cause !== null && this.#again(cause, isUnreached(error)) ? 'drop' : 'tell'
  }

  /** Arranges for the next sending, where there may be one. `isUnsent`: this one put not a byte on the wire. */
  #again(cause: RetryCause, isUnsent: boolean): boolean {
    const { plan, clock, random, budget } = this.#means
    if (this.#attempt > plan.attempts || !plan.on.has(cause) || this.#informed) return false
    if (!isUnsent && !IDEMPOTENT.has(this.#request.method)) return false
    if (this.#body?.replayable === false) return false
    const pauseMs = PAUSE_MS * 2 ** (this.#attempt - 1) * random()
    if (clock.monotonicMs() + pauseMs >= this.#deadlineMs) return false
    if (!budget.take(plan.budget)) return false
    this.#attempt++
    this.#body?.detach()
    this.#cancelPause = clock.after(pauseMs, () => {
      this.#cancelPause = null
      this.start()
    })
    return true
  }
}

function causeOfStatus(status: number, headers: FlatHeaders): RetryCause | null {
  if (status === 502 || status === 504) return status
  return status === 503 && !hasField(headers, 'retry-after') ? status : null
}

function causeOfError(error: TransportError): RetryCause | null {
  if (isUnreached(error)) return 'connect'
  return error.unanswered ? 'reset' : null
}

function isMarked(headers: FlatHeaders): boolean {
  return hasField(headers, ATTEMPT_HEADER)
}

function hasField(headers: FlatHeaders, name: string): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const other = headers[i]!
    if (other.length === name.length && other.toLowerCase() === name) return true
  }
  return false
}
