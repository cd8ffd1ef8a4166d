// How long an endpoint takes to answer: rises at once to a slow answer, comes down over seconds.

/** What a new endpoint is taken for: zero would draw every request to it at once. */
const SEED_MS = 30
/** An endpoint that was long not asked is not thought to be infinitely fast. */
const FLOOR_MS = 1
const DECAY_MS = 10_000
/** A fast failure must not look like a fast answer. */
const FAILURE_FACTOR = 4
const MAX_FAILURE_MS = 10_000

export class PeakEwma {
  #estimateMs = SEED_MS
  #atMs: number

  /** `nowMs`: monotonic, here and below. */
  constructor(nowMs: number) {
    this.#atMs = nowMs
  }

  /** The estimate now; without news it sinks, so that a slow endpoint is asked again some day. */
  at(nowMs: number): number {
    return Math.max(FLOOR_MS, this.#estimateMs * this.#weight(nowMs))
  }

  answered(tookMs: number, nowMs: number): void {
    if (tookMs >= this.#estimateMs) this.#estimateMs = tookMs
    else {
      const weight = this.#weight(nowMs)
      this.#estimateMs = this.#estimateMs * weight + tookMs * (1 - weight)
    }
    this.#atMs = nowMs
  }

  failed(tookMs: number, nowMs: number): void {
    const penaltyMs = Math.min(MAX_FAILURE_MS, this.at(nowMs) * FAILURE_FACTOR)
    this.answered(Math.max(tookMs, penaltyMs), nowMs)
  }

  /** Nobody waited for the answer: it took at least this long. */
  abandoned(tookMs: number, nowMs: number): void {
    if (tookMs > this.at(nowMs)) this.answered(tookMs, nowMs)
  }

  #weight(nowMs: number): number {
    return Math.exp(-Math.max(0, nowMs - this.#atMs) / DECAY_MS)
  }
}
