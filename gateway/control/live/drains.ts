// Which endpoints an operator keeps from new requests, who and since when: remembered, and told to every worker.

import type { LiveQuestion } from '../../decide/explain-messages.ts'
import type { DrainedEndpoint, EndpointReport } from '../../decide/live-state.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError } from '../admin/api-error.ts'
import { update, type Documents } from '../documents/documents.ts'
import { Gather, type Gathered } from './gather.ts'

const DOCUMENT = 'drains'
const MAX_DRAINS = 1000
/** A worker that begins learns it within this time. */
const REPEAT_MS = 1000

export interface Drain {
  readonly service: string
  /** URL as configured, or the name of an instance of the mesh. */
  readonly endpoint: string
  readonly by: string
  /** Wall clock. */
  readonly atMs: number
  /** As the operator gave it; or empty. */
  readonly reason: string
}

export interface DrainsDeps {
  readonly clock: Clock
  readonly tellAll: (question: LiveQuestion) => void
  readonly gather: Gather<readonly EndpointReport[]>
}

export class Drains {
  readonly #deps: DrainsDeps
  #documents: Documents | null = null
  #list: readonly Drain[] = []
  #cancelRepeat = (): void => {}
  /** Once something was drained, that nothing is any more is worth saying, too. */
  #isTelling = false

  constructor(deps: DrainsDeps) {
    this.#deps = deps
  }

  /** Where they are remembered. Rejects where that was damaged: what is drained now stays so. */
  async open(documents: Documents): Promise<void> {
    if (this.#documents !== null) return
    this.#list = parsed((await documents.read(DOCUMENT)).text)
    this.#documents = documents
    if (this.#list.length > 0) this.#repeat()
  }

  get list(): readonly Drain[] {
    return this.#list
  }

  /** Resolves once the workers keep to it. Throws ApiError `not_available`, `too_large`. */
  add(drain: Drain): Promise<Gathered<readonly EndpointReport[]>> {
    return this.#change((list) => {
      const others = list.filter((one) => !isSame(one, drain))
      if (others.length < MAX_DRAINS) return [...others, drain]
      throw new ApiError('too_large', `${MAX_DRAINS} endpoints are drained: enable some first`)
    })
  }

  /** As `add`. */
  remove(which: Pick<Drain, 'service' | 'endpoint'>): Promise<Gathered<readonly EndpointReport[]>> {
    return this.#change((list) => list.filter((one) => !isSame(one, which)))
  }

  close(): void {
    this.#cancelRepeat()
  }

  async #change(
    change: (list: readonly Drain[]) => readonly Drain[],
  ): Promise<Gathered<readonly EndpointReport[]>> {
    if (this.#documents === null) {
      throw new ApiError('not_available', 'what is drained cannot be remembered now')
    }
    this.#list = await update(this.#documents, DOCUMENT, (text) => {
      const list = change(parsed(text))
      return { text: JSON.stringify(list), result: list }
    })
    this.#repeat()
    return this.#deps.gather.ask((ask) => this.#tell(ask))
  }

  #tell(ask: number): void {
    const drained = this.#list.map(({ service, endpoint }): DrainedEndpoint => [service, endpoint])
    this.#deps.tellAll({ kind: 'live-drain', ask, drained })
  }

  #repeat(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    const again = (): void => {
      this.#tell(0)
      this.#cancelRepeat = this.#deps.clock.after(REPEAT_MS, again)
    }
    again()
  }
}

function isSame(
  a: Pick<Drain, 'service' | 'endpoint'>,
  b: Pick<Drain, 'service' | 'endpoint'>,
): boolean {
  return a.service === b.service && a.endpoint === b.endpoint
}

function parsed(text: string): readonly Drain[] {
  return text === '' ? [] : (JSON.parse(text) as Drain[])
}
