// Certificates that authorities issue by themselves: one order after another, answered by every node, told to operators.

import { resolve } from 'node:path'
import type { AcmeNews } from '../../../decide/acme-challenges.ts'
import type { Plan } from '../../../config/plan.ts'
import type { Clock } from '../../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../../sidecar/telemetry/log.ts'
import { ApiError } from '../../admin/api-error.ts'
import type { AuditEvent } from '../../audit/entry.ts'
import type { Documents } from '../../documents/documents.ts'
import type { Certificates } from '../certificates.ts'
import { serialOf } from '../describe.ts'
import { folderOf, tlsListeners } from '../folder.ts'
import { Board } from './board.ts'
import { Challenges } from './challenges.ts'
import { heldOf } from './due.ts'
import { Job, type JobPlan, type Outcome } from './job.ts'
import { KeptOrders } from './kept-orders.ts'
import { createAskAuthority } from './request.ts'
import type { AcmeCertificate } from './schemas.ts'

export interface AcmeDeps {
  readonly clock: Clock
  readonly log: Log
  /** [0, 1). */
  readonly random: () => number
  /** Unique among all nodes, and what people call this one. */
  readonly id: string
  readonly name: string
  readonly certificates: Certificates
  readonly tellAll: (news: AcmeNews) => void
  readonly record: (event: AuditEvent) => void
}

/** How soon a node answers what another one was asked, and how often is looked for what is due. */
const TICK_MS = 1000
const LOOK_MS = 2000

export class Acme {
  readonly #deps: AcmeDeps
  /** By the wish. */
  #jobs: ReadonlyMap<string, Job> = new Map()
  #documents: Documents | null = null
  #board: Board | null = null
  #orders: KeptOrders | null = null
  #challenges: Challenges | null = null
  #isLooking = false
  #nextLookMs = 0
  #isReady = false
  #cancelTick = (): void => {}

  constructor(deps: AcmeDeps) {
    this.#deps = deps
  }

  use(plan: Plan, folder: string, dataDir: string, documents: Documents): void {
    const { clock, id, name, certificates, tellAll } = this.#deps
    this.#orders ??= new KeptOrders(resolve(dataDir, 'acme'))
    if (this.#documents !== documents) {
      this.#documents = documents
      this.#board = new Board({ documents, clock, id, name })
      this.#challenges = new Challenges({ clock, certificates, tellAll, board: this.#board })
    }
    const before = this.#jobs
    const plans = jobPlans(plan, folder)
    this.#jobs = new Map(
      plans.map((one) => {
        const wish = Job.wish(one)
        return [wish, before.get(wish) ?? this.#create(one)]
      }),
    )
    for (const [wish, job] of before) if (!this.#jobs.has(wish)) job.close()
    this.#nextLookMs = 0
    this.#arm()
  }

  /** The listeners are there: only now an authority can be answered. */
  ready(): void {
    this.#isReady = true
  }

  /** How every one is, of this node. */
  list(): readonly AcmeCertificate[] {
    return [...this.#jobs.values()].map((job) => this.#describe(job))
  }

  /** Begins an order now. Throws ApiError `not_found`, or `conflict` while one is under way. */
  renew(listener: string): AcmeCertificate {
    const job = [...this.#jobs.values()].find(({ plan }) => plan.listeners.includes(listener))
    if (job === undefined) {
      const message = `listener ${listener} has no \`tls.acme\` in the configuration`
      throw new ApiError('not_found', message)
    }
    if (job.state?.kind === 'ordering' || job.isWanted) {
      throw new ApiError('conflict', 'an order is under way: wait for it')
    }
    job.want()
    this.#nextLookMs = 0
    this.#look()
    return this.#describe(job)
  }

  close(): void {
    this.#cancelTick()
    for (const job of this.#jobs.values()) job.close()
  }

  #create(plan: JobPlan): Job {
    const { clock, random, certificates } = this.#deps
    return new Job(plan, {
      clock,
      random,
      certificates,
      board: this.#board!,
      orders: this.#orders!,
      ask: createAskAuthority(clock),
      answer: (listener, asked) => this.#challenges!.answer(listener, asked),
      ended: (job, outcome) => this.#ended(job, outcome),
    })
  }

  #arm(): void {
    this.#cancelTick()
    if (this.#jobs.size === 0) return
    this.#cancelTick = this.#deps.clock.after(TICK_MS, () => {
      void this.#tick().finally(() => this.#arm())
    })
  }

  async #tick(): Promise<void> {
    // A store that is away: nobody can order, and what is answered already is answered on.
    await this.#challenges!.spread().catch(() => undefined)
    this.#look()
  }

  #look(): void {
    const { clock } = this.#deps
    if (!this.#isReady || this.#isLooking || clock.monotonicMs() < this.#nextLookMs) return
    this.#isLooking = true
    this.#nextLookMs = clock.monotonicMs() + LOOK_MS
    void this.#run()
      .catch((error: unknown) => {
        const said = { error: errorMessage(error) }
        this.#deps.log.error('what authorities are to issue cannot be looked at', said)
      })
      .finally(() => {
        this.#isLooking = false
      })
  }

  /** One order after the other. */
  async #run(): Promise<void> {
    const { clock, certificates } = this.#deps
    const served = certificates.listeners
    for (const job of this.#jobs.values()) {
      const { state, plan, isWanted } = job
      const isWaiting = state?.kind === 'failed' || state?.kind === 'queued'
      const isLater = isWaiting && !isWanted && state.nextAtMs > clock.wallMs()
      if (served.includes(plan.listener) && !isLater) await job.run()
    }
  }

  #ended({ plan }: Job, outcome: Outcome): void {
    const { log, record } = this.#deps
    const { listener, acme } = plan
    const { names, directory } = acme
    const event = {
      actor: { kind: 'system', name: '', address: null },
      origin: 'system',
      action: 'issueCertificate',
      target: `certificate/${listener}/acme`,
      requestId: '',
    } as const
    if (outcome.kind === 'failed') {
      const { code, failure } = outcome
      const { reason, attempts, nextAtMs } = failure
      const nextAt = new Date(nextAtMs).toISOString()
      log.error('no certificate was issued', { listener, code, reason, attempts, nextAt })
      const after = { names, directory, reason, attempts, nextAt }
      record({ ...event, before: null, after, result: code })
      return
    }
    const { file, oldSerial, newSerial, notAfterMs } = outcome.upload
    log.info('a certificate was issued', { listener, file, serial: newSerial })
    const before = oldSerial === null ? null : { serial: oldSerial }
    const notAfter = new Date(notAfterMs).toISOString()
    const after = { file, serial: newSerial, names, notAfter, directory }
    record({ ...event, before, after, result: 'ok' })
  }

  #describe({ plan, state }: Job): AcmeCertificate {
    const { listener, listeners, acme } = plan
    const held = this.#held(plan)
    const leaf = held?.chain[0]
    return {
      listener,
      listeners: [...listeners],
      names: [...acme.names],
      directory: acme.directory,
      email: acme.email,
      file: held?.file ?? null,
      serial: leaf === undefined ? null : serialOf(leaf),
      notAfterMs: leaf?.validToDate.getTime() ?? null,
      state: state ?? { kind: 'starting' },
    }
  }

  #held({ listener, acme }: JobPlan) {
    try {
      return heldOf(this.#deps.certificates.view(listener), listener, acme.names)
    } catch (error) {
      this.#deps.log.warn('a folder of certificates cannot be read', {
        listener,
        error: errorMessage(error),
      })
      return null
    }
  }
}

/** Listeners of one folder that want the same share one certificate. */
function jobPlans(plan: Plan, folder: string): readonly JobPlan[] {
  const wanting = tlsListeners(plan.listeners).filter(({ tls }) => tls.acme !== null)
  const same = Map.groupBy(wanting, (one) => JSON.stringify([folderOf(one), one.tls.acme]))
  return [...same.values()].map((listeners) => {
    const [first] = listeners
    return {
      listener: first!.name,
      listeners: listeners.map(({ name }) => name),
      folder: folderOf(first!),
      path: resolve(folder, folderOf(first!)),
      acme: first!.tls.acme!,
    }
  })
}
