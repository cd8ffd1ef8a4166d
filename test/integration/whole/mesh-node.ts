// A whole mesh for tests: `sallyport up` and `sallyport sidecar` as processes of their own, below an authority of the test's.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { callApi } from '../../../gateway/cli/api-client.ts'
import { controlSocketPath } from '../../../gateway/control/admin/local-socket.ts'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { Svid, TrustBundle } from '../../../sidecar/identity/svid.ts'
import { makeMesh, type Mesh } from '../../sidecar/identity/security-cases.ts'
import { sallyport, type CliResult } from '../../support/cli.ts'
import { startGateway, type TestGateway } from '../../support/gateway.ts'
import { TestIdentity } from '../../support/mesh-identity.ts'
import { bundleOf, svidOf } from '../../support/odd-certificates.ts'
import { until } from '../../support/until.ts'

export const TRUST_DOMAIN = 'mesh.test'
const PROGRAM = resolve(import.meta.dirname, '../../../gateway/sallyport.mjs')
const START_MS = 20_000

export interface MeshNodeOptions {
  /** Sections of the configuration besides and instead of the ones that every test needs. */
  readonly sections: Readonly<Record<string, unknown>>
  /** Rules of `mesh.authorize`. */
  readonly authorize: readonly Readonly<Record<string, unknown>>[]
  /** Life of certificates; default 1h. */
  readonly ttl?: string
  readonly files?: Readonly<Record<string, string>>
  /** Of another node of the same fleet; default: a new one. */
  readonly mesh?: Mesh
}

export interface SidecarPorts {
  readonly inbound: number
  readonly outbound: number
  readonly admin: number
}

export interface RunningSidecar {
  readonly process: ChildProcess
  readonly ports: SidecarPorts
  readonly stderr: () => string
  /** Access records so far; the sidecar writes one for every request. */
  readonly records: () => readonly Readonly<Record<string, unknown>>[]
  /** The text that a GET of the admin port answers. */
  admin(path: string): Promise<string>
  end(signal: NodeJS.Signals): Promise<void>
}

/** One line of the audit. */
export interface AuditLine {
  readonly action: string
  readonly target: string
  readonly result: string
}

export class MeshNode {
  readonly gateway: TestGateway
  /** Root and issuing authority, whose keys the test holds. */
  readonly mesh: Mesh
  readonly #folder: string
  readonly #sidecars: RunningSidecar[] = []
  #files = 0

  constructor(gateway: TestGateway, mesh: Mesh, folder: string) {
    this.gateway = gateway
    this.mesh = mesh
    this.#folder = folder
  }

  /** Of the listener `public`. */
  get edge(): number {
    return this.gateway.port('public')
  }

  /** Of control's door for sidecars. */
  get door(): number {
    return this.#portIn(/^sallyport: mesh control on https:\/\/\S+:(\d+)$/m)
  }

  /** Of egress's door for sidecars. */
  get egressDoor(): number {
    return this.#portIn(/^sallyport: egress for the mesh on \S+:(\d+)$/m)
  }

  get trust(): TrustBundle {
    return bundleOf(this.mesh.root)
  }

  /** Runs the command on this node. */
  run(...args: readonly string[]): Promise<CliResult> {
    return sallyport(...args, '-c', this.gateway.file)
  }

  /** An answer of the admin API, by the control socket. */
  api(method: string, path: string, body?: unknown): Promise<unknown> {
    const socket = controlSocketPath(join(this.gateway.folder, 'data'))
    return callApi({ kind: 'socket', path: socket }, method, path, body)
  }

  /** A fresh join token. */
  async joinToken(service: string, ttl = '10m'): Promise<string> {
    const made = (await this.api('POST', '/api/v1/join-tokens', { service, ttl })) as {
      readonly token: string
    }
    return made.token
  }

  /** A member's certificate and key, issued by the authority itself: as good as those of a sidecar that joined. */
  async svid(service: string): Promise<Svid> {
    const { authority } = this.mesh
    return svidOf(authority, spiffeIdOf(TRUST_DOMAIN, service), [authority])
  }

  async identity(service: string): Promise<TestIdentity> {
    return new TestIdentity(await this.svid(service), this.trust)
  }

  /** A sidecar whose ports are free ones of loopback; resolves when it takes part in the mesh. */
  async sidecar(
    service: string,
    app: string,
    flags: readonly string[] = [],
  ): Promise<RunningSidecar> {
    const started = await spawnSidecar([
      `--service=${service}`,
      `--app=${app}`,
      `--control=https://127.0.0.1:${this.door}`,
      `--token-file=${this.file(await this.joinToken(service))}`,
      '--access-log=all',
      ...flags,
    ])
    this.#sidecars.push(started)
    return started
  }

  /** Path of a file with this text that only this user can read. */
  file(text: string): string {
    const path = join(this.#folder, `file-${this.#files++}`)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  /** Everything that the audit on disk says, oldest first. */
  audit(): readonly AuditLine[] {
    const folder = join(this.gateway.folder, 'data/audit')
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .toSorted()
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditLine)
  }

  /** Until the sidecar of `caller` knows so many instances of a service. */
  async known(caller: RunningSidecar, service: string, count = 1): Promise<void> {
    await until(`${count} of ${service}`, async () => {
      const snapshot = await caller.admin('/snapshot')
      return snapshot.split(`"instance": "${service.replace('/', '.')}-`).length - 1 === count
    })
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sidecars.map((each) => each.end('SIGKILL')))
    await this.gateway.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #portIn(line: RegExp): number {
    const match = line.exec(this.gateway.stderr())
    if (match === null) throw new Error(`no such door in:\n${this.gateway.stderr()}`)
    return Number(match[1])
  }
}

/** Starts a node with one worker, a listener `public` without TLS, and a mesh below a root and an authority of its own. */
export async function startMeshNode(options: MeshNodeOptions): Promise<MeshNode> {
  const { sections, authorize, ttl = '1h', files = {}, mesh = await makeMesh() } = options
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-whole-'))
  // The gateway's own folder is made together with it, and a key that others can read is refused.
  const key = join(folder, 'authority.key')
  writeFileSync(key, mesh.authority.keyPem, { mode: 0o600 })
  const config = {
    workers: 1,
    listeners: [{ name: 'public', bind: '127.0.0.1:0', tls: 'off' }],
    telemetry: { accessLog: 'all' },
    mesh: {
      trustDomain: TRUST_DOMAIN,
      bind: '127.0.0.1:0',
      ca: { cert: 'authority.pem', key, chain: 'root.pem', ttl },
      authorize,
    },
    ...sections,
  }
  const gateway = await startGateway({
    config: stringify(config),
    files: { 'authority.pem': mesh.authority.certPem, 'root.pem': mesh.root.certPem, ...files },
  })
  return new MeshNode(gateway, mesh, folder)
}

async function spawnSidecar(flags: readonly string[]): Promise<RunningSidecar> {
  const ports = ['inbound', 'outbound', 'admin'].flatMap((name) =>
    flags.some((flag) => flag.startsWith(`--${name}=`)) ? [] : [`--${name}=127.0.0.1:0`],
  )
  const child = spawn(process.execPath, [PROGRAM, 'sidecar', ...ports, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ready = /ready; inbound (\d+), outbound (\d+), admin (\d+)/
  try {
    await until('sidecar', () => ready.test(stderr) || child.exitCode !== null, START_MS)
  } catch {
    child.kill('SIGKILL')
  }
  const [inbound, outbound, admin] = (ready.exec(stderr) ?? []).slice(1).map(Number)
  if (inbound === undefined || outbound === undefined || admin === undefined) {
    throw new Error(`the sidecar did not start:\n${stderr}`)
  }
  return {
    process: child,
    ports: { inbound, outbound, admin },
    stderr: () => stderr,
    records: () =>
      stdout
        .slice(0, stdout.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    async admin(path) {
      return (await fetch(`http://127.0.0.1:${admin}${path}`)).text()
    },
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
    },
  }
}
