// Everything on loopback with nothing to configure: sample services with their sidecars, an identity provider, the gateway.

import { readFileSync } from 'node:fs'
import { createAuthority } from '../control/authority.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { configuration } from './configuration.ts'
import { DemoFolder } from './demo-folder.ts'
import { DemoProcess } from './demo-process.ts'
import { PARTNER_HOST, type DemoFacts, type GuidePorts, type SidecarFacts } from './guide.ts'
import { startIdentityProvider } from './identity-provider.ts'
import { startNameServer } from './name-server.ts'
import { freePorts } from './ports.ts'
import { untilAnswered } from './probe.ts'
import { startBilling, startOrders, startPartner } from './sample-service.ts'

export interface DemoOptions {
  /** A new or empty folder that stays when the demo has ended; null: a temporary one. */
  readonly keep: string | null
  /** 0: any free one, for every door. */
  readonly ports: GuidePorts
}

export interface DemoDeps {
  readonly clock: Clock
  /** The main file of this program, for the processes of the demo. */
  readonly program: string
  /** Asks the control plane with this data folder for a token by which a sidecar of `service` may join. */
  readonly joinToken: (dataDir: string, service: string) => Promise<string>
  /** Tells people something besides the guide; one line. */
  readonly tell: (line: string) => void
}

interface Around {
  readonly apps: Readonly<Record<string, number>>
  readonly issuer: string
  readonly token: string
  readonly ports: Record<keyof GuidePorts | 'control', number>
  readonly caPem: string
  callThrough(port: number): void
}

const SERVICES = ['orders', 'billing'] as const
const ANY_PORT = '127.0.0.1:0'

export class Demo {
  readonly #options: DemoOptions
  readonly #deps: DemoDeps
  readonly #folder: DemoFolder
  readonly #servers: { close(): void }[] = []
  readonly #sidecars: DemoProcess[] = []
  readonly #broken = Promise.withResolvers<never>()
  #gateway: DemoProcess | null = null
  #isClosed = false

  /** Throws SallyportError `folder_not_empty`, or the system's error. */
  constructor(options: DemoOptions, deps: DemoDeps) {
    this.#options = options
    this.#deps = deps
    this.#folder = new DemoFolder(options.keep)
    this.#broken.promise.catch(() => {})
  }

  /** Rejects when the gateway has ended by itself. */
  get broken(): Promise<never> {
    return this.#broken.promise
  }

  /** Resolves when a request has gone all the way. Rejects where something does not start, or `close` came first. */
  async start(): Promise<DemoFacts> {
    const { clock } = this.#deps
    const startedMs = clock.monotonicMs()
    const around = await this.#startAround()
    const { issuer, token, ports, apps, caPem } = around
    await this.#startGateway()
    const sidecars = await Promise.all(
      SERVICES.map((service) => this.#startSidecar(service, apps[service]!, ports.control)),
    )
    around.callThrough(sidecars[0]!.outbound)
    const url = `https://localhost:${ports.edge}/orders/1`
    await untilAnswered({ url, caPem, token, clock, isOver: () => this.#isClosed })
    const startMs = clock.monotonicMs() - startedMs
    const setupToken = this.#setupToken()
    return { folder: this.#folder.path, issuer, token, ports, setupToken, sidecars, startMs }
  }

  /** Sidecars first, so that they leave the mesh in order. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#sidecars.map((sidecar) => sidecar.end()))
    await this.#gateway?.end()
    for (const server of this.#servers.splice(0)) server.close()
    this.#folder.remove()
  }

  /** As the gateway wrote it down for whoever may read its files. */
  #setupToken(): string | null {
    try {
      return readFileSync(this.#folder.at('data/setup-token'), 'utf8').trim()
    } catch {
      return null
    }
  }

  async #startAround(): Promise<Around> {
    const wanted = this.#options.ports
    const ports = await freePorts({ ...wanted, control: 0 })
    for (const name of ['edge', 'console', 'egress', 'partner'] as const) {
      const isMoved = wanted[name] !== 0 && ports[name] !== wanted[name]
      if (isMoved) this.#deps.tell(`port ${wanted[name]} is taken: ${name} is on ${ports[name]}`)
    }
    const orders = this.#own(await startOrders())
    const billing = this.#own(await startBilling())
    this.#own(await startPartner(ports.partner))
    const provider = this.#own(await startIdentityProvider())
    const names = this.#own(await startNameServer(new Map([[PARTNER_HOST, '127.0.0.1']])))
    const caPem = await this.#writeCertificates()
    const { issuer } = provider
    this.#write('sallyport.yaml', configuration({ ...ports, issuer, nameServer: names.address }))
    return {
      apps: { orders: orders.port, billing: billing.port },
      issuer,
      token: await provider.token('alice', 'orders-api', 'orders:read'),
      ports,
      caPem,
      callThrough: (port) => orders.callThrough(port),
    }
  }

  async #writeCertificates(): Promise<string> {
    const authority = await createAuthority('Sallyport demo', this.#deps.clock)
    const { certPem, keyPem } = await authority.issue({
      names: ['localhost', '127.0.0.1'],
      days: 90,
    })
    this.#write('ca.pem', authority.certPem)
    this.#write('certs/localhost.crt', certPem)
    this.#write('certs/localhost.key', keyPem)
    return authority.certPem
  }

  async #startGateway(): Promise<void> {
    const onCrash = (how: string): void => {
      const message = `the gateway has ended by itself (${how}); its log is ${this.#folder.logFile('gateway')}`
      this.#broken.reject(new SallyportError('demo_failed', message))
    }
    const gateway = this.#spawn(
      'gateway',
      'the gateway',
      ['up', '-c', this.#folder.at('sallyport.yaml')],
      onCrash,
    )
    this.#gateway = gateway
    // The last line of those that say where it listens.
    await gateway.ready(/^sallyport: mesh control on .*$/m)
  }

  async #startSidecar(service: string, app: number, control: number): Promise<SidecarFacts> {
    const token = await this.#deps.joinToken(this.#folder.at('data'), service)
    const tokenFile = `tokens/${service}`
    this.#write(tokenFile, `${token}\n`)
    const name = `the sidecar of ${service}`
    const log = `sidecar-${service}`
    const onCrash = (how: string): void =>
      this.#deps.tell(
        `${name} has ended by itself (${how}); its log is ${this.#folder.logFile(log)}`,
      )
    const flags = {
      service,
      app: `http://127.0.0.1:${app}`,
      control: `https://127.0.0.1:${control}`,
      'token-file': this.#folder.at(tokenFile),
      inbound: ANY_PORT,
      outbound: ANY_PORT,
      admin: ANY_PORT,
      // Nobody waits for a demo to end.
      propagation: '100ms',
      drain: '2s',
      'access-log': 'all',
    }
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
    const sidecar = this.#spawn(log, name, ['sidecar', ...args], onCrash)
    this.#sidecars.push(sidecar)
    const [, inbound, outbound] = await sidecar.ready(/ready; inbound (\d+), outbound (\d+), admin/)
    return { service, app, inbound: Number(inbound), outbound: Number(outbound) }
  }

  #spawn(
    log: string,
    name: string,
    args: readonly string[],
    onCrash: (how: string) => void,
  ): DemoProcess {
    this.#checkOpen()
    const { program, clock } = this.#deps
    return new DemoProcess({
      name,
      program,
      args,
      logFile: this.#folder.logFile(log),
      clock,
      onCrash,
    })
  }

  #own<Server extends { close(): void }>(server: Server): Server {
    if (this.#isClosed) server.close()
    this.#checkOpen()
    this.#servers.push(server)
    return server
  }

  /** Nothing may be started behind the back of `close`. */
  #checkOpen(): void {
    if (this.#isClosed)
      throw new SallyportError('demo_ended', 'the demo was ended while it started')
  }

  #write(name: string, text: string): void {
    this.#checkOpen()
    this.#folder.write(name, text)
  }
}
