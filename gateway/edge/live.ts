// A worker's side of the live view: keeps recent requests, counts, answers control's questions, feeds its tails.

import { callBytes, recentCall, type EgressCall } from '../decide/egress-call.ts'
import { LimitDifferences, RequestCounts } from '../decide/explain-counts.ts'
import {
  fits,
  hasFailed,
  type LiveAnswer,
  type LiveQuestion,
  type TailWish,
} from '../decide/explain-messages.ts'
import { withClaims, type RecentRequest } from '../decide/explain-record.ts'
import type { DrainedEndpoint, EndpointReport, RouteFailure } from '../decide/live-state.ts'
import type { MeasuresTold } from '../limit/measures.ts'
import type { RefusedEntry } from '../limit/refusals.ts'
import type { LimitTally } from '../limit/tallies.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { isFailure } from '../../sidecar/telemetry/access-record.ts'
import { ListenerTally } from './listener-tally.ts'
import { keptRequest, type KeptRequest } from './kept-request.ts'
import type { RequestState } from './request-state.ts'
import { RecentRequests } from './ring.ts'

/** Of those that went well, the ring takes at most so many a second; refusals always. */
const KEPT_PER_SECOND = 200
/** Tokens of refused requests read in a second; of more refusals nothing of the token is kept. */
const TOKENS_PER_SECOND = 200
/** Requests of a tail waiting to be told; more are left out and counted. */
const MAX_WAITING = 500
const TELL_MS = 1000
/** Requests of one answer to control: more are told in the next turns. */
const PIECE = 100
const TAIL_MS = 200
/** Limited keys told to control. */
const TOLD_KEYS = 200
/** Routes whose latest failure is told; of the rest it is not. */
const MAX_FAILURES = 500
/** Tails end unless control says them again in this time. */
const TAIL_LEASE_MS = 15_000

export interface LiveDeps {
  readonly clock: Clock
  /** Tells control. */
  readonly tell: (answer: LiveAnswer) => void
  /** Of the limits, from the start. */
  readonly tallies: () => ReadonlyMap<string, Readonly<LimitTally>>
  /** The `n` keys that were limited most. */
  readonly limited: (n: number) => readonly RefusedEntry[]
  /** Of every service that this worker may call. */
  readonly endpoints: () => readonly EndpointReport[]
  /** From now on these, and no others, get no new request. */
  readonly drain: (drained: readonly DrainedEndpoint[]) => void
}

interface Tail {
  readonly wish: TailWish
  readonly names: ReadonlySet<string>
  waiting: RecentRequest[]
  skipped: number
  /** That went well, in this second. */
  taken: number
}

export class LiveMember {
  readonly #deps: LiveDeps
  readonly #recent = new RecentRequests()
  readonly #counts = new RequestCounts('edge')
  readonly #limits = new LimitDifferences()
  readonly #listeners = new ListenerTally()
  #failures = new Map<string, RouteFailure>()
  #finished = 0
  #drained = '[]'
  #tails: readonly Tail[] = []
  #tailsEndMs = 0
  #keptThisSecond = 0
  #tokensThisSecond = 0
  #isTelling = false
  #cancelTell = (): void => {}
  #cancelTail = (): void => {}

  constructor(deps: LiveDeps) {
    this.#deps = deps
  }

  /** Once for every request that was routed. */
  finished(state: RequestState, durationMs: number): void {
    this.#finished++
    const route = state.arrival.route?.name ?? ''
    this.#counts.count(route, state.service ?? '', state, durationMs)
    this.#listeners.count(state.listener.name, route, state.status)
    if (!this.#isTelling) this.#tellLater()
    const failed = isFailure(state.status, state.reason)
    if (failed) this.#noteFailure(route, state)
    const isKept = failed || this.#keptThisSecond < KEPT_PER_SECOND
    if (!isKept && this.#tails.length === 0) return
    const kept = this.#kept(state, durationMs, failed, isKept)
    if (isKept) {
      if (!failed) this.#keptThisSecond++
      this.#recent.add(kept.request, kept.bytes)
    }
    for (const tail of this.#tails) this.#feed(tail, kept.request)
  }

  /** For a call that egress has let out, or has not. */
  left(call: EgressCall, revision: number): void {
    if (!this.#isTelling) this.#tellLater()
    const failed = isFailure(call.status, call.reason)
    const isKept = failed || this.#keptThisSecond < KEPT_PER_SECOND
    if (!isKept && this.#tails.length === 0) return
    const request = recentCall(call, this.#deps.clock.wallMs(), revision)
    if (isKept) {
      if (!failed) this.#keptThisSecond++
      this.#recent.add(request, callBytes(call))
    }
    for (const tail of this.#tails) this.#feed(tail, request)
  }

  /** For one that was refused before that. */
  unrouted(status: number, reason: string): void {
    this.#finished++
    this.#counts.countUnrouted(status, reason)
    if (!this.#isTelling) this.#tellLater()
  }

  /** Requests that have ended since this was last asked. */
  takeFinished(): number {
    const finished = this.#finished
    this.#finished = 0
    return finished
  }

  hear(question: Exclude<LiveQuestion, MeasuresTold>): void {
    switch (question.kind) {
      case 'live-tails':
        this.#follow(question.tails)
        return
      case 'live-drain':
        this.#drain(question.drained)
        if (question.ask !== 0) this.#tellEndpoints(question.ask)
        return
      case 'live-endpoints-ask':
        this.#tellEndpoints(question.ask)
        return
      case 'live-ask': {
        const { ask, filter, limit, claims } = question
        this.#answer(ask, this.#recent.find(filter, limit), new Set(claims))
      }
    }
  }

  close(): void {
    this.#cancelTell()
    this.#cancelTail()
    this.#tellCounts()
  }

  /** It is said again and again, and mostly the same. */
  #drain(drained: readonly DrainedEndpoint[]): void {
    const text = JSON.stringify(drained)
    if (text === this.#drained) return
    this.#drained = text
    this.#deps.drain(drained)
  }

  #tellEndpoints(ask: number): void {
    this.#deps.tell({ kind: 'live-endpoints', ask, endpoints: this.#deps.endpoints() })
  }

  #noteFailure(route: string, { facts, status, reason }: RequestState): void {
    if (!this.#failures.has(route) && this.#failures.size >= MAX_FAILURES) return
    const atMs = this.#deps.clock.wallMs()
    this.#failures.set(route, { route, id: facts.id, atMs, status, reason })
  }

  #answer(ask: number, found: readonly RecentRequest[], names: ReadonlySet<string>): void {
    const requests = found.slice(0, PIECE).map((request) => withClaims(request, names))
    const isLast = found.length <= PIECE
    this.#deps.tell({ kind: 'live-found', ask, requests, isLast })
    if (!isLast) this.#deps.clock.after(0, () => this.#answer(ask, found.slice(PIECE), names))
  }

  #kept(state: RequestState, durationMs: number, failed: boolean, isKept: boolean): KeptRequest {
    // What went well is bounded already, unless it is for a tail only.
    const withToken = failed ? this.#tokensThisSecond < TOKENS_PER_SECOND : isKept
    if (failed && state.arrival.route?.auth != null) this.#tokensThisSecond++
    return keptRequest(state, this.#deps.clock.wallMs(), durationMs, withToken)
  }

  #tellLater(): void {
    this.#isTelling = true
    this.#cancelTell = this.#deps.clock.after(TELL_MS, () => {
      this.#isTelling = false
      this.#keptThisSecond = 0
      this.#tokensThisSecond = 0
      for (const tail of this.#tails) tail.taken = 0
      this.#tellCounts()
    })
  }

  #tellCounts(): void {
    const rows = this.#counts.take()
    const limits = this.#limits.take(this.#deps.tallies())
    if (rows.length + limits.length > 0) this.#deps.tell({ kind: 'live-counts', rows, limits })
    if (this.#failures.size > 0) {
      this.#deps.tell({ kind: 'live-failures', failures: [...this.#failures.values()] })
      this.#failures = new Map()
    }
    const counts = this.#listeners.take()
    if (counts.length > 0) this.#deps.tell({ kind: 'live-listeners', counts })
    // Only then can there be anybody new.
    const isNew = limits.some(({ limited, shadowed }) => limited + shadowed > 0)
    if (isNew) this.#deps.tell({ kind: 'live-limited', entries: this.#deps.limited(TOLD_KEYS) })
  }

  #follow(wishes: readonly TailWish[]): void {
    const before = new Map(this.#tails.map((tail) => [tail.wish.tail, tail]))
    this.#tails = wishes.map((wish) => {
      const fresh = { wish, names: new Set(wish.claims), waiting: [], skipped: 0, taken: 0 }
      return before.get(wish.tail) ?? fresh
    })
    this.#tailsEndMs = this.#deps.clock.monotonicMs() + TAIL_LEASE_MS
    this.#cancelTail()
    if (this.#tails.length > 0) this.#tellTails()
  }

  #feed(tail: Tail, request: RecentRequest): void {
    const { wish } = tail
    if (!fits(request, wish.filter)) return
    const isSampled = !hasFailed(request) && tail.taken >= wish.perSecond
    if (isSampled || tail.waiting.length >= MAX_WAITING) {
      tail.skipped++
      return
    }
    if (!hasFailed(request)) tail.taken++
    tail.waiting.push(withClaims(request, tail.names))
  }

  #tellTails(): void {
    if (this.#deps.clock.monotonicMs() > this.#tailsEndMs) {
      this.#tails = []
      return
    }
    for (const tail of this.#tails) {
      const { waiting: requests, skipped, wish } = tail
      if (requests.length + skipped === 0) continue
      tail.waiting = []
      tail.skipped = 0
      this.#deps.tell({ kind: 'live-seen', tail: wish.tail, requests, skipped })
    }
    this.#cancelTail = this.#deps.clock.after(TAIL_MS, () => this.#tellTails())
  }
}
