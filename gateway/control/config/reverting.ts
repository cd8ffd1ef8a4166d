// A change that must be confirmed: in the supervisor, so that neither a closed browser nor a dead control keeps it alive.

import type { Clock } from '../../../sidecar/runtime/clock.ts'

export class Reverting {
  readonly #clock: Clock
  readonly #revert: (text: string) => void
  #waiting: { readonly text: string; readonly atMs: number; readonly cancel: () => void } | null =
    null

  /** `revert` is given the text that was served before the change. */
  constructor(clock: Clock, revert: (text: string) => void) {
    this.#clock = clock
    this.#revert = revert
  }

  /** Wall-clock time at which the change goes; null: nothing waits. */
  get atMs(): number | null {
    return this.#waiting?.atMs ?? null
  }

  /** What will be served again; null: nothing waits. */
  get text(): string | null {
    return this.#waiting?.text ?? null
  }

  /** A further change while one waits goes back to what was there before both. */
  arm(before: string, withinMs: number): void {
    const text = this.#waiting?.text ?? before
    this.cancel()
    const cancel = this.#clock.after(withinMs, () => {
      this.#waiting = null
      this.#revert(text)
    })
    this.#waiting = { text, atMs: this.#clock.wallMs() + withinMs, cancel }
  }

  /** What is served now stays. */
  cancel(): void {
    this.#waiting?.cancel()
    this.#waiting = null
  }
}
