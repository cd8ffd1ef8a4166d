// Refused calls that somebody has looked at and wants to stay refused, each with a note; kept over restarts.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { ApiError } from '../admin/api-error.ts'
import { update, type Documents } from '../documents/documents.ts'

const DOCUMENT = 'ignored-denials'
/** The one that was ignored longest ago is forgotten for a new one, and shows itself again. */
const MAX_IGNORED = 1000

/** A caller and a destination, as they stand in the inbox. */
export interface CallKey {
  readonly from: string
  readonly host: string
  readonly port: number
}

export interface Ignoring extends CallKey {
  readonly note: string
  readonly by: string
  readonly atMs: number
}

export class Ignored {
  readonly #documents: Documents
  readonly #clock: Pick<Clock, 'wallMs'>

  constructor(documents: Documents, clock: Pick<Clock, 'wallMs'>) {
    this.#documents = documents
    this.#clock = clock
  }

  /** By `keyOf`. Throws ApiError `not_available`. */
  async all(): Promise<ReadonlyMap<string, Ignoring>> {
    return this.#reached(async () => {
      const { text } = await this.#documents.read(DOCUMENT)
      return new Map(parse(text).map((entry) => [keyOf(entry), entry]))
    })
  }

  /** A note that is there is replaced. Throws ApiError `not_available`. */
  async add(call: CallKey, note: string, by: string): Promise<void> {
    const entry: Ignoring = { ...call, note, by, atMs: this.#clock.wallMs() }
    await this.#change((entries) => [...without(entries, call), entry].slice(-MAX_IGNORED))
  }

  /** False where it is not ignored. Throws ApiError `not_available`. */
  async remove(call: CallKey): Promise<boolean> {
    return this.#change((entries) => without(entries, call))
  }

  /** Whether anything is other than before. */
  #change(change: (entries: readonly Ignoring[]) => readonly Ignoring[]): Promise<boolean> {
    return this.#reached(() =>
      update(this.#documents, DOCUMENT, (text) => {
        const next = JSON.stringify(change(parse(text)))
        const isOther = next !== (text === '' ? '[]' : text)
        return { text: isOther ? next : null, result: isOther }
      }),
    )
  }

  async #reached<Result>(task: () => Promise<Result>): Promise<Result> {
    try {
      return await task()
    } catch (error) {
      throw new ApiError('not_available', `the notes cannot be used: ${errorMessage(error)}`)
    }
  }
}

export function keyOf({ from, host, port }: CallKey): string {
  return JSON.stringify([from, host, port])
}

function parse(text: string): readonly Ignoring[] {
  return text === '' ? [] : (JSON.parse(text) as Ignoring[])
}

function without(entries: readonly Ignoring[], call: CallKey): readonly Ignoring[] {
  const key = keyOf(call)
  return entries.filter((entry) => keyOf(entry) !== key)
}
