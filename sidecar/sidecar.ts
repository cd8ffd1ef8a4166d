// The sidecar program: puts its parts together, brings them up in order, and takes them down in order.

import { join } from 'node:path'
import type { Clock } from './runtime/clock.ts'
import type { Snapshot } from './snapshot/snapshot.ts'
import type { LineWriter } from './telemetry/line-writer.ts'
import type { Log } from './telemetry/log.ts'
import { METRICS } from './telemetry/metric-names.ts'
import { Metrics } from './telemetry/metrics.ts'
import { MeshConnections } from './upstream/mesh-connections.ts'
import type { Transport } from './upstream/transport.ts'
import { Admin } from './admin.ts'
import { AppHealth } from './app-health.ts'
import { appTransport } from './app-transport.ts'
import { FiguresReport } from './figures-report.ts'
import { Inbound } from './inbound.ts'
import { KnownMesh } from './known-mesh.ts'
import { joinMesh, type Membership } from './membership.ts'
import { Peers } from './peers.ts'
import type { SidecarSettings } from './options.ts'
import { Outbound } from './outbound.ts'
import { Registration } from './registration.ts'
import { stopped } from './stopped.ts'
import { Traffic } from './traffic.ts'
import { Tunnels } from './tunnels.ts'

const SNAPSHOT_FILE = 'snapshot.json'

export interface SidecarDeps {
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  /** A fresh request id: [A-Za-z0-9._-], unguessable. */
  readonly newId: () => string
  readonly log: Log
  /** Access records. */
  readonly records: Pick<LineWriter, 'write'>
  /** The text of a file; throws the system's error. */
  readonly readText: (file: string) => string
}

/** Bound ports; 0 where not bound yet. */
export interface SidecarPorts {
  readonly inbound: number
  readonly outbound: number
  readonly admin: number
}

/** Everything that needs a certificate. */
interface Member extends Membership {
  readonly known: KnownMesh
  readonly connections: MeshConnections
  readonly services: Peers
  readonly tunnels: Tunnels
  readonly inbound: Inbound
  readonly outbound: Outbound
  readonly figures: FiguresReport
  registration: Registration | null
}

type Stage = 'joining' | 'waiting for a snapshot' | 'registering' | 'ready' | 'stopping'

export class Sidecar {
  readonly #settings: SidecarSettings
  readonly #deps: SidecarDeps
  readonly #metrics = new Metrics()
  readonly #traffic: Traffic
  readonly #app: Transport
  readonly #health: AppHealth
  readonly #admin: Admin
  readonly #stop = new AbortController()
  #stage: Stage = 'joining'
  #member: Member | null = null

  constructor(settings: SidecarSettings, deps: SidecarDeps) {
    this.#settings = settings
    this.#deps = deps
    const { clock, random, newId, records } = deps
    const { service, timeoutMs, accessLog } = settings
    this.#traffic = new Traffic({
      clock,
      random,
      newId,
      metrics: this.#metrics,
      writer: records,
      accessLog,
      service,
      timeoutMs,
    })
    this.#app = appTransport(settings.app, clock)
    this.#health = new AppHealth({
      app: settings.app,
      probe: settings.health,
      clock,
      onChange: (healthy) => this.#healthChanged(healthy),
    })
    this.#admin = new Admin({
      notReady: () => this.#notReady(),
      snapshot: () => this.#describe(),
      metrics: () => this.#metrics.text(),
    })
    this.#nameGauges()
  }

  get ports(): SidecarPorts {
    return {
      inbound: this.#member?.inbound.port ?? 0,
      outbound: this.#member?.outbound.port ?? 0,
      admin: this.#admin.port,
    }
  }

  /**
   * Certificate, first snapshot, listeners, registry, in this order. Resolves when this instance takes part in the mesh;
   * waits for control as long as it takes. Rejects where an address cannot be bound, or `stop` came first.
   */
  async start(): Promise<void> {
    const settings = this.#settings
    const deps = this.#deps
    await this.#admin.open(settings.admin)
    const probed = this.#health.start()
    const membership = await joinMesh(settings, deps, this.#stop.signal)
    const member = this.#becomeMember(membership)
    this.#member = member
    this.#stage = 'waiting for a snapshot'
    await Promise.race([member.known.start(), stopped(this.#stop.signal)])
    await Promise.all([
      member.inbound.open(settings.inbound),
      member.outbound.open(settings.outbound),
    ])
    this.#stop.signal.throwIfAborted()
    this.#stage = 'registering'
    // What others are told first shall be true.
    await probed
    member.registration = this.#register(member)
    await member.registration.start()
    this.#stop.signal.throwIfAborted()
    member.figures.start()
    this.#stage = 'ready'
    deps.log.info('ready', { service: settings.service, ...this.ports })
  }

  /**
   * Leaves the registry's choice, takes new calls until that is known everywhere, lets running ones finish, and only
   * then takes the app's own way out. Never rejects; takes at most `propagationMs + drainMs` and a few seconds.
   */
  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return
    const wasReady = this.#stage === 'ready'
    this.#stage = 'stopping'
    this.#stop.abort()
    const member = this.#member
    if (member !== null && wasReady) await this.#drain(member)
    if (member !== null) {
      await member.registration?.leave()
      member.figures.close()
      member.known.close()
      member.renewal.close()
      member.inbound.close()
      member.outbound.close()
      member.tunnels.close()
      member.connections.close()
      member.client.close()
    }
    this.#health.close()
    this.#admin.close()
  }

  async #drain(member: Member): Promise<void> {
    const { clock, log } = this.#deps
    const { propagationMs, drainMs } = this.#settings
    await member.registration?.drain()
    await this.#pause(propagationMs)
    member.inbound.drain()
    // They would never end by themselves.
    this.#traffic.stop('shutting_down', ({ facts }) => facts.upgrade !== null)
    const finished = async (): Promise<'finished'> => {
      await this.#traffic.quiet('inbound')
      // The app needed its way out until now.
      await this.#traffic.quiet('outbound')
      member.outbound.drain()
      await Promise.all([this.#app.close(), member.services.close()])
      return 'finished'
    }
    let cancel = (): void => {}
    const late = new Promise<'late'>((resolve) => {
      cancel = clock.after(drainMs, () => resolve('late'))
    })
    const end = await Promise.race([finished(), late])
    cancel()
    if (end === 'late') log.warn('requests were still under way when their time was over')
  }

  #becomeMember(membership: Membership): Member {
    const { clock, random, log } = this.#deps
    const { client, renewal } = membership
    const connections = new MeshConnections({
      identity: renewal,
      clock,
      onRefused: ({ target, reason, detail }) =>
        log.warn('an instance is not who it should be', { target: target.name, reason, detail }),
    })
    const services = new Peers(connections, clock, random)
    const tunnels = new Tunnels({
      clock,
      metrics: this.#metrics,
      hop: this.#traffic.hop('outbound', ''),
      egress: () => services.egressDialer(),
    })
    const known = new KnownMesh({
      client,
      renewal,
      clock,
      log,
      file: this.#settings.dataDir === null ? null : join(this.#settings.dataDir, SNAPSHOT_FILE),
      onSnapshot: (snapshot: Snapshot) => {
        services.update(snapshot)
        inbound.recheckRules()
      },
    })
    const inbound = new Inbound({
      clock,
      random,
      log,
      metrics: this.#metrics,
      traffic: this.#traffic,
      identity: renewal,
      rules: () => known.rules,
      app: this.#app,
    })
    const outbound = new Outbound({
      traffic: this.#traffic,
      destinations: services,
      openTunnel: (target, socket, head) => tunnels.open(target, socket, head),
    })
    const figures = new FiguresReport({
      client,
      clock,
      take: () => {
        const running = this.#traffic.running('inbound').length
        return { running, rows: this.#traffic.figures.take() }
      },
    })
    const registration = null
    const ways = { tunnels, inbound, outbound }
    return { ...membership, ...ways, known, connections, services, figures, registration }
  }

  #register({ client, inbound }: Member): Registration {
    const { clock, random, log, newId } = this.#deps
    const { service, version, zone, weight, address } = this.#settings
    const instance = {
      instance: `${service.replace('/', '.').slice(0, 40)}-${newId().slice(0, 12)}`,
      epoch: Math.floor(clock.wallMs()),
      port: inbound.port,
      protocol: 'http1' as const,
      version,
      zone,
      weight,
      address,
    }
    const failures = this.#metrics.counter(METRICS.controlFailures)
    const healthy = (): boolean => this.#health.healthy
    return new Registration(instance, { client, clock, random, log, failures, healthy })
  }

  #healthChanged(healthy: boolean): void {
    this.#deps.log.info(healthy ? 'the app answers' : 'the app does not answer')
    void this.#member?.registration?.report()
  }

  #notReady(): Record<string, string> {
    const reasons: Record<string, string> = {}
    if (this.#stage !== 'ready') reasons['stage'] = this.#stage
    if (this.#member?.renewal.state.kind === 'expired') reasons['identity'] = 'expired'
    if (this.#stage === 'ready' && this.#member?.registration?.registered !== true) {
      reasons['registry'] = 'control has not registered this instance yet'
    }
    return reasons
  }

  #describe(): unknown {
    const member = this.#member
    const identity =
      member === null
        ? null
        : {
            id: member.renewal.svid.id,
            state: member.renewal.state.kind,
            serial: member.renewal.svid.serial,
            notAfter: new Date(member.renewal.svid.notAfterMs).toISOString(),
          }
    return {
      service: this.#settings.service,
      stage: this.#stage,
      app: { healthy: this.#health.healthy },
      identity,
      ...member?.known.describe(),
    }
  }

  #nameGauges(): void {
    const metrics = this.#metrics
    const { clock } = this.#deps
    metrics.gauge(METRICS.certificateSeconds, () =>
      this.#member === null ? null : (this.#member.renewal.svid.notAfterMs - clock.wallMs()) / 1000,
    )
    metrics.gauge(METRICS.snapshotAgeSeconds, () =>
      this.#member === null ? null : this.#member.known.staleMs / 1000,
    )
    metrics.gauge(METRICS.appHealthy, () => (this.#health.healthy ? 1 : 0))
    metrics.gauge(METRICS.ready, () => (Object.keys(this.#notReady()).length === 0 ? 1 : 0))
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#deps.clock.after(durationMs, resolve)
    })
  }
}
