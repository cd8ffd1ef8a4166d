// Documents that a fleet shares, with a copy of each on this node: for when the store is away, or has lost them.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { update, type Document, type Documents } from './documents.ts'
import type { RedisDocuments } from './redis-documents.ts'

export interface FleetDocumentsOptions {
  readonly shared: Pick<RedisDocuments, 'read' | 'write'>
  /** Of this node: what it brings into a fleet that has none, and what it keeps of those of the fleet. */
  readonly copies: Documents
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>
  readonly log: Log
  /** Resolves when the store may be asked for the first time, however that came out. */
  readonly ready: Promise<void>
}

/** While the store is away, so long what was read from it is still believed. */
export const BELIEVED_MS = 15 * 60_000
/** How often the copies are brought up to date. */
const COPY_MS = 1000
const COPIED = ['accounts', 'sessions', 'join-tokens', 'ignored-denials', 'releases']

interface Known {
  readonly document: Document
  readonly confirmedMs: number
}

/**
 * What the store does not have, the first node that looks for it gives it from its copy: so the accounts of one node
 * become those of its fleet, and a store that was emptied gets back what it lost. A read rejects where the store has
 * been away for longer than {@link BELIEVED_MS}; a write where it is away at all.
 */
export class FleetDocuments implements Documents {
  readonly #options: FleetDocumentsOptions
  readonly #known = new Map<string, Known>()
  #isAway = false
  #isClosed = false
  #cancelCopy = (): void => {}

  constructor(options: FleetDocumentsOptions) {
    this.#options = options
    void this.#copyAll()
  }

  get isAway(): boolean {
    return this.#isAway
  }

  async read(name: string): Promise<Document> {
    const { ready, shared } = this.#options
    await ready
    try {
      const found = await shared.read(name, this.#known.get(name)?.document ?? null)
      this.#isAway = false
      const document = found.version === 0 ? await this.#give(name) : found
      await this.#keep(name, document)
      return document
    } catch (error) {
      return this.#believed(name, error)
    }
  }

  async write(name: string, text: string, version: number): Promise<boolean> {
    return this.#options.shared.write(name, text, version)
  }

  close(): void {
    this.#isClosed = true
    this.#cancelCopy()
  }

  async #give(name: string): Promise<Document> {
    const { shared, copies, log } = this.#options
    const own = await copies.read(name)
    if (own.version === 0) return { text: '', version: 0 }
    if (await shared.write(name, own.text, 0)) {
      log.warn('the fleet’s store had no such document: it has that of this node now', { name })
    }
    return shared.read(name)
  }

  async #keep(name: string, document: Document): Promise<void> {
    const { copies, clock, log } = this.#options
    const before = this.#known.get(name)?.document
    this.#known.set(name, { document, confirmedMs: clock.monotonicMs() })
    if (before?.version === document.version || document.version === 0) return
    try {
      await update(copies, name, (copy) => {
        return { text: copy === document.text ? null : document.text, result: undefined }
      })
    } catch (error) {
      log.error('the copy of a document cannot be written', { name, error: errorMessage(error) })
    }
  }

  #believed(name: string, error: unknown): Document {
    this.#isAway = true
    const known = this.#known.get(name)
    const nowMs = this.#options.clock.monotonicMs()
    if (known !== undefined && nowMs - known.confirmedMs < BELIEVED_MS) return known.document
    throw error
  }

  async #copyAll(): Promise<void> {
    for (const name of COPIED) await this.read(name).catch(() => undefined)
    if (this.#isClosed) return
    this.#cancelCopy = this.#options.clock.after(COPY_MS, () => void this.#copyAll())
  }
}
