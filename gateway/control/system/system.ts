// What the gateway can say of itself as a whole: checks, backups and diagnostics, put together from what control knows.

import { arch, availableParallelism, freemem, loadavg, platform, release, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { JwksDocument } from '../../auth/key-set.ts'
import { compileSteps, runInSlices } from '../../config/compile.ts'
import { disk } from '../../config/disk.ts'
import type { LoadedConfig, LoadResult } from '../../config/load.ts'
import { readMaterials } from '../../config/materials.ts'
import { modeInForce } from '../../allow/mode.ts'
import type { Plan } from '../../config/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { AcmeCertificate } from '../certificates/acme/schemas.ts'
import type { Configurations } from '../config/configurations.ts'
import type { Deployment } from '../config/deployment.ts'
import type { Documents } from '../documents/documents.ts'
import type { EgressControl } from '../egress/egress-control.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { MeshControl } from '../mesh/mesh-control.ts'
import { summaryOfAccounts } from './accounts-summary.ts'
import { backupContent, type BackupDeps, type BackupWish } from './backup.ts'
import { encodeContent } from './backup-content.ts'
import { seal } from './backup-container.ts'
import type { CheckContext, Probes, RunningFacts } from './check-context.ts'
import { runChecks, tell, worstOf, type CheckStatus, type ToldFinding } from './check.ts'
import { allChecks } from './checks/all.ts'
import { bundle, type Bundle } from './diagnostics.ts'
import { nodesOf } from './fleet-summary.ts'
import type { Language } from '../../language/language.ts'
import { planSummary } from './plan-summary.ts'
import { realProbes } from './probes.ts'
import { secretsOf } from './redact.ts'
import type { RecentLog } from './recent-log.ts'
import type { RestoreDeps } from './restore.ts'

export interface SystemDeps {
  readonly clock: Clock
  readonly log: Log
  readonly recent: RecentLog
  /** [0, 1). */
  readonly random: () => number
  readonly name: string
  readonly version: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
  /** Absolute path of the configuration. */
  readonly file: () => string
  readonly check: (text: string) => Promise<LoadResult>
  readonly configurations: Configurations
  readonly deployment: () => Deployment
  readonly fleet: () => Fleet | null
  /** Where accounts are kept. */
  readonly documents: Documents
  readonly mesh: () => MeshControl | null
  /** Certificates that an authority issues by itself. */
  readonly acme: () => readonly AcmeCertificate[]
  readonly egress: EgressControl
  /** Bound, by the name of the door. */
  readonly ports: () => Readonly<Record<string, number>>
  /** In force, by source id. */
  readonly keys: ReadonlyMap<string, JwksDocument | null>
  /** For tests, instead of the real world. */
  readonly probes?: Probes
}

export interface ChecksAnswer {
  readonly checkedAtMs: number
  /** The worst of all. */
  readonly status: CheckStatus
  readonly items: readonly ToldFinding[]
}

type Checked = { readonly atMs: number; readonly found: Awaited<ReturnType<typeof runChecks>> }

/** Whoever asks again within this time gets the same answer: checks knock at other people's doors. */
const KEEP_MS = 2000

export class System {
  readonly #deps: SystemDeps
  readonly #probes: Probes
  #latest: { readonly sinceMs: number; readonly checked: Promise<Checked> } | null = null

  constructor(deps: SystemDeps) {
    this.#deps = deps
    this.#probes = deps.probes ?? realProbes(deps.clock, deps.random)
  }

  async checks(language: Language): Promise<ChecksAnswer> {
    const { atMs, found } = await this.#checked()
    return { checkedAtMs: atMs, status: worstOf(found), items: tell(found, language) }
  }

  /** The text of an encrypted file. Throws ApiError. */
  async backup(passphrase: string, wish: BackupWish): Promise<string> {
    const { clock, version } = this.#deps
    const content = encodeContent(await backupContent(this.#backupDeps(), wish))
    return seal(content, passphrase, { createdAtMs: clock.wallMs(), program: version })
  }

  /** What a restore works with. */
  restoring(): RestoreDeps {
    const { clock, log, configurations, deployment, documents, mesh, fleet } = this.#deps
    const isAlone = (): boolean => fleet() === null
    return { clock, log, configurations, deployment, documents, mesh, isAlone }
  }

  /** What may leave the house, with everything in it named first. */
  async diagnostics(): Promise<Bundle> {
    const { clock, recent, configurations, fleet, env, file, name, version } = this.#deps
    const { text, checksum, revision } = configurations.served()
    const loaded = await this.#deps.check(text)
    const plan = loaded.kind === 'loaded' ? planSummary(await this.planOf(loaded)) : 'refused'
    const nodes = await this.#nodes(fleet()).catch((error: unknown) => errorMessage(error))
    const readFile = (path: string) => readSecret(resolve(dirname(file()), path))
    const accounts = await summaryOfAccounts(this.#deps.documents)
    return bundle(
      {
        versions: { sallyport: version, node: process.version, openssl: process.versions.openssl },
        machine: machine(name),
        configuration: { checksum, revision, bytes: Buffer.byteLength(text), plan },
        accounts: accounts && { users: accounts.users, tokens: accounts.tokens.length },
        nodes,
        checks: (await this.checks('en')).items,
      },
      recent.lines,
      secretsOf(text, { env, readFile }),
      clock.wallMs(),
    )
  }

  /** Of a configuration that was accepted. */
  async planOf({ config, materials }: LoadedConfig): Promise<Plan> {
    const steps = compileSteps(config, readMaterials(materials), 0, () => {})
    const plan = await runInSlices(steps, this.#deps.clock)
    if (plan === null) throw new Error('the configuration does not compile')
    return plan
  }

  #checked(): Promise<Checked> {
    const nowMs = this.#deps.clock.monotonicMs()
    if (this.#latest !== null && nowMs - this.#latest.sinceMs < KEEP_MS) return this.#latest.checked
    const checked = this.#look()
    const latest = { sinceMs: nowMs, checked }
    this.#latest = latest
    // What failed as a whole says nothing to whoever asks next.
    checked.catch(() => {
      if (this.#latest === latest) this.#latest = null
    })
    return checked
  }

  async #look(): Promise<Checked> {
    const { clock, configurations, file, dataDir, check } = this.#deps
    const { text, revertsAtMs } = configurations.served()
    const loaded = await check(text)
    const context: CheckContext = {
      nowMs: clock.wallMs(),
      file: file(),
      dataDir,
      loaded,
      plan: loaded.kind === 'loaded' ? await this.planOf(loaded) : null,
      running: await this.#running(text, revertsAtMs),
      probes: this.#probes,
    }
    return { atMs: context.nowMs, found: await runChecks(allChecks(context), clock) }
  }

  async #running(servedText: string, revertsAtMs: number | null): Promise<RunningFacts> {
    const { ports, egress, keys, mesh, documents, fleet, acme, clock } = this.#deps
    const joined = fleet()
    return {
      ports: ports(),
      servedText,
      revertsAtMs,
      egressMode: egress.plan && modeInForce(egress.plan, clock.wallMs()),
      keys,
      instances: mesh()?.mesh.instances() ?? [],
      acme: acme(),
      accounts: await summaryOfAccounts(documents),
      nodes: joined === null ? null : () => nodesOf(joined),
    }
  }

  async #nodes(fleet: Fleet | null): Promise<unknown> {
    return fleet === null ? 'alone' : nodesOf(fleet)
  }

  #backupDeps(): BackupDeps {
    const { configurations, documents, mesh, check, file } = this.#deps
    const planOf = (loaded: LoadedConfig) => this.planOf(loaded)
    return { configurations, documents, mesh, check, planOf, file, readText: this.#probes.readText }
  }
}

const MAX_SECRET_BYTES = 1024 * 1024

function readSecret(path: string): { readonly text: string } | { readonly error: string } {
  try {
    return { text: disk.readFile(path, MAX_SECRET_BYTES) }
  } catch (error) {
    return { error: errorMessage(error) }
  }
}

function machine(name: string): object {
  const { rss, heapUsed } = process.memoryUsage()
  return {
    name,
    system: `${platform()} ${release()} ${arch()}`,
    cores: availableParallelism(),
    load: loadavg(),
    memory: { totalBytes: totalmem(), freeBytes: freemem(), rssBytes: rss, heapBytes: heapUsed },
    controlUpSeconds: Math.round(process.uptime()),
  }
}
