// A whole egress in the test's process: real doors and sockets, a DNS that is a table, records as objects.

import { connect as connectTls, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { compileEgress } from '../../../gateway/allow/compile.ts'
import type { EgressOptions } from '../../../gateway/allow/options.ts'
import type { EgressPlan } from '../../../gateway/allow/plan.ts'
import type { ListenAddress } from '../../../gateway/allow/vet.ts'
import { Egress } from '../../../gateway/egress/egress.ts'
import type { Resolver } from '../../../gateway/egress/resolver.ts'
import type { IdentitySource } from '../../../sidecar/identity/svid.ts'
import { systemClock, type Clock } from '../../../sidecar/runtime/clock.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { connectRaw, type RawClient } from '../../support/raw-client.ts'
import { FakeResolver } from './fake-resolver.ts'

/** Local stand-ins take the place of hosts of the internet. */
export const LOOPBACK_OPEN = { allow: ['127.0.0.0/8', '::1/128'] }

export type EgressRecord = Readonly<Record<string, unknown>>

export interface EgressSetup {
  /** `plain: 127.0.0.1:0` and `network: LOOPBACK_OPEN` unless said. */
  readonly options?: EgressOptions
  /** Texts of the files that options name. */
  readonly files?: Readonly<Record<string, string>>
  readonly identity?: IdentitySource
  readonly clock?: Clock
  readonly resolver?: Resolver
  readonly own?: readonly ListenAddress[]
}

export class EgressUnderTest {
  readonly dns = new FakeResolver()
  readonly records: EgressRecord[] = []
  readonly logged: string[] = []
  readonly egress: Egress
  readonly #setup: EgressSetup

  constructor(setup: EgressSetup) {
    this.#setup = setup
    const log = (message: string, fields: unknown): void => {
      this.logged.push(`${message} ${JSON.stringify(fields ?? {})}`)
    }
    this.egress = new Egress({
      clock: setup.clock ?? systemClock,
      log: { info: log, warn: log, error: log },
      records: { write: (line) => this.records.push(JSON.parse(line) as EgressRecord) },
      random: () => 0.5,
      createResolver: () => setup.resolver ?? this.dns,
      own: () => ({ listeners: setup.own ?? [], machine: new Set(['127.0.0.1', '::1']) }),
    })
  }

  /** Of the plain door. */
  get port(): number {
    return this.egress.ports()['plain']!
  }

  get meshPort(): number {
    return this.egress.ports()['mesh']!
  }

  get decisions(): readonly EgressRecord[] {
    return this.records.filter(({ kind }) => kind === 'egress_decision')
  }

  get closes(): readonly EgressRecord[] {
    return this.records.filter(({ kind }) => kind === 'egress_close')
  }

  async apply(options: EgressOptions): Promise<void> {
    await this.egress.apply(planOf(options, this.#setup.files), this.#setup.identity ?? null)
  }

  /** A connection to the plain door. */
  connect(): Promise<RawClient> {
    return connectRaw(this.port)
  }

  /** Sends `CONNECT target` and gives the connection once the answer's head is there. */
  async tunnel(target: string, fields = ''): Promise<RawClient> {
    const client = await this.connect()
    client.send(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${fields}\r\n`)
    await client.waitFor('an answer', () => client.closed || client.received.includes('\r\n\r\n'))
    return client
  }

  /** The first line of the answer to `CONNECT target`. */
  async connectStatus(target: string, fields = ''): Promise<string> {
    const client = await this.tunnel(target, fields)
    const line = client.received.toString('latin1').split('\r\n')[0]!
    client.destroy()
    return line
  }

  async close(graceMs = 0): Promise<void> {
    await this.egress.close(graceMs)
  }
}

export async function startEgress(setup: EgressSetup = {}): Promise<EgressUnderTest> {
  const running = new EgressUnderTest(setup)
  await running.apply(setup.options ?? {})
  return running
}

export function planOf(
  options: EgressOptions,
  files: Readonly<Record<string, string>> = {},
): EgressPlan {
  const problems: Problem[] = []
  const whole: EgressOptions = {
    network: LOOPBACK_OPEN,
    ...(options.mesh === undefined ? { plain: '127.0.0.1:0' } : {}),
    ...options,
  }
  const plan = compileEgress(whole, ['egress'], (problem) => problems.push(problem), {
    readFile: (path) => files[path] ?? null,
    production: false,
    nowMs: Date.now(),
    suffixKind: () => null,
  })
  if (plan === null) throw new Error(`no plan: ${JSON.stringify(problems)}`)
  return plan
}

/** TLS through a tunnel that stands; resolves when the handshake is done. */
export async function tlsOver(
  client: RawClient,
  caPem: string,
  serverName: string,
): Promise<TLSSocket> {
  const { socket } = client
  socket.removeAllListeners('data')
  const tls = connectTls({ socket, ca: caPem, servername: serverName })
  await once(tls, 'secureConnect')
  return tls
}
