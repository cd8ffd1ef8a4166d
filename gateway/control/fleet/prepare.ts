// Whether this node could serve a text: everything short of serving it.

import { compileSteps, runInSlices } from '../../config/compile.ts'
import type { LoadedConfig, LoadResult } from '../../config/load.ts'
import { readMaterials } from '../../config/materials.ts'
import type { Plan } from '../../config/plan.ts'
import type { LocatedProblem } from '../../config/problems.ts'
import { writeProblem } from '../../config/write.ts'
import type { StorePlan } from '../../limit/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { firstTaken } from '../addresses.ts'
import type { Vote } from './member.ts'

export interface PrepareDeps {
  readonly clock: Clock
  /** The configuration file that will have to say it. */
  readonly file: string
  readonly check: (text: string) => Promise<LoadResult>
  /** What is served now. */
  readonly plan: () => Plan
}

/** More than anybody reads at once. */
const MAX_PROBLEMS = 20
const MAX_REASON = 1000

/** Never rejects: whatever goes wrong is a reason to refuse. */
export async function prepare(text: string, deps: PrepareDeps): Promise<Vote> {
  try {
    const loaded = await deps.check(text)
    if (loaded.kind === 'refused') return invalid(loaded.problems)
    const reason = await obstacle(loaded, deps)
    return reason === null ? { kind: 'ready' } : refused(reason)
  } catch (error) {
    return refused(errorMessage(error))
  }
}

/** Where a store's data are: what a fleet must not leave while it runs. Addresses of sentinels and of a cluster may change. */
export function placeOf(store: StorePlan): string {
  if (store.kind === 'embedded') return 'embedded'
  const { topology, prefix } = store
  switch (topology.kind) {
    case 'single':
      return `${topology.endpoint.host}:${topology.endpoint.port}/${topology.database} ${prefix}`
    case 'sentinel':
      return `sentinel ${topology.name} ${prefix}`
    case 'cluster':
      return `cluster ${prefix}`
  }
}

async function obstacle(
  { config, materials }: LoadedConfig,
  { clock, file, plan: current }: PrepareDeps,
): Promise<string | null> {
  const steps = compileSteps(config, readMaterials(materials), 0, () => {})
  const plan = await runInSlices(steps, clock)
  if (plan === null) return 'the configuration does not compile'
  const served = current()
  if (placeOf(plan.store) !== placeOf(served.store)) {
    return 'a fleet keeps its store: stop every node, change `store:` in each file, and start them'
  }
  const problem = writeProblem(file)
  if (problem !== null) return `the file is not ours to write: ${problem}`
  return firstTaken(plan.listeners, served.listeners)
}

function refused(reason: string): Vote {
  return { kind: 'refused', reason: reason.slice(0, MAX_REASON), problems: [] }
}

function invalid(all: readonly LocatedProblem[]): Vote {
  const errors = all.filter(({ severity }) => severity === 'error')
  const problems = errors.slice(0, MAX_PROBLEMS).map(({ path, message, position }) => {
    const { line, column } = position
    return { path, message: message.slice(0, MAX_REASON), line, column }
  })
  const [first] = problems
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  const where = first === undefined ? '' : `line ${first.line}, column ${first.column}: `
  return { kind: 'refused', reason: `${where}${first?.message ?? 'not valid'}${more}`, problems }
}
