// Which targets are held to guard rails, and what came of those that were: kept over restarts, and one for a whole fleet.

import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { update, type Documents } from '../documents/documents.ts'
import type { Tally } from './error-guard.ts'
import type { Rails } from './rails.ts'

const DOCUMENT = 'releases'
/** Of each kind; the one that was set longest ago is forgotten for a new one. */
const MAX_KEPT = 200

/** One for each route. */
export interface Watch {
  readonly route: string
  readonly target: string
  readonly rails: Rails
  /** Wall clock. */
  readonly setAtMs: number
  /** Who set it. */
  readonly by: string
  /** The other targets before it was set: what counts where they get too few requests now. */
  readonly before: Tally
  /** It was set with this one: who serves an older one yet cannot tell what became of it. null: it has no number. */
  readonly revision: number | null
}

/** A release that ran into its guard rails; the latest of each route. */
export interface Abort {
  readonly route: string
  readonly target: string
  readonly atMs: number
  readonly reason: string
  readonly revision: number | null
}

interface Kept {
  readonly watches: readonly Watch[]
  readonly aborts: readonly Abort[]
}

const NOTHING: Kept = { watches: [], aborts: [] }

/** What is asked for is answered from memory. Changes reject where they cannot be kept, and are not made then. */
export class Watches {
  readonly #documents: Documents
  #kept: Kept = NOTHING
  #text = ''
  #changes = 0

  /** Where what was kept cannot be read nothing is watched, and the log says so. */
  static async open(documents: Documents, log: Log): Promise<Watches> {
    const watches = new Watches(documents)
    try {
      await watches.#read()
    } catch (error) {
      const said = { error: errorMessage(error) }
      log.error('the guard rails of releases cannot be read yet: none of them is watched', said)
    }
    return watches
  }

  private constructor(documents: Documents) {
    this.#documents = documents
  }

  /** What other nodes wrote is known, too. While it cannot be read, what was known before goes on. Never rejects. */
  async refresh(): Promise<void> {
    await this.#read().catch(() => undefined)
  }

  get all(): readonly Watch[] {
    return this.#kept.watches
  }

  of(route: string): Watch | null {
    return this.#kept.watches.find((watch) => watch.route === route) ?? null
  }

  abortOf(route: string): Abort | null {
    return this.#kept.aborts.find((abort) => abort.route === route) ?? null
  }

  /** What came of the release before is over then. */
  set(watch: Watch): Promise<void> {
    return this.#change(({ watches, aborts }) => ({
      watches: [...without(watches, watch.route), watch].slice(-MAX_KEPT),
      aborts: without(aborts, watch.route),
    }))
  }

  /** Nothing is watched there, and nothing told, any more. */
  async clear(route: string): Promise<void> {
    if (this.of(route) === null && this.abortOf(route) === null) return
    await this.#change(({ watches, aborts }) => ({
      watches: without(watches, route),
      aborts: without(aborts, route),
    }))
  }

  async remove(route: string): Promise<void> {
    if (this.of(route) === null) return
    await this.#change((kept) => ({ ...kept, watches: without(kept.watches, route) }))
  }

  /** What came of the release before is not told any more. */
  async forgetAbort(route: string): Promise<void> {
    if (this.abortOf(route) === null) return
    await this.#change((kept) => ({ ...kept, aborts: without(kept.aborts, route) }))
  }

  aborted(abort: Abort): Promise<void> {
    return this.#change(({ watches, aborts }) => ({
      watches,
      aborts: [...without(aborts, abort.route), abort].slice(-MAX_KEPT),
    }))
  }

  async #read(): Promise<void> {
    const changes = this.#changes
    const { text } = await this.#documents.read(DOCUMENT)
    // What was changed here meanwhile is newer than what was read.
    if (text === this.#text || changes !== this.#changes) return
    this.#kept = parsed(text)
    this.#text = text
  }

  async #change(change: (kept: Kept) => Kept): Promise<void> {
    this.#changes++
    this.#text = await update(this.#documents, DOCUMENT, (text) => {
      const next = JSON.stringify(change(parsed(text)))
      return { text: next, result: next }
    })
    this.#kept = parsed(this.#text)
    this.#changes++
  }
}

function without<Entry extends { readonly route: string }>(
  entries: readonly Entry[],
  route: string,
): readonly Entry[] {
  return entries.filter((entry) => entry.route !== route)
}

/** The document is checksummed: what is there was written by `#change`. */
function parsed(text: string): Kept {
  return text === '' ? NOTHING : (JSON.parse(text) as Kept)
}
