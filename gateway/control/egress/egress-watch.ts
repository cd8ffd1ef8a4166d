// What goes on about egress besides requests of operators: learning that ends, and what nodes leave for each other.

import { resolve } from 'node:path'
import type { Plan } from '../../config/plan.ts'
import { FolderDocuments } from '../documents/folder-documents.ts'
import { LearningEnd, type LearningEndDeps } from './learning-end.ts'
import { Sightings, type SightingsDeps } from './sightings.ts'

export type EgressWatchDeps = Omit<LearningEndDeps, 'documents' | 'clock'> &
  SightingsDeps & {
    readonly clock: LearningEndDeps['clock'] & SightingsDeps['clock']
  }

export class EgressWatch {
  /** What the nodes of the fleet saw. */
  readonly sightings: Sightings
  readonly #deps: EgressWatchDeps
  #learning: LearningEnd | null = null

  constructor(deps: EgressWatchDeps) {
    this.#deps = deps
    this.sightings = new Sightings(deps)
  }

  /** This plan is put to work. `dataDir`: absolute. Throws the system's error where that folder cannot be used. */
  use({ egress, store }: Pick<Plan, 'egress' | 'store'>, dataDir: string): void {
    this.sightings.use(store)
    this.#learning ??= new LearningEnd({
      ...this.#deps,
      documents: new FolderDocuments(resolve(dataDir, 'egress')),
    })
    this.#learning.use(egress)
  }

  close(): void {
    this.sightings.close()
    this.#learning?.close()
  }
}
