// The configuration as operators see it: what is served, what it was before, and how it is changed.

import type { LoadResult } from '../../config/load.ts'
import type { LocatedProblem } from '../../config/problems.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Guard } from '../releases/guard.ts'
import {
  checksumOf,
  type Origin,
  type Revision,
  type RevisionSummary,
} from '../revisions/revision.ts'
import type { Current, Deployment, ServingNode } from './deployment.ts'
import { invalid, stale } from './refusals.ts'
import { unifiedDiff } from './text-diff.ts'

export interface ConfigurationsOptions {
  /** How changes come to be served now: a node may join a fleet, or leave it. */
  readonly deployment: () => Deployment
  /** Everything that is wrong with a text, as `check` says it; changes nothing. */
  readonly check: (text: string) => Promise<LoadResult>
}

export interface ChangeWanted {
  readonly text: string
  readonly author: string
  readonly origin: Origin
  readonly message: string
  readonly confirmWithinMs: number | null
  readonly guard?: Guard
  /** Checksum of what the author saw. */
  readonly expected: string
}

/** What a text would mean. */
export interface Trial {
  readonly warnings: readonly LocatedProblem[]
  /** '' where nothing changes. */
  readonly diff: string
}

export interface Served {
  readonly text: string
  readonly checksum: string
  /** null until it is written down. */
  readonly revision: number | null
  readonly revertsAtMs: number | null
  /** What takes it back where requests fail; null: nothing. */
  readonly guard: Guard | null
}

export interface Applied extends Served, Trial {
  /** Every live node of the fleet; empty for a node that works alone. */
  readonly nodes: readonly ServingNode[]
}

export class Configurations {
  readonly #options: ConfigurationsOptions

  constructor(options: ConfigurationsOptions) {
    this.#options = options
  }

  /** Throws ApiError `not_available` before the first configuration is known. */
  served(): Served {
    const current = this.#deployment.current()
    if (current !== null) return servedOf(current)
    throw new ApiError('not_available', 'no configuration is served yet')
  }

  /** What is served, if it has that checksum. Throws ApiError `stale` where somebody else was faster, `not_available`. */
  async expect(checksum: string): Promise<string> {
    const served = this.served()
    if (served.checksum === checksum) return served.text
    throw stale(await this.#deployment.read((store) => store.head()))
  }

  /** Throws ApiError `config_invalid` with every problem. */
  async trial(text: string): Promise<Trial> {
    const result = await this.#options.check(text)
    if (result.kind === 'refused') throw invalid(result.problems)
    return { warnings: result.warnings, diff: diffOf(this.served().text, text) }
  }

  /** Throws ApiError: `stale` where somebody else was faster, `config_invalid`, `rejected`, `not_available`. */
  async apply({ expected, ...change }: ChangeWanted): Promise<Applied> {
    const before = this.served().text
    const { nodes, warnings, ...current } = await this.#deployment.apply(change, expected)
    return { ...servedOf(current), warnings, nodes, diff: diffOf(before, change.text) }
  }

  /** The change that waits stays. Throws ApiError `conflict`, `not_available`. */
  async confirm(): Promise<Served> {
    return servedOf(await this.#deployment.confirm())
  }

  /** Newest first, those below `before` (null: all). Throws ApiError `not_available`. */
  revisions(before: number | null, limit: number): Promise<readonly RevisionSummary[]> {
    return this.#deployment.read((store) => store.list(before, limit))
  }

  /** Throws ApiError `not_found`, `not_available`. */
  async revision(number: number): Promise<Revision> {
    const revision = await this.#deployment.read((store) => store.get(number))
    if (revision === null) throw new ApiError('not_found', `there is no revision ${number}`)
    return revision
  }

  /** What revisions are tagged with, by number. Throws ApiError `not_available`. */
  tags(): Promise<ReadonlyMap<number, string>> {
    return this.#deployment.read((store) => store.tags())
  }

  /** null takes the tag away. Throws ApiError `not_found`, `conflict` where too many are tagged, `not_available`. */
  async tag(number: number, tag: string | null): Promise<void> {
    const revision = await this.revision(number)
    const problem = await this.#deployment.read((store) =>
      store.tag(revision, tag).then(
        () => null,
        (error: unknown) => {
          if (error instanceof RangeError) return error.message
          throw error
        },
      ),
    )
    if (problem !== null) throw new ApiError('conflict', problem)
  }

  get #deployment(): Deployment {
    return this.#options.deployment()
  }
}

function diffOf(served: string, wanted: string): string {
  return unifiedDiff(served, wanted, { before: 'served', after: 'wanted' })
}

function servedOf({ live, revision }: Current): Served {
  const { text, revertsAtMs, guard = null } = live
  return { text, checksum: checksumOf(text), revision, revertsAtMs, guard }
}
