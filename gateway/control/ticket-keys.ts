// TLS session ticket keys: one for each listener, shared by its workers, renewed in time and whenever the trust changes.

import type { ListenerPlan } from '../config/plan.ts'

export const ROTATE_MS = 12 * 3_600_000
const KEY_BYTES = 48

interface Kept {
  readonly trust: string
  readonly key: string
}

export class TicketKeys {
  readonly #randomBytes: (size: number) => Buffer
  #kept = new Map<string, Kept>()

  constructor(randomBytes: (size: number) => Buffer) {
    this.#randomBytes = randomBytes
  }

  /** base64 by listener name. A listener whose client CAs changed gets a new key: no session outlives the trust it was made in. */
  forListeners(listeners: readonly ListenerPlan[]): Record<string, string> {
    const keys: Record<string, string> = {}
    const kept = new Map<string, Kept>()
    for (const { name, tls } of listeners) {
      const trust = JSON.stringify([tls?.clientCaPem ?? null, tls?.clientAuth ?? null])
      const before = this.#kept.get(name)
      const now =
        before?.trust === trust
          ? before
          : { trust, key: this.#randomBytes(KEY_BYTES).toString('base64') }
      kept.set(name, now)
      keys[name] = now.key
    }
    this.#kept = kept
    return keys
  }

  /** The next `forListeners` makes new keys for all. */
  rotate(): void {
    this.#kept.clear()
  }
}
