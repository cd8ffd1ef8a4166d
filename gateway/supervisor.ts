// The process that owns the configuration and the workers: wires file, rollout, keys and processes together.

import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { compilePlan } from './config/compile.ts'
import { policyTests } from './decide/policy-tests.ts'
import { disk } from './config/disk.ts'
import { loadConfig, loadConfigText, type LoadedConfig, type LoadResult } from './config/load.ts'
import type { Plan } from './config/plan.ts'
import { formatProblems } from './config/problems.ts'
import { watchSources, type Watcher } from './config/watch.ts'
import type { Language } from './language/language.ts'
import { Changes } from './changes.ts'
import { CONTROL_ID, ControlLink } from './control-link.ts'
import { firstTaken } from './control/addresses.ts'
import { IssuerKeys } from './control/issuer-keys.ts'
import { Rollout, type RolloutResult } from './control/rollout.ts'
import { ROTATE_MS, TicketKeys } from './control/ticket-keys.ts'
import { Workers } from './control/workers.ts'
import { EmbeddedStore } from './limit/embedded-store.ts'
import { answerLimitRequest, type LimitRequest } from './limit/remote-store.ts'
import type {
  FromControl,
  FromWorker,
  KeysMessage,
  RevisionMessage,
  ToControl,
  ToWorker,
} from './messages.ts'
import { program, spawnWorker } from './worker-processes.ts'
import type { Clock } from '../sidecar/runtime/clock.ts'
import type { Log } from '../sidecar/telemetry/log.ts'

/** How long requests may take to finish at the end. */
export const DRAIN_MS = 30_000

export interface SupervisorOptions {
  readonly file: string
  readonly clock: Clock
  readonly log: Log
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where problems of the file are shown to people. */
  readonly show: (text: string) => void
  readonly colour: boolean
  /** Of those problems; absent: English. */
  readonly language?: Language
}

export interface Supervisor {
  /** Bound ports by listener name. */
  readonly ports: Readonly<Record<string, number>>
  readonly plan: Plan
  reload(): Promise<void>
  end(): Promise<void>
}

/** Starts everything; null where the file is refused (shown), and an error where the first revision cannot be served. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor | null> {
  const supervisor = new RunningSupervisor(options)
  return (await supervisor.start()) ? supervisor : null
}

class RunningSupervisor implements Supervisor {
  ports: Readonly<Record<string, number>> = {}
  readonly #options: SupervisorOptions
  readonly #keys: IssuerKeys
  readonly #ticketKeys = new TicketKeys(randomBytes)
  readonly #rollout: Rollout<RevisionMessage>
  /** Counters of this node, for all its workers. */
  readonly #counters: EmbeddedStore
  /** As control told them last: a worker that begins obeys them from its first request on. */
  #measures: ToWorker | null = null
  #workers: Workers<ToWorker> | null = null
  readonly #control: ControlLink
  readonly #changes: Changes
  #folders = { file: '', folder: '', dataDir: '' }
  #workerCount = 1
  #plan: Plan | null = null
  #loaded: LoadedConfig | null = null
  #revision = 0
  #watcher: Watcher | null = null
  #cancelRotation = (): void => {}

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { clock, log } = options
    this.#counters = new EmbeddedStore({ clock })
    this.#keys = new IssuerKeys({
      clock,
      log,
      random: Math.random,
      onKeys: (sourceId, keys) => {
        const { document = null, version = '' } = keys ?? {}
        this.#tellEverybody({ kind: 'keys', sourceId, document, version })
      },
    })
    this.#rollout = new Rollout({
      clock,
      liveWorkers: () => [...(this.#workers?.live() ?? []), ...this.#control.live()],
      tellAll: (message) => {
        this.#workers?.tellAll(message)
        this.#control.tell({ ...message, ...this.#folders })
      },
    })
    this.#control = new ControlLink({
      clock,
      log,
      program: program('control-process'),
      greeting: () => this.#controlGreeting(),
      hear: (message) => this.#hearControl(message),
      onGone: () => this.#rollout.workerGone(),
    })
    this.#changes = new Changes({
      clock,
      log,
      file: options.file,
      load: (text, isUnchecked) =>
        loadConfigText(text, options.file, {
          ...disk,
          env: options.env,
          clock,
          // What was checked, or is taken back, must not be kept from coming.
          runTests: policyTests(isUnchecked ? 'error' : 'warning'),
        }),
      apply: (loaded) => this.#applyChange(loaded),
      tell: (message) => this.#control.tell(message),
    })
  }

  get plan(): Plan {
    return this.#plan!
  }

  async start(): Promise<boolean> {
    const loaded = await this.#load()
    if (loaded.kind === 'refused') {
      this.#show(loaded)
      return false
    }
    const { clock, log } = this.#options
    this.#warn(loaded)
    const wanted = loaded.config.workers ?? 'auto'
    this.#workerCount = wanted === 'auto' ? availableParallelism() : wanted
    this.#workers = new Workers<ToWorker>({
      what: 'a worker',
      count: this.#workerCount,
      clock,
      log,
      spawn: spawnWorker,
      greeting: () => this.#greeting(),
      ping: { kind: 'ping' },
      onMessage: (worker, message) => this.#hear(worker, message as FromWorker),
      onGone: () => this.#rollout.workerGone(),
    })
    const result = await this.#apply(loaded)
    if (result.kind === 'rejected') {
      await this.end()
      throw new Error(result.reason)
    }
    this.#changes.edited(this.#revision, loaded.text)
    this.#watcher = watchSources(loaded.sources, () => void this.reload(), { clock })
    this.#scheduleRotation()
    return true
  }

  /** Reads the file again; a bad one changes nothing and is shown. */
  async reload(): Promise<void> {
    const { log, file } = this.#options
    const loaded = await this.#load()
    this.#watcher?.follow(loaded.sources)
    if (loaded.kind === 'refused') {
      this.#show(loaded)
      log.error('the configuration was refused, the one before serves on', {
        file,
        problems: loaded.problems.filter(({ severity }) => severity === 'error').length,
        revision: this.#plan?.revision ?? 0,
      })
      return
    }
    if (this.#plan?.store.kind === 'redis' && loaded.text !== this.#loaded?.text) {
      this.#warn(loaded)
      this.#changes.propose(loaded.text)
      return
    }
    if (isSame(loaded, this.#loaded)) {
      if (loaded.text !== this.#loaded?.text) this.#changes.edited(this.#revision, loaded.text)
      this.#loaded = loaded
      return
    }
    this.#warn(loaded)
    if ((loaded.config.workers ?? 'auto') !== (this.#loaded?.config.workers ?? 'auto')) {
      log.warn('a new number of workers takes effect at the next start', { file })
    }
    const result = await this.#apply(loaded)
    if (result.kind === 'rejected') {
      log.error('the new configuration could not be served, the one before serves on', {
        file,
        reason: result.reason,
        revision: this.#plan?.revision ?? 0,
      })
    } else {
      this.#changes.edited(this.#revision, loaded.text)
    }
  }

  async end(): Promise<void> {
    this.#watcher?.close()
    this.#cancelRotation()
    this.#changes.close()
    await this.#workers?.end({ kind: 'drain', graceMs: DRAIN_MS }, DRAIN_MS)
    // Last, so that what drains can still be seen, and renew what it needs.
    await this.#control.end()
    await this.#keys.close()
  }

  /** Of a text that came by the API: what it names is watched from now on. */
  async #applyChange(loaded: LoadedConfig): Promise<{ serial: number } | { reason: string }> {
    const result = await this.#apply(loaded)
    if (result.kind === 'rejected') return { reason: result.reason }
    this.#watcher?.follow(loaded.sources)
    return { serial: this.#revision }
  }

  async #apply(loaded: LoadedConfig): Promise<RolloutResult> {
    const { log, file } = this.#options
    const revision = ++this.#revision
    const { config, materials } = loaded
    const plan = compilePlan(config, materials, revision, () => {})
    if (plan === null) return { kind: 'rejected', reason: 'the configuration does not compile' }
    const taken = await firstTaken(plan.listeners, this.#plan?.listeners ?? [])
    if (taken !== null) return { kind: 'rejected', reason: taken }
    const dataDir = resolve(loaded.folder, config.dataDir ?? './data')
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    this.#folders = { file: resolve(file), folder: loaded.folder, dataDir }
    this.#control.start()
    await this.#keys.update(plan.issuers, dataDir)
    const ticketKeys = this.#ticketKeys.forListeners(plan.listeners)
    const result = await this.#rollout.apply({
      kind: 'revision',
      revision,
      workers: this.#workerCount,
      config,
      materials,
      ticketKeys,
    })
    if (result.kind === 'rejected') {
      if (this.#plan !== null) await this.#keys.update(this.#plan.issuers, dataDir)
      return result
    }
    this.#plan = plan
    this.#loaded = loaded
    this.ports = result.ports
    this.#control.tell({ kind: 'bound', ports: result.ports })
    for (const message of this.#keyMessages()) this.#tellEverybody(message)
    log.info('revision is live', {
      revision,
      file,
      workers: result.processes - this.#control.live().length,
      routes: plan.routes.length,
    })
    return result
  }

  #hearControl(message: FromControl): void {
    switch (message.kind) {
      case 'applied':
        this.#rollout.applied(CONTROL_ID, message.revision, message.ports)
        return
      case 'rejected':
        this.#rollout.rejected(message.revision, message.reason)
        return
      case 'to-worker': {
        const { worker, body } = message
        const told = { kind: 'from-control', body } as const
        if (body.kind === 'live-limits') this.#measures = told
        if (worker === null) this.#workers?.tellAll(told)
        else this.#workers?.tell(worker, told)
        return
      }
      case 'change':
        void this.#changes.make(message.id, message.change)
        return
      case 'confirm':
        this.#changes.confirm(message.id)
        return
      case 'ask-key-sources': {
        const sources = this.#keys.statuses()
        this.#control.tell({ kind: 'key-sources', id: message.id, sources })
        return
      }
      case 'forget-limit':
        this.#counters.forget(message.key)
        this.#control.tell({ kind: 'limit-forgotten', id: message.id })
        return
      case 'ending':
        this.#control.replace()
    }
  }

  #controlGreeting(): readonly ToControl[] {
    const { current } = this.#rollout
    const revision = current === null ? [] : [{ ...current, ...this.#folders }]
    const bound = { kind: 'bound', ports: this.ports } as const
    return [...revision, bound, ...this.#changes.greeting(), ...this.#keyMessages()]
  }

  #tellEverybody(message: KeysMessage): void {
    this.#workers?.tellAll(message)
    this.#control.tell(message)
  }

  #greeting(): readonly ToWorker[] {
    const { current } = this.#rollout
    const measures = this.#measures === null ? [] : [this.#measures]
    return [...measures, ...(current === null ? [] : [current]), ...this.#keyMessages()]
  }

  #keyMessages(): readonly KeysMessage[] {
    return this.#keys.current().map(([sourceId, keys]) => {
      const { document = null, version = '' } = keys ?? {}
      return { kind: 'keys', sourceId, document, version } as const
    })
  }

  #hear(worker: number, message: FromWorker): void {
    switch (message.kind) {
      case 'applied':
        this.#rollout.applied(worker, message.revision, message.ports)
        return
      case 'rejected':
        this.#rollout.rejected(message.revision, message.reason)
        return
      case 'limit-take':
      case 'limit-beat':
        void this.#answerLimits(worker, message)
        return
      case 'to-control':
        if (message.body.kind === 'live-counts') this.#changes.counted(message.body.rows)
        this.#control.tell({ kind: 'from-worker', worker, body: message.body })
        return
      case 'ending':
        this.#workers?.replace(worker)
        return
      case 'refresh-keys':
        void this.#refreshKeys(message.sourceId, message.keyId)
    }
  }

  async #answerLimits(worker: number, request: LimitRequest): Promise<void> {
    this.#workers?.tell(worker, await answerLimitRequest(this.#counters, request))
  }

  async #refreshKeys(sourceId: string, keyId: string | null): Promise<void> {
    const keys = await this.#keys.refresh(sourceId, keyId)
    // Every worker that asked is answered, also where another one's question brought the keys.
    if (keys === null) this.#workers?.tellAll({ kind: 'keys-settled', sourceId })
    else this.#tellEverybody({ kind: 'keys', sourceId, ...keys })
  }

  #load(): Promise<LoadResult> {
    const { file, env, clock } = this.#options
    // At the start nothing is served yet, which is worse than a test that fails.
    const severity = this.#plan === null ? 'warning' : 'error'
    return loadConfig(file, {
      ...disk,
      env,
      clock,
      runTests: policyTests(severity),
    })
  }

  #show(loaded: LoadResult): void {
    const problems = loaded.kind === 'refused' ? loaded.problems : loaded.warnings
    const { file, show, colour, language = 'en' } = this.#options
    show(formatProblems(problems, loaded.text, file, { colour, language }))
  }

  #warn(loaded: LoadedConfig): void {
    if (loaded.warnings.length > 0) this.#show(loaded)
  }

  #scheduleRotation(): void {
    this.#cancelRotation = this.#options.clock.after(ROTATE_MS, () => {
      this.#ticketKeys.rotate()
      if (this.#loaded !== null) void this.#apply(this.#loaded)
      this.#scheduleRotation()
    })
  }
}

/** The same file with the same contents behind it: nothing to do (a touch, or a save without a change). */
function isSame(a: LoadedConfig, b: LoadedConfig | null): boolean {
  if (b === null) return false
  const contents = ({ config, materials }: LoadedConfig): string =>
    JSON.stringify([config, materials.files, materials.folders])
  return contents(a) === contents(b)
}
