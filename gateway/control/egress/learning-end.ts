// Learning that ends by itself: said beforehand in the log, and written down once when it is over, restarts or not.

import type { EgressPlan } from '../../allow/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { AuditEvent } from '../audit/entry.ts'
import { update, type Documents } from '../documents/documents.ts'

export interface LearningEndDeps {
  readonly clock: Pick<Clock, 'wallMs' | 'after'>
  readonly log: Log
  /** Of this node: each writes down what it did itself. */
  readonly documents: Documents
  readonly record: (event: AuditEvent) => void
}

/** Holds the end that was written down last. */
const DOCUMENT = 'learning-end'
/** The wall clock may be set: no wait is longer. */
const MAX_WAIT_MS = 60_000

export class LearningEnd {
  readonly #deps: LearningEndDeps
  #untilMs: number | null = null
  #cancel = (): void => {}

  constructor(deps: LearningEndDeps) {
    this.#deps = deps
  }

  /** This plan is put to work; null: there is no egress. */
  use(plan: EgressPlan | null): void {
    const untilMs = plan?.learnUntilMs ?? null
    if (untilMs === this.#untilMs) return
    this.#untilMs = untilMs
    this.#cancel()
    if (untilMs === null) return
    const { clock, log } = this.#deps
    if (clock.wallMs() < untilMs) {
      const until = new Date(untilMs).toISOString()
      log.info('egress learns; from then on what no rule allows is refused', { until })
    }
    this.#look(untilMs)
  }

  close(): void {
    this.#cancel()
  }

  #look(untilMs: number): void {
    const { clock } = this.#deps
    const leftMs = untilMs - clock.wallMs()
    if (leftMs <= 0) {
      void this.#tell(untilMs)
      return
    }
    this.#cancel = clock.after(Math.min(leftMs, MAX_WAIT_MS), () => this.#look(untilMs))
  }

  async #tell(untilMs: number): Promise<void> {
    const { documents, log, record } = this.#deps
    const until = new Date(untilMs).toISOString()
    try {
      const isNews = await update(documents, DOCUMENT, (text) => {
        const isOther = text !== until
        return { text: isOther ? until : null, result: isOther }
      })
      if (!isNews) return
    } catch (error) {
      // Told twice is better than not at all.
      log.error('the end of learning could not be remembered', { error: errorMessage(error) })
    }
    log.warn('learning has ended: what no rule allows is refused', { until })
    record({
      actor: { kind: 'system', name: '', address: null },
      origin: 'system',
      action: 'endLearning',
      target: 'egress',
      before: { mode: 'learn' },
      after: { mode: 'enforce', learnUntil: until },
      result: 'ok',
      requestId: '',
    })
  }
}
