// What must outlive the process: the key of each account, and of each listener the order under way with its key.

import { createHash, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { fileStore } from '../../ca/text-store.ts'

/** Of one listener. Plain data. */
export interface KeptOrder {
  /** Directory and names it was begun for: another configuration begins anew. */
  readonly wanted: string
  /** null: nothing is under way. */
  readonly order: {
    /** null: the authority has not named it yet. */
    readonly url: string | null
    /** Of the certificate, PKCS#8 PEM; goes into the folder of the listener with it. */
    readonly keyPem: string
  } | null
  /** null: what was tried last succeeded. */
  readonly failure: Failure | null
}

export interface Failure {
  readonly reason: string
  readonly atMs: number
  readonly nextAtMs: number
  /** In a row. */
  readonly attempts: number
}

export class KeptOrders {
  readonly #folder: string

  /** Absolute; made when it is needed. Files are for their owner alone. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** P-256, PKCS#8 PEM: made once for each directory. */
  async accountKey(directory: string): Promise<string> {
    const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16)
    const store = fileStore(join(this.#folder, `account-${hash}`))
    const kept = await store.load()
    if (kept !== null) return kept
    const made = newKey()
    await store.save(made)
    return made
  }

  /** null where nothing fits `wanted`. */
  async load(listener: string, wanted: string): Promise<KeptOrder | null> {
    const text = await this.#store(listener).load()
    if (text === null) return null
    const kept = JSON.parse(text) as KeptOrder
    return kept.wanted === wanted ? kept : null
  }

  save(listener: string, order: KeptOrder): Promise<void> {
    return this.#store(listener).save(JSON.stringify(order))
  }

  #store(listener: string) {
    return fileStore(join(this.#folder, `order-${listener}`))
  }
}

/** P-256, PKCS#8 PEM. */
export function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
