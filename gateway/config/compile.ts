// From a checked configuration to the immutable plan: a pure function of (config, materials), all problems at once.

import { compileEgress } from '../allow/compile.ts'
import type { EgressPlan } from '../allow/plan.ts'
import { compileIssuer } from '../auth/compile.ts'
import type { IssuerPlan } from '../auth/plan.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { checkSharedLimits } from '../limit/compile.ts'
import { compileStore } from '../limit/compile-store.ts'
import type { StorePlan } from '../limit/plan.ts'
import { compileService } from '../../sidecar/upstream/compile.ts'
import { compileAdmin, type AdminPlan } from './admin.ts'
import { checkTargets } from './forbidden-targets.ts'
import type { ListenerOptions } from './listener-options.ts'
import { compileListener, isClash } from './listener.ts'
import { readMaterials, type MaterialReader, type Materials } from './materials.ts'
import { canonicalService } from './mesh-rules.ts'
import { checkMeshRoutes, namedInRules } from './mesh-use.ts'
import { compileBind, compileMesh, type MeshPlan } from './mesh.ts'
import {
  isStatic,
  type AccessLogPlan,
  type ListenerPlan,
  type Plan,
  type RoutePlan,
  type TargetService,
} from './plan.ts'
import type { PairProblem } from './problems.ts'
import { suffixKind } from './public-suffix.ts'
import { compileRoute, type RouteContext } from './route.ts'
import type { Config } from './schema.ts'
import { compileTables } from './tables.ts'

/** false where the schema found something wrong with `key` at `at`; such parts are passed over. */
export type IsUsable = (at: ConfigPath, key: string | number) => boolean

const SLICE_MS = 8

/** The plan, or null where an error was reported. Never throws on bad input. */
export function compilePlan(
  config: Config,
  materials: Materials,
  revision: number,
  report: Report,
): Plan | null {
  const steps = compileSteps(config, readMaterials(materials), revision, report)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Runs `steps`, letting the event loop turn whenever about `sliceMs` have passed. */
export async function runInSlices<Result>(
  steps: Generator<void, Result>,
  clock: Pick<Clock, 'monotonicMs'>,
  sliceMs = SLICE_MS,
): Promise<Result> {
  for (;;) {
    const endMs = clock.monotonicMs() + sliceMs
    do {
      const step = steps.next()
      if (step.done === true) return step.value
    } while (clock.monotonicMs() < endMs)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

/** `compilePlan` in steps of well under a millisecond each (the building of a route table is one step). */
export function* compileSteps(
  config: Config,
  materials: MaterialReader,
  revision: number,
  report: Report,
  isUsable: IsUsable = () => true,
): Generator<void, Plan | null> {
  const compiler = new Compiler(config, materials, report, isUsable)
  const listeners: ListenerPlan[] = yield* compiler.listeners()
  const issuers = yield* compiler.issuers()
  const services = yield* compiler.services()
  const routes = yield* compiler.routes(issuers, services)
  const store = compiler.store()
  const mesh = compiler.mesh()
  const egress = compiler.egress()
  const admin = compiler.admin()
  if (mesh !== null) checkMeshRoutes(routes, mesh, compiler.report)
  if (admin !== null) checkTargets(config, admin, compiler.report)
  const metrics = compiler.metrics()
  const tables = yield* compileTables(routes, listeners, compiler.report)
  if (!compiler.sound || store === null || admin === null) return null
  const plans = routes.map((route) => route.plan)
  const targets = plans.flatMap((route) => route.to.map((target) => target.service))
  return {
    revision,
    production: config.production ?? false,
    store,
    listeners,
    issuers: [...issuers.values()].filter((issuer) => issuer !== null),
    services: [...new Set(targets.filter((service) => isStatic(service)))],
    egress,
    mesh,
    admin,
    routes: plans,
    tables,
    accessLog: compileAccessLog(config),
    secretNames: new Set(config.telemetry?.mask?.map((name) => name.toLowerCase())),
    metrics,
  }
}

class Compiler {
  /** false once an error was reported. */
  sound = true
  readonly report: Report
  readonly #config: Config
  readonly #materials: MaterialReader
  readonly #isUsable: IsUsable
  readonly #production: boolean

  constructor(config: Config, materials: MaterialReader, report: Report, isUsable: IsUsable) {
    this.report = (problem) => {
      if (problem.severity === 'error') this.sound = false
      report(problem)
    }
    this.#config = config
    this.#materials = materials
    this.#isUsable = isUsable
    this.#production = config.production === true
  }

  *listeners(): Generator<void, ListenerPlan[]> {
    const plans: { readonly plan: ListenerPlan; readonly at: ConfigPath }[] = []
    const names = new Map<string, ConfigPath>()
    for (const [index, options] of asList(this.#config.listeners).entries()) {
      const at = ['listeners', index]
      if (typeof options !== 'object' || options === null) continue
      this.#checkName('listener', options.name, at, names)
      const sound = Object.fromEntries(
        Object.entries(options).filter(([key]) => this.#isUsable(at, key)),
      ) as ListenerOptions
      const isBindLost = options.bind !== undefined && sound.bind === undefined
      if (sound.tls === undefined || isBindLost) continue
      const plan = compileListener(sound, this.#materials, at, this.report, this.#production)
      if (plan === null) continue
      const other = plans.find((earlier) => isClash(earlier.plan, plan))
      if (other !== undefined) {
        const message = `\`${plan.name}\` and \`${other.plan.name}\` listen on the same address`
        const fix = 'give each listener a port of its own'
        this.#reportPair([...at, 'bind'], message, fix, [...other.at, 'bind'])
      }
      plans.push({ plan, at })
      yield
    }
    return plans.map(({ plan }) => plan)
  }

  store(): StorePlan | null {
    const { store } = this.#config
    if (store === undefined || !this.#isUsable([], 'store')) return { kind: 'embedded' }
    return compileStore(store, ['store'], this.report, this.#readFile, this.#production)
  }

  /** null also where the file has none. */
  metrics(): Plan['metrics'] {
    const at = ['telemetry', 'metrics']
    const text = this.#config.telemetry?.metrics
    if (text === undefined || !this.#isUsable(['telemetry'], 'metrics')) return null
    return compileBind(text, at, this.report)
  }

  /** null also where the file has none. */
  mesh(): MeshPlan | null {
    const { mesh, services = {}, issuers = {} } = this.#config
    if (mesh === undefined || !this.#isUsable([], 'mesh')) return null
    return compileMesh(mesh, ['mesh'], this.report, this.#readFile, this.#production, {
      services: new Set(Object.keys(services).map(canonicalService)),
      issuers: new Set(Object.keys(issuers)),
    })
  }

  admin(): AdminPlan | null {
    if (!this.#isUsable([], 'admin')) return null
    const { admin } = this.#config
    return compileAdmin(admin, ['admin'], this.report, this.#readFile, this.#production)
  }

  /** null also where the file has none. */
  egress(): EgressPlan | null {
    const { egress, mesh } = this.#config
    if (egress === undefined) return null
    if (egress.mesh !== undefined && mesh === undefined) {
      const message = 'a mesh door of egress needs a mesh'
      const fix = 'add `mesh: { trustDomain: example.internal }`, or remove it'
      this.report({ severity: 'error', path: ['egress', 'mesh'], message, fix })
    }
    return compileEgress(egress, ['egress'], this.report, {
      readFile: this.#readFile,
      production: this.#production,
      nowMs: this.#materials.readAtMs,
      suffixKind,
      isUsable: this.#isUsable,
    })
  }

  *issuers(): Generator<void, Map<string, IssuerPlan | null>> {
    const issuers = this.#named<IssuerPlan>(this.#config.issuers)
    for (const [name, options] of this.#usable('issuers', this.#config.issuers)) {
      const at = ['issuers', name]
      const read = this.#readFile
      issuers.set(name, compileIssuer(name, options, at, this.report, read, this.#production))
      yield
    }
    return issuers
  }

  *services(): Generator<void, Map<string, TargetService | null>> {
    const services = this.#named<TargetService>(this.#config.services)
    for (const [name, options] of this.#usable('services', this.#config.services)) {
      const at = ['services', name]
      const read = this.#readFile
      if ('mesh' in options) services.set(name, this.#meshService(name, at))
      else
        services.set(name, compileService(name, options, at, this.report, read, this.#production))
      yield
    }
    return services
  }

  #meshService(name: string, at: ConfigPath): TargetService | null {
    if (this.#config.mesh !== undefined) return { mesh: true, name: canonicalService(name) }
    const message = `service \`${name}\` is of the mesh, and there is no \`mesh:\``
    const fix = 'add `mesh: { trustDomain: example.internal }`, or write `endpoints:`'
    this.report({ severity: 'error', path: [...at, 'mesh'], message, fix })
    return null
  }

  *routes(
    issuers: ReadonlyMap<string, IssuerPlan | null>,
    services: RouteContext['services'],
  ): Generator<void, { plan: RoutePlan; at: ConfigPath }[]> {
    const context: RouteContext = {
      report: this.report,
      production: this.#production,
      listeners: new Set(asList(this.#config.listeners).map((listener) => listener?.name)),
      issuers: new Map(
        [...issuers].flatMap(([name, issuer]) => (issuer === null ? [] : [[name, issuer]])),
      ),
      brokenIssuers: new Set([...issuers.keys()].filter((name) => issuers.get(name) === null)),
      services,
      anonymous: new Map(),
      used: new Set(),
      isUsable: this.#isUsable,
    }
    const routes: { plan: RoutePlan; at: ConfigPath }[] = []
    const names = new Map<string, ConfigPath>()
    for (const [index, options] of asList(this.#config.routes).entries()) {
      const at = ['routes', index]
      if (typeof options !== 'object' || options === null) continue
      this.#checkName('route', options.name, at, names)
      const plan = compileRoute(options, at, context)
      if (plan !== null) routes.push({ plan, at })
      yield
    }
    this.#reportUnused(services, context.used)
    checkSharedLimits(
      routes.map(({ plan: { limits }, at }) => ({
        limits: [...limits.beforeAuth, ...limits.afterAuth],
        at: [...at, 'limits'],
      })),
      this.report,
    )
    return routes
  }

  #reportUnused(services: RouteContext['services'], used: ReadonlySet<string>): void {
    const routes = asList(this.#config.routes)
    const areTargetsKnown = routes.every((_, index) => this.#isUsable(['routes', index], 'to'))
    if (!areTargetsKnown || routes.length === 0) return
    const inMesh = namedInRules(this.#isUsable([], 'mesh') ? this.#config.mesh : undefined)
    for (const name of services.keys()) {
      if (used.has(name) || inMesh.has(canonicalService(name))) continue
      const message = `service \`${name}\` is not used by any route`
      const fix = 'send a route to it, or remove it'
      this.report({ severity: 'warning', path: ['services', name], atKey: true, message, fix })
    }
  }

  #checkName(kind: string, name: unknown, at: ConfigPath, seen: Map<string, ConfigPath>): void {
    if (typeof name !== 'string') return
    const path = [...at, 'name']
    const first = seen.get(name)
    if (first === undefined) seen.set(name, path)
    else this.#reportPair(path, `two ${kind}s are named \`${name}\``, 'rename one of them', first)
  }

  #reportPair(path: ConfigPath, message: string, fix: string, related: ConfigPath): void {
    const problem: PairProblem = { severity: 'error', path, message, fix, related }
    this.report(problem)
  }

  /** Every name that is written, so that what refers to a broken entry is not reported as unknown. */
  #named<Value>(entries: Readonly<Record<string, unknown>> | undefined): Map<string, Value | null> {
    const names = typeof entries === 'object' && entries !== null ? Object.keys(entries) : []
    return new Map(names.map((name) => [name, null]))
  }

  /** The entries below `key` that the schema accepted. */
  #usable<Value>(
    key: string,
    entries: Readonly<Record<string, Value>> | undefined,
  ): readonly (readonly [name: string, value: Value])[] {
    if (typeof entries !== 'object' || entries === null) return []
    return Object.entries(entries).filter(([name]) => this.#isUsable([key], name))
  }

  readonly #readFile = (path: string): string | null => {
    const content = this.#materials.file(path)
    return 'text' in content ? content.text : null
  }
}

function compileAccessLog(config: Config): AccessLogPlan {
  const accessLog = config.telemetry?.accessLog ?? 'failures'
  if (typeof accessLog === 'string') return { kind: accessLog }
  return { kind: 'sample', ratio: Number.parseFloat(accessLog.sample) / 100 }
}

function asList<Item>(value: readonly Item[] | undefined): readonly Item[] {
  return Array.isArray(value) ? (value as readonly Item[]) : []
}
