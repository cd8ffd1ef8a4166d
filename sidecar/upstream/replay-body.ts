// A request body that can be sent again: it remembers what it delivered, up to a bound.

import type { BodySink, BodySource, FlatHeaders } from './transport.ts'

const MAX_REPLAY_BYTES = 64 * 1024

/** `coming` → `ended`, with its trailers, or `broken`; `unwanted` where nobody will send it any more. */
type Progress =
  | { readonly kind: 'coming' }
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'ended'; readonly trailers: FlatHeaders }
  | { readonly kind: 'broken' }

export class ReplayBody implements BodySink {
  readonly #source: BodySource
  #started = false
  /** What was delivered; null once it is more than may be kept. */
  #kept: Buffer[] | null = []
  #keptBytes = 0
  #progress: Progress = { kind: 'coming' }
  /** The source was told to stop and not to go on yet. */
  #stopped = false
  #view: View | null = null

  constructor(source: BodySource) {
    this.#source = source
  }

  /** True while the body can be had from its beginning. */
  get replayable(): boolean {
    const { kind } = this.#progress
    return this.#kept !== null && (kind === 'coming' || kind === 'ended')
  }

  /** The body from its beginning, for one more sending; the view before it falls silent. Only while `replayable`. */
  view(): BodySource {
    this.#view = new View(this, this.#source.length)
    return this.#view
  }

  /** The view falls silent; what still comes is held back until the next one is started. */
  detach(): void {
    this.#view = null
  }

  /** After `detach`: the source runs on into the void, so that it is not left half read. */
  discard(): void {
    this.#kept = null
    if (this.#progress.kind === 'coming') this.#progress = { kind: 'unwanted' }
    if (this.#stopped) this.#source.resume()
  }

  onData(chunk: Buffer): boolean {
    if (this.#progress.kind === 'unwanted') return true
    if (this.#kept !== null) {
      this.#kept.push(chunk)
      this.#keptBytes += chunk.length
    }
    const sink = this.#view?.sink ?? null
    // Without a sink the chunk must be kept, however long it is: the source stops now.
    if (sink !== null) this.#bound()
    this.#stopped = sink === null || !sink.onData(chunk)
    return !this.#stopped
  }

  onEnd(trailers: FlatHeaders): void {
    this.#progress = { kind: 'ended', trailers }
    this.#view?.sink?.onEnd(trailers)
  }

  onAbort(): void {
    this.#progress = { kind: 'broken' }
    this.#view?.sink?.onAbort()
  }

  /** `view` was started, or goes on. */
  run(view: View): void {
    if (view !== this.#view) return
    if (!this.#started) {
      this.#started = true
      this.#source.start(this)
    } else if (this.#stopped) {
      this.#stopped = false
      this.#source.resume()
    }
  }

  /** Delivers what was kept; answers whether the sink takes more. */
  replay(sink: BodySink): boolean {
    let takesMore = true
    for (const chunk of this.#kept ?? []) takesMore = sink.onData(chunk)
    this.#bound()
    const progress = this.#progress
    if (progress.kind === 'ended') sink.onEnd(progress.trailers)
    if (progress.kind === 'broken') sink.onAbort()
    return takesMore && progress.kind === 'coming'
  }

  #bound(): void {
    if (this.#keptBytes > MAX_REPLAY_BYTES) this.#kept = null
  }
}

/** One sending of the body. A view that was replaced can neither start nor resume anything. */
class View implements BodySource {
  readonly #body: ReplayBody
  readonly length: number | null
  sink: BodySink | null = null

  constructor(body: ReplayBody, length: number | null) {
    this.#body = body
    this.length = length
  }

  start(sink: BodySink): void {
    // Until all that was kept is delivered nothing new may come in between.
    const takesMore = this.#body.replay(sink)
    this.sink = sink
    if (takesMore) this.#body.run(this)
  }

  resume(): void {
    this.#body.run(this)
  }
}
