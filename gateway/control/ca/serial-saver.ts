// Saves a state that changes while it is being saved: one save at a time, and whoever waits gets the newest.

import type { TextStore } from './text-store.ts'

export class SerialSaver {
  readonly #store: Pick<TextStore, 'save'>
  readonly #textNow: () => string
  #running: Promise<void> | null = null
  #waiting: Promise<void> | null = null

  constructor(store: Pick<TextStore, 'save'>, textNow: () => string) {
    this.#store = store
    this.#textNow = textNow
  }

  /** Resolves when the state of now, or a later one, is safe. Rejects with the store's error. */
  save(): Promise<void> {
    if (this.#running === null) return this.#begin()
    this.#waiting ??= this.#running.then(
      () => this.#begin(),
      () => this.#begin(),
    )
    return this.#waiting
  }

  #begin(): Promise<void> {
    this.#waiting = null
    this.#running = this.#store.save(this.#textNow()).finally(() => {
      this.#running = null
    })
    return this.#running
  }
}
