// What one node does about what it sees in the store of its fleet: vote, serve the head, take back, propose its own file.

import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError } from '../admin/api-error.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from '../config/change.ts'
import {
  checksumOf,
  revise,
  summaryOf,
  type Revision,
  type RevisionSummary,
} from '../revisions/revision.ts'
import {
  StoreAway,
  type Beat,
  type FleetStore,
  type Proposal,
  type Waiting,
} from './fleet-store.ts'
import type { Vote } from './member.ts'
import type { Remembered } from './node-file.ts'

export interface FollowerDeps {
  readonly clock: Clock
  readonly log: Log
  readonly store: FleetStore
  /** Of this process: what this node proposed in another one is nobody's any more. */
  readonly life: string
  readonly remembered: Remembered
  readonly remember: (remembered: Remembered) => void
  readonly prepare: (text: string) => Promise<Vote>
  /** Asks the supervisor. */
  readonly change: (change: ConfigChange) => Promise<ChangeResult>
  readonly confirm: () => Promise<ChangeResult>
  /** Makes a change the revision of all. Throws ApiError, StoreAway. */
  readonly publish: (change: ConfigChange) => Promise<{ readonly revision: RevisionSummary }>
  readonly keepRefused: (text: string) => string
  /** Told of each revision that this node made for all without being asked: taken back, or by an edit of its file. */
  readonly unasked?: (revision: RevisionSummary) => void
}

/** What could not be put to work is tried again after this long. */
const RETRY_MS = 5000
/** A node takes a change back by itself only where nobody has done it for all: the store is away, or control is. */
const GRACE_MS = 1000
/** Texts that were refused lately, and are not proposed again. */
const MAX_REFUSED = 16

/** A revision that is older came to be watched by those who served it first. */
const NEWS_MS = 30_000

const BY_HAND = { author: '', origin: 'file', message: '', confirmWithinMs: null } as const

export class Follower {
  readonly #deps: FollowerDeps
  #live: LiveConfig | null = null
  #checksum = ''
  #number: number | null = null
  #failed: { readonly revision: number; readonly reason: string } | null = null
  #retryAtMs = 0
  #remembered: Remembered
  /** The newest one; one at a time is followed. */
  #beat: Beat | null = null
  #isFollowing = false
  #head: Revision | null = null
  #votedOn = ''
  /** What the file says and the fleet does not. */
  #edit: string | null = null
  /** While a text of this node is proposed: number of the head when that began. */
  #proposedAt: number | null = null
  readonly #refused = new Set<string>()

  constructor(deps: FollowerDeps) {
    this.#deps = deps
    this.#remembered = deps.remembered
  }

  get live(): LiveConfig | null {
    return this.#live
  }

  /** Of the text that is served; '' before the first. */
  get checksum(): string {
    return this.#checksum
  }

  /** Of the revision that is served; null where what is served is none yet. */
  get number(): number | null {
    return this.#number
  }

  get failed(): { readonly revision: number; readonly reason: string } | null {
    return this.#failed
  }

  get edit(): string | null {
    return this.#edit
  }

  /** The highest number known. */
  get highest(): number {
    return this.#remembered.revision?.number ?? 0
  }

  learn(live: LiveConfig): void {
    const checksum = checksumOf(live.text)
    if (checksum !== this.#checksum) this.#number = null
    this.#live = live
    this.#checksum = checksum
    // The head was known already, so that nobody need ask for it again.
    if (this.#head?.checksum === checksum) this.#settle(this.#head)
  }

  learnEdit(text: string): void {
    this.#edit = text
  }

  follow(beat: Beat): void {
    this.#beat = beat
    if (this.#isFollowing || this.#live === null) return
    this.#isFollowing = true
    this.#act(beat, this.#live)
      .catch((error: unknown) => {
        // Away: the next beat says so, and what is to be done stays to be done.
        if (error instanceof StoreAway) return
        this.#deps.log.error('fault in the fleet', { error: errorMessage(error) })
      })
      .finally(() => {
        this.#isFollowing = false
      })
  }

  async #act(beat: Beat, live: LiveConfig): Promise<void> {
    const { proposal, waiting, head, nowMs } = beat
    if (proposal !== null && proposal.id !== this.#votedOn) await this.#vote(proposal)
    if (head === 0) return this.#begin(live)
    if (waiting?.number === head && nowMs >= waiting.revertsAtMs) return this.#takeBack(waiting)
    if (this.#head?.number !== head) this.#head = await this.#deps.store.revision(head)
    if (this.#head === null) return this.#fail(head, `revision ${head} is damaged in the store`)
    if (live.tookBack === this.#head.checksum) return this.#takeBackFailing(this.#head, live)
    if (this.#head.checksum === this.#checksum) await this.#stay(this.#head, waiting)
    else await this.#catchUp(this.#head, beat, live)
    if (this.#edit !== null) this.#propose({ ...BY_HAND, text: this.#edit })
  }

  async #vote(proposal: Proposal): Promise<void> {
    const { store, prepare, log, remembered, life } = this.#deps
    if (proposal.node === remembered.id && proposal.life !== life) {
      return store.withdraw(proposal.id)
    }
    const text = await store.proposed(proposal.id)
    if (text === null) return
    const vote = await prepare(text)
    await store.vote(proposal.id, remembered.id, vote)
    this.#votedOn = proposal.id
    if (vote.kind === 'ready') return
    log.error('a configuration proposed to the fleet cannot be served here, so it serves nowhere', {
      reason: vote.reason,
      proposedOn: proposal.name,
      author: proposal.author,
    })
  }

  /** The store is empty: new, or it has lost what it had. What is served here goes on under its number. */
  async #begin({ text, author, origin, message, revertsAtMs }: LiveConfig): Promise<void> {
    // It must not come to stay by the store's forgetting that it waits.
    if (revertsAtMs !== null) return
    const { store, clock, log } = this.#deps
    const known = this.#remembered.revision
    const draft = { text, author, origin, message, atMs: clock.wallMs() }
    const revision: Revision =
      known?.checksum === this.#checksum ? { ...known, text } : revise(draft, this.highest)
    if (!(await store.advance(revision, 0, false))) return
    log.info('the fleet begins with the configuration of this node', { revision: revision.number })
    this.#head = revision
    this.#settle(revision)
  }

  /** What should be served is. */
  async #stay(head: Revision, waiting: Waiting | null): Promise<void> {
    this.#settle(head)
    // Of the newest look: the one before may be older than what was put to work after it.
    const isStale = this.#beat?.head !== head.number
    if (isStale || waiting !== null || this.#beat?.waiting !== null) return
    if (this.#live === null || this.#live.revertsAtMs === null) return
    const result = await this.#deps.confirm()
    if (result.kind === 'live') this.learn(result.live)
  }

  async #catchUp(head: Revision, { waiting, nowMs }: Beat, live: LiveConfig): Promise<void> {
    if (this.#isOurs(head, live)) {
      const isNews = this.#proposedAt === null && (await this.#isUnknown(this.#checksum))
      if (isNews) this.#propose({ ...live, confirmWithinMs: null })
      // What others agreed on meanwhile is served first: they wait for it.
      if (this.#proposedAt === head.number) return
    }
    const confirmWithinMs = waiting === null ? null : waiting.revertsAtMs - nowMs + GRACE_MS
    await this.#serve(head, confirmWithinMs)
  }

  /** What is served here came from the file; or all had agreed on it, and the store was set back (a failover) since. */
  #isOurs(head: Revision, { origin, revertsAtMs }: LiveConfig): boolean {
    const { revision } = this.#remembered
    const isLost = revision?.checksum === this.#checksum && revision.number > head.number
    return (
      (origin === 'file' || isLost) && revertsAtMs === null && !this.#refused.has(this.#checksum)
    )
  }

  async #isUnknown(checksum: string): Promise<boolean> {
    return (await this.#deps.store.find(checksum)) === null
  }

  async #serve(head: Revision, confirmWithinMs: number | null): Promise<void> {
    const { clock, log, change } = this.#deps
    const { number, text, author, origin, message, guard } = head
    const isNews = clock.wallMs() - head.atMs < NEWS_MS
    if (this.#failed?.revision === number && clock.monotonicMs() < this.#retryAtMs) return
    const begunMs = clock.monotonicMs()
    const wanted = { text, author, origin, message, confirmWithinMs }
    const result = await change({ ...wanted, ...(guard && isNews && { guard }) })
    if (result.kind !== 'live') {
      const [first] = result.kind === 'refused' ? result.problems : []
      return this.#fail(number, result.kind === 'rejected' ? result.reason : (first?.message ?? ''))
    }
    this.#edit = null
    this.learn(result.live)
    log.info('the revision of the fleet is served', {
      revision: number,
      author,
      origin,
      tookMs: Math.round(clock.monotonicMs() - begunMs),
    })
  }

  /** Whoever is first writes it for all. */
  async #takeBack({ number, before }: Waiting): Promise<void> {
    const { store, clock, log, unasked } = this.#deps
    const revision = await store.revision(before)
    if (revision === null) return this.#fail(number, `revision ${before} is damaged in the store`)
    const message = `auto-reverted: revision ${number} was not confirmed in time`
    const { text } = revision
    const back = { text, author: '', origin: 'auto-revert', message, atMs: clock.wallMs() } as const
    const next = revise(back, Math.max(number, this.highest))
    if (await store.advance(next, number, true)) {
      log.warn('the change was not confirmed and is taken back in the fleet', { revision: number })
      unasked?.(summaryOf(next))
    }
  }

  /** Requests failed here since the head came: this node serves what was before it again, and so should all. */
  async #takeBackFailing({ number }: Revision, { text, message }: LiveConfig): Promise<void> {
    const { store, clock, log, unasked } = this.#deps
    const back = { text, author: '', origin: 'auto-revert', message, atMs: clock.wallMs() } as const
    const next = revise(back, Math.max(number, this.highest))
    if (!(await store.advance(next, number, false))) return
    log.warn('requests fail since the change, and it is taken back in the fleet', {
      revision: number,
      reason: message,
    })
    unasked?.(summaryOf(next))
  }

  /** In the background: this node must vote on it, too. */
  #propose({ text, author, origin, message, confirmWithinMs }: ConfigChange): void {
    if (this.#proposedAt !== null) return
    this.#proposedAt = this.#head?.number ?? 0
    void this.#publish({ text, author, origin, message, confirmWithinMs })
  }

  async #publish(change: ConfigChange): Promise<void> {
    const { publish, log, unasked } = this.#deps
    try {
      const { revision } = await publish(change)
      if (change.origin === 'file') unasked?.(revision)
      if (this.#edit === change.text) this.#edit = null
    } catch (error) {
      // What passes stays to be done.
      if (isPassing(error)) return
      await this.#refusedBy(errorMessage(error), change.text).catch((fault: unknown) => {
        log.error('the file could not be set back', { error: errorMessage(fault) })
      })
    } finally {
      this.#proposedAt = null
    }
  }

  async #refusedBy(reason: string, text: string): Promise<void> {
    const { log, keepRefused } = this.#deps
    this.#refused.add(checksumOf(text))
    const [oldest] = this.#refused
    if (this.#refused.size > MAX_REFUSED) this.#refused.delete(oldest!)
    if (this.#edit === text) this.#edit = null
    log.error('the file of this node says what the fleet refuses: it is set back', {
      reason,
      keptAs: keepRefused(text),
    })
    await this.#setBack(text)
  }

  /** Writes what is served into the file. Where that is the refused text itself, the head will be put in its place. */
  async #setBack(refused: string): Promise<void> {
    if (this.#live === null || this.#live.text === refused) return
    const { text, author, origin, message, revertsAtMs } = this.#live
    const confirmWithinMs = revertsAtMs === null ? null : revertsAtMs - this.#deps.clock.wallMs()
    await this.#deps.change({ text, author, origin, message, confirmWithinMs })
  }

  #fail(revision: number, reason: string): void {
    const { clock, log } = this.#deps
    this.#retryAtMs = clock.monotonicMs() + RETRY_MS
    if (this.#failed?.revision === revision && this.#failed.reason === reason) return
    this.#failed = { revision, reason }
    log.error('the revision of the fleet cannot be served here, the one before serves on', {
      revision,
      reason,
    })
  }

  #settle(head: Revision): void {
    this.#number = head.number
    this.#failed = null
    if (this.#remembered.revision?.number === head.number) return
    this.#remembered = { ...this.#remembered, revision: summaryOf(head) }
    try {
      this.#deps.remember(this.#remembered)
    } catch (error) {
      this.#deps.log.error('the revision could not be remembered', { error: errorMessage(error) })
    }
  }
}

/** Another time it may be agreed on: others were faster, or the store was away. */
function isPassing(error: unknown): boolean {
  if (error instanceof StoreAway) return true
  return error instanceof ApiError && ['conflict', 'stale', 'not_available'].includes(error.code)
}
