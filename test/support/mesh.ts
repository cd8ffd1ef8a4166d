// A mesh on loopback: the real control with its real door, and sidecars in this process, each with an app of the test's.

import { randomBytes, randomFillSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MeshPlan } from '../../gateway/config/mesh.ts'
import { FolderDocuments } from '../../gateway/control/documents/folder-documents.ts'
import type { MeshAuditEvent } from '../../gateway/control/mesh/audit.ts'
import { MeshControl } from '../../gateway/control/mesh/mesh-control.ts'
import { spiffeIdOf } from '../../sidecar/identity/spiffe-id.ts'
import type { AuthorizationRule } from '../../sidecar/policy/authorization-rule.ts'
import { readSettings, type Flags } from '../../sidecar/options.ts'
import { createIdSource } from '../../sidecar/runtime/ids.ts'
import { systemClock } from '../../sidecar/runtime/clock.ts'
import { Sidecar } from '../../sidecar/sidecar.ts'
import type { AccessRecord } from '../../sidecar/telemetry/access-record.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'

const TRUST_DOMAIN = 'mesh.test'

/** `to` and `from` are service names; `from` left out: everybody of the mesh. */
export interface TestRule {
  readonly to: string
  readonly from?: readonly string[]
  readonly methods?: readonly string[]
  readonly paths?: readonly string[]
  readonly deny?: boolean
  readonly name?: string
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export class TestControl {
  readonly audit: MeshAuditEvent[] = []
  readonly folder: string
  readonly #ttlMs: number
  #rules: readonly TestRule[]
  #control: MeshControl | null = null
  #port = 0

  constructor(rules: readonly TestRule[], ttlMs: number) {
    this.folder = mkdtempSync(join(tmpdir(), 'sallyport-mesh-'))
    this.#rules = rules
    this.#ttlMs = ttlMs
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`
  }

  get running(): MeshControl {
    if (this.#control === null) throw new Error('control is not running')
    return this.#control
  }

  /** Also after `stop`: on the port and with the authority it had before. */
  async start(): Promise<void> {
    this.#control = await MeshControl.open(this.#input(), {
      clock: systemClock,
      random: Math.random,
      randomBytes,
      log: collect([]),
      dataDir: this.folder,
      documents: new FolderDocuments(join(this.folder, 'documents')),
      ownAddresses: () => ['127.0.0.1'],
      audit: (event) => void this.audit.push(event as MeshAuditEvent),
      tell: () => {},
    })
    await this.#control.start()
    this.#port = this.#control.port
  }

  async stop(): Promise<void> {
    const control = this.#control
    this.#control = null
    await control?.close()
  }

  async setRules(rules: readonly TestRule[]): Promise<void> {
    this.#rules = rules
    await this.running.update(this.#input())
  }

  /** A file with a fresh join token. */
  async tokenFile(service: string): Promise<string> {
    const { token } = await this.running.tokens.create({ service, createdBy: 'test' })
    const file = join(this.folder, `token-${randomBytes(6).toString('hex')}`)
    writeFileSync(file, `${token}\n`, { mode: 0o600 })
    return file
  }

  /** Every instance that callers are told of now, as `address:port`. */
  endpoints(service: string): readonly string[] {
    const { registry } = this.running.mesh
    return registry.endpoints(service).map(({ address, port }) => `${address}:${port}`)
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #input() {
    const plan: MeshPlan = {
      trustDomain: TRUST_DOMAIN,
      host: '127.0.0.1',
      port: this.#port,
      ca: { kind: 'development', ttlMs: this.#ttlMs },
      authorize: byService(this.#rules),
      join: null,
    }
    return { plan, joinIssuer: null, production: false, folder: this.folder }
  }
}

function byService(rules: readonly TestRule[]): ReadonlyMap<string, readonly AuthorizationRule[]> {
  const found = new Map<string, AuthorizationRule[]>()
  for (const [to, rule] of rules.map(toRule)) found.set(to, [...(found.get(to) ?? []), rule])
  return found
}

function toRule(rule: TestRule, index: number): readonly [string, AuthorizationRule] {
  const { to, from, methods, paths, deny, name } = rule
  return [
    to,
    {
      name: name ?? `rule ${index}`,
      verdict: deny === true ? 'deny' : 'allow',
      from: from?.map((caller) => spiffeIdOf(TRUST_DOMAIN, caller)) ?? null,
      methods: methods ?? null,
      paths: paths ?? null,
    },
  ]
}

/** Default: certificates of an hour. */
export async function startControl(
  rules: readonly TestRule[],
  ttlMs = 3_600_000,
): Promise<TestControl> {
  const control = new TestControl(rules, ttlMs)
  await control.start()
  return control
}

export interface TestSidecar {
  readonly sidecar: Sidecar
  readonly records: readonly AccessRecord[]
  readonly log: readonly LogLine[]
  /** What a GET of the admin port answers. */
  admin(path: string): Promise<{ status: number; text: string }>
}

/** A sidecar that waits for its start; every port is a free one of loopback. */
export async function createSidecar(
  control: TestControl,
  service: string,
  app: string,
  more: Flags = {},
): Promise<TestSidecar> {
  const flags: Flags = {
    service,
    app,
    control: control.url,
    'token-file': await control.tokenFile(service),
    inbound: '127.0.0.1:0',
    outbound: '127.0.0.1:0',
    admin: '127.0.0.1:0',
    propagation: '100ms',
    drain: '5s',
    'access-log': 'all',
    ...more,
  }
  const settings = readSettings(flags, ({ path, message }) => {
    throw new Error(`${path.join('.')}: ${message}`)
  })
  const records: AccessRecord[] = []
  const log: LogLine[] = []
  const sidecar = new Sidecar(settings!, {
    clock: systemClock,
    random: Math.random,
    newId: createIdSource(randomFillSync),
    log: collect(log),
    records: { write: (line) => void records.push(JSON.parse(line) as AccessRecord) },
    readText: (file) => readFileSync(file, 'utf8'),
  })
  return {
    sidecar,
    records,
    log,
    async admin(path) {
      const response = await fetch(`http://127.0.0.1:${sidecar.ports.admin}${path}`)
      return { status: response.status, text: await response.text() }
    },
  }
}

/** A sidecar that takes part in the mesh. */
export async function startSidecar(
  control: TestControl,
  service: string,
  app: string,
  more: Flags = {},
): Promise<TestSidecar> {
  const made = await createSidecar(control, service, app, more)
  await made.sidecar.start()
  return made
}

function collect(lines: LogLine[]): Log {
  const write =
    (level: LogLine['level']) =>
    (message: string, fields: LogLine['fields'] = {}): void =>
      void lines.push({ level, message, fields })
  return { info: write('info'), warn: write('warn'), error: write('error') }
}
