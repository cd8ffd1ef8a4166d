// One listener whose certificate an authority issues: what it waits for, and the whole of one order.

import { createPrivateKey } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { AcmePlan } from '../../../config/plan.ts'
import type { Clock } from '../../../../sidecar/runtime/clock.ts'
import { errorCode, errorMessage, SallyportError } from '../../../../sidecar/runtime/errors.ts'
import { ApiError } from '../../admin/api-error.ts'
import type { Certificates } from '../certificates.ts'
import { certificationRequest } from '../certification-request.ts'
import type { UploadAnswer } from '../schemas.ts'
import { Authority } from './authority.ts'
import type { Board } from './board.ts'
import { dueAtMs, heldOf, ownFileOf, retryInMs } from './due.ts'
import { newKey, type Failure, type KeptOrder, type KeptOrders } from './kept-orders.ts'
import { obtain, type Asked, type OrderStep } from './order.ts'
import { AuthorityRefusal } from './refusal.ts'
import type { AskAuthority } from './request.ts'

export type JobState =
  /** What is there is good until then. */
  | { readonly kind: 'good'; readonly nextAtMs: number }
  | { readonly kind: 'ordering'; readonly step: OrderStep; readonly sinceMs: number }
  /** Another node orders; one at a time. */
  | { readonly kind: 'queued'; readonly by: string; readonly nextAtMs: number }
  | ({ readonly kind: 'failed' } & Failure)

export interface JobDeps {
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  readonly certificates: Pick<Certificates, 'view' | 'upload'>
  readonly board: Board
  readonly orders: KeptOrders
  readonly ask: AskAuthority
  /** Resolves when whoever connects to the listener is answered so. Rejects where it is not. */
  readonly answer: (listener: string, asked: readonly Asked[]) => Promise<void>
  /** Whatever changed. */
  readonly ended: (job: Job, outcome: Outcome) => void
}

export type Outcome =
  | { readonly kind: 'issued'; readonly upload: UploadAnswer }
  | { readonly kind: 'failed'; readonly code: string; readonly failure: Failure }

export interface JobPlan {
  /** The first of those that share the folder and the wish. */
  readonly listener: string
  readonly listeners: readonly string[]
  readonly folder: string
  /** Absolute. */
  readonly path: string
  readonly acme: AcmePlan
}

const TURN_RETRY_MS = 2000
/** The whole of one order; shorter than the turn that a fleet gives for it. */
const ORDER_MS = 4 * 60_000

export class Job {
  readonly plan: JobPlan
  readonly #deps: JobDeps
  /** Of this certificate, so that the nodes of a fleet do not all renew at once. */
  readonly #share: number
  #state: JobState | null = null
  #kept: KeptOrder | null = null
  #isWanted = false
  #isClosed = false

  constructor(plan: JobPlan, deps: JobDeps) {
    this.plan = plan
    this.#deps = deps
    this.#share = deps.random()
  }

  /** What it was made for; another one takes its place where that changes. */
  static wish({ listener, folder, acme }: Pick<JobPlan, 'listener' | 'folder' | 'acme'>): string {
    return JSON.stringify([listener, folder, acme])
  }

  /** null before the first look. */
  get state(): JobState | null {
    return this.#state
  }

  /** An order was asked for and has not begun. */
  get isWanted(): boolean {
    return this.#isWanted
  }

  /** The next `run` orders, due or not. */
  want(): void {
    this.#isWanted = true
  }

  /** Does what is due. Never rejects. */
  async run(): Promise<void> {
    const nowMs = this.#deps.clock.wallMs()
    try {
      const { failure = null } = (await this.#load()) ?? {}
      const dueMs = Math.max(this.#dueMs(), failure?.nextAtMs ?? 0)
      if (!this.#isWanted && nowMs < dueMs) {
        this.#state =
          failure === null ? { kind: 'good', nextAtMs: dueMs } : { kind: 'failed', ...failure }
        return
      }
      const by = await this.#deps.board.takeTurn()
      if (by !== null) {
        this.#state = { kind: 'queued', by, nextAtMs: nowMs + TURN_RETRY_MS }
        return
      }
      this.#isWanted = false
      await this.#takeTurn()
    } catch (error) {
      if (!this.#isClosed) await this.#failed(error)
    }
  }

  close(): void {
    this.#isClosed = true
  }

  #dueMs(): number {
    const { listener, acme } = this.plan
    const view = this.#deps.certificates.view(listener)
    return dueAtMs(heldOf(view, listener, acme.names), acme.names, this.#share)
  }

  async #takeTurn(): Promise<void> {
    try {
      await this.#order()
    } finally {
      // Where the store is away, it ends by itself.
      await this.#deps.board.endTurn().catch(() => undefined)
    }
  }

  async #order(): Promise<void> {
    const { clock, ask, orders } = this.#deps
    const { directory, caPem, email, names } = this.plan.acme
    const startMs = clock.monotonicMs()
    this.#step('account')
    const accountKeyPem = await orders.accountKey(directory)
    const authority = await Authority.open(
      { url: directory, caPem, accountKeyPem, ask, clock },
      email,
    )
    const { url, keyPem } = this.#kept?.order ?? { url: null, keyPem: newKey() }
    const begun = (orderUrl: string | null): Promise<void> =>
      this.#save({ order: { url: orderUrl, keyPem } })
    // Its key first: a certificate without its key would be of no use.
    await begun(url)
    const certPem = await obtain(authority, {
      names,
      csr: certificationRequest(names, createPrivateKey(keyPem)),
      orderUrl: url,
      begun,
      answer: (asked) => this.#deps.answer(this.plan.listener, asked),
      step: (step) => this.#step(step),
      pause: (ms) => this.#pause(ms, startMs),
      wallMs: () => clock.wallMs(),
    })
    this.#step('install')
    const upload = await this.#install(certPem, keyPem)
    await this.#save({ order: null, failure: null })
    this.#state = { kind: 'good', nextAtMs: this.#dueMs() }
    this.#deps.ended(this, { kind: 'issued', upload })
  }

  async #install(certPem: string, keyPem: string): Promise<UploadAnswer> {
    const { certificates } = this.#deps
    const { listener, folder, path, acme } = this.plan
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const held = heldOf(certificates.view(listener), listener, acme.names)
    const name = ownFileOf('', listener).slice(1)
    const place = held === null ? { name } : { replaces: `listener:${held.file}` }
    try {
      return await certificates.upload({ listener, certPem, keyPem, ...place })
    } catch (error) {
      // What is no good now will not be the next time it is fetched.
      if (errorCode(error) === 'invalid') await this.#save({ order: null })
      const where = `it was issued, but cannot be served from ${folder}`
      const code = error instanceof ApiError ? error.code : 'acme_install'
      throw new SallyportError(code, `${where}: ${errorMessage(error)}`, { cause: error })
    }
  }

  async #failed(cause: unknown): Promise<void> {
    const { clock, random } = this.#deps
    const code = errorCode(cause)
    const atMs = clock.wallMs()
    const attempts = (this.#kept?.failure?.attempts ?? 0) + 1
    const askedMs = cause instanceof AuthorityRefusal ? cause.retryAfterMs : 0
    const inMs = retryInMs(attempts, code !== 'acme_unreachable', askedMs, random())
    const failure = { reason: errorMessage(cause), atMs, nextAtMs: atMs + inMs, attempts }
    this.#state = { kind: 'failed', ...failure }
    // A disk that cannot be written to must not hide why.
    await this.#save({ failure }).catch(() => undefined)
    this.#deps.ended(this, { kind: 'failed', code, failure })
  }

  async #load(): Promise<KeptOrder | null> {
    this.#kept ??= await this.#deps.orders.load(this.plan.listener, Job.wish(this.plan))
    return this.#kept
  }

  async #save(change: Partial<Pick<KeptOrder, 'order' | 'failure'>>): Promise<void> {
    const before = this.#kept ?? { order: null, failure: null }
    this.#kept = { ...before, ...change, wanted: Job.wish(this.plan) }
    await this.#deps.orders.save(this.plan.listener, this.#kept)
  }

  #step(step: OrderStep): void {
    this.#state = { kind: 'ordering', step, sinceMs: this.#deps.clock.wallMs() }
  }

  #pause(ms: number, startMs: number): Promise<void> {
    const { clock } = this.#deps
    return new Promise((resolve, reject) => {
      if (clock.monotonicMs() - startMs > ORDER_MS) {
        const message = `the authority has not decided within ${ORDER_MS / 60_000} minutes`
        reject(new SallyportError('acme_slow', message))
      } else {
        clock.after(ms, () => {
          if (this.#isClosed) reject(new SallyportError('acme_ended', 'control ends'))
          else resolve()
        })
      }
    })
  }
}
