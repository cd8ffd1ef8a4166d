// From the configuration file to checked values and materials, or to everything that is wrong with them.

import { dirname, resolve } from 'node:path'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { check } from '../../sidecar/runtime/check.ts'
import type { ConfigPath, Problem } from '../../sidecar/runtime/problem.ts'
import { compileSteps, runInSlices, type IsUsable } from './compile.ts'
import { readDocument } from './document.ts'
import { explainLater } from './later.ts'
import { MaterialCollector, type Disk, type Materials } from './materials.ts'
import { byPosition, locateProblem, type LocatedProblem } from './problems.ts'
import type { Plan } from './plan.ts'
import { ConfigSchema, type Config } from './schema.ts'
import { redactProblem, reportLiteralSecrets } from './secrets.ts'
import { substitute, type Secret } from './substitute.ts'

export interface LoadDependencies extends Disk {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs'>
  /** What the policy tests of the file say of the plan; they stand above this part, and are run nowhere else. */
  readonly runTests?: RunTests
}

export type RunTests = (
  tests: NonNullable<Config['tests']>,
  plan: Plan,
  nowMs: number,
) => readonly Problem[]

export type LoadResult = LoadedConfig | RefusedConfig

export interface LoadedConfig {
  readonly kind: 'loaded'
  /** With references resolved: it holds secrets, and goes to data-plane processes and nowhere else. */
  readonly config: Config
  readonly materials: Materials
  /** Absolute path the file's relative paths begin at. */
  readonly folder: string
  /** Absolute paths of every file and folder that was read or looked for, the configuration first. */
  readonly sources: readonly string[]
  readonly warnings: readonly LocatedProblem[]
  /** The file as written, references unresolved. */
  readonly text: string
}

export interface RefusedConfig {
  readonly kind: 'refused'
  /** Errors and warnings, by position. */
  readonly problems: readonly LocatedProblem[]
  readonly sources: readonly string[]
  readonly text: string
}

const MAX_FILE_BYTES = 32 * 1024 * 1024
/** More than anybody reads; the rest is counted. */
const MAX_PROBLEMS = 1000
const START = { line: 1, column: 1, length: 1 }

/** Reads, checks and trial-compiles `file`. Never throws on bad input. */
export async function loadConfig(
  file: string,
  dependencies: LoadDependencies,
): Promise<LoadResult> {
  const source = resolve(file)
  let text: string
  try {
    text = dependencies.readFile(source, MAX_FILE_BYTES)
  } catch (error) {
    return { kind: 'refused', problems: [unreadable(file, error)], sources: [source], text: '' }
  }
  return loadConfigText(text, file, dependencies)
}

/** As `loadConfig`, for a text that is not in the file yet: relative paths begin where the file is. */
export async function loadConfigText(
  text: string,
  file: string,
  dependencies: LoadDependencies,
): Promise<LoadResult> {
  const source = resolve(file)
  const document = readDocument(text)
  if (!document.isReadable) {
    return { kind: 'refused', problems: document.problems, sources: [source], text }
  }
  const collector = new MaterialCollector(source, dependencies, dependencies.clock.wallMs())
  const outcome = await examine(document.value, collector, dependencies)
  const found = outcome.problems.map((problem) => locateProblem(problem, document.locate))
  const problems = [...document.problems, ...found].toSorted(byPosition)
  const sources = [source, ...collector.sources()]
  if (problems.some((problem) => problem.severity === 'error')) {
    return { kind: 'refused', problems, sources, text }
  }
  return {
    kind: 'loaded',
    config: outcome.value as Config,
    materials: collector.materials(),
    folder: dirname(source),
    sources,
    warnings: problems,
    text,
  }
}

/** Substitution, schema and trial compilation; later steps pass over what earlier ones found broken. */
async function examine(
  raw: unknown,
  collector: MaterialCollector,
  { env, clock, runTests }: LoadDependencies,
): Promise<{ readonly value: unknown; readonly problems: readonly Problem[] }> {
  const problems = new ProblemList()
  if (raw === null) {
    const fix = 'begin with `listeners:` and `routes:`'
    problems.add({ severity: 'error', path: [], message: 'the file is empty', fix })
    return { value: raw, problems: problems.finish([]) }
  }
  const broken = new BrokenPaths()
  const production = (raw as { production?: unknown }).production === true
  reportLiteralSecrets(raw, production, problems.add)
  const readFile = (path: string) => collector.secretFile(path)
  const { value, secrets } = substitute(raw, { env, readFile }, (problem) => {
    broken.add(problem.path)
    problems.add(problem)
  })
  const unresolved = broken.copy()
  check(ConfigSchema, value, (problem) => {
    if (unresolved.isBroken(problem.path)) return
    // An unknown key leaves the rest of its surroundings usable.
    if (problem.atKey !== true) broken.add(problem.path)
    problems.add(explainLater(problem))
  })
  const isUsable: IsUsable = (at, key) => broken.isEmpty || !broken.isTouched([...at, key])
  const steps = compileSteps(value as Config, collector, 0, problems.add, isUsable)
  const plan = await runInSlices(steps, clock)
  const { tests } = value as Config
  if (plan !== null && tests !== undefined && isUsable([], 'tests')) {
    for (const problem of runTests?.(tests, plan, clock.wallMs()) ?? []) problems.add(problem)
  }
  return { value, problems: problems.finish(secrets) }
}

/** Paths with problems, kept as text. */
class BrokenPaths {
  /** The paths themselves. */
  readonly #exact = new Set<string>()
  /** They and all above them. */
  readonly #touched = new Set<string>()

  get isEmpty(): boolean {
    return this.#exact.size === 0
  }

  add(path: ConfigPath): void {
    this.#exact.add(keyOf(path))
    for (let depth = 0; depth <= path.length; depth++) {
      this.#touched.add(keyOf(path.slice(0, depth)))
    }
  }

  copy(): BrokenPaths {
    const copy = new BrokenPaths()
    for (const key of this.#exact) copy.add(JSON.parse(key) as ConfigPath)
    return copy
  }

  isBroken(path: ConfigPath): boolean {
    return this.#exact.has(keyOf(path))
  }

  /** Something at, below or above `path` is broken. */
  isTouched(path: ConfigPath): boolean {
    if (this.#touched.has(keyOf(path))) return true
    return path.some((_, depth) => depth > 0 && this.isBroken(path.slice(0, depth)))
  }
}

function keyOf(path: ConfigPath): string {
  return JSON.stringify(path)
}

class ProblemList {
  readonly #problems: Problem[] = []
  #more = 0

  readonly add = (problem: Problem): void => {
    // Errors must never be lost among warnings, or a broken configuration would pass.
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem)
    else this.#more += 1
  }

  finish(secrets: readonly Secret[]): readonly Problem[] {
    const problems = this.#problems.map((problem) => redactProblem(problem, secrets))
    if (this.#more === 0) return problems
    const message = `there are ${this.#more} more problems`
    return [...problems, { severity: 'error', path: [], message, fix: 'mend these first' }]
  }
}

function unreadable(file: string, error: unknown): LocatedProblem {
  const reason = (error as Error).message.replace(/^([A-Z]+: [^,]*),.*$/s, '$1')
  const message = `cannot read ${file}: ${reason}`
  const fix = 'name a readable file of at most 32 MiB'
  return { severity: 'error', path: [], message, fix, position: START, other: null }
}
