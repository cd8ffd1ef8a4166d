// The admin API on the network as in real life, without the rest of the gateway behind it: every operation there is.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as requestTls } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { EgressControl } from '../../../gateway/control/egress/egress-control.ts'
import { Access } from '../../../gateway/control/access/access.ts'
import { THROTTLE_RATES, type ThrottleRates } from '../../../gateway/control/access/throttle.ts'
import { createAdminApp } from '../../../gateway/control/admin/app.ts'
import { IdempotencyKeys } from '../../../gateway/control/admin/idempotency.ts'
import { LOCAL_PRINCIPAL, listenLocally } from '../../../gateway/control/admin/local-socket.ts'
import { AdminNetwork } from '../../../gateway/control/admin/network.ts'
import type { Operation } from '../../../gateway/control/admin/operation.ts'
import type { OnPlan } from '../../../gateway/control/admin/server.ts'
import { systemOperations } from '../../../gateway/control/admin/system-operations.ts'
import { auditOfCall } from '../../../gateway/control/audit/api-event.ts'
import { AuditLog } from '../../../gateway/control/audit/audit-log.ts'
import { auditOperations } from '../../../gateway/control/audit/operations.ts'
import { ApiError } from '../../../gateway/control/admin/api-error.ts'
import { Certificates } from '../../../gateway/control/certificates/certificates.ts'
import { certificateOperations } from '../../../gateway/control/certificates/operations.ts'
import type { Configurations } from '../../../gateway/control/config/configurations.ts'
import { configOperations } from '../../../gateway/control/config/operations.ts'
import { FolderDocuments } from '../../../gateway/control/documents/folder-documents.ts'
import { Ignored } from '../../../gateway/control/egress/ignored.ts'
import { egressOperations } from '../../../gateway/control/egress/operations.ts'
import { Sightings } from '../../../gateway/control/egress/sightings.ts'
import { meshOperations } from '../../../gateway/control/mesh/admin-operations.ts'
import { policyOperations } from '../../../gateway/control/policies/operations.ts'
import { Policies } from '../../../gateway/control/policies/policies.ts'
import { releaseOperations } from '../../../gateway/control/releases/operations.ts'
import { Releases } from '../../../gateway/control/releases/releases.ts'
import { Watches } from '../../../gateway/control/releases/watches.ts'
import { wholeSystemOperations } from '../../../gateway/control/system/operations.ts'
import type { System } from '../../../gateway/control/system/system.ts'
import { systemClock, type Clock } from '../../../sidecar/runtime/clock.ts'
import type { LogFields } from '../../../sidecar/telemetry/log.ts'

export const PASSWORD = 'mountain goats like moss'
const RATE = { count: 100_000, perMs: 10_000 }
const GENEROUS: ThrottleRates = {
  nameAndAddress: RATE,
  address: RATE,
  codes: RATE,
  calls: RATE,
}

export interface ConsoleOptions {
  readonly plan?: Partial<OnPlan>
  /** Of real life instead of ones that no test reaches. */
  readonly throttled?: boolean
  /** More operations. */
  readonly operations?: readonly Operation[]
}

export interface Asked {
  readonly method?: string
  readonly body?: unknown
  /** Sent as it is. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readonly<Record<string, any>>
  readonly text: string
}

/** What a browser sends with every call of its own page. */
export type Session = Readonly<Record<'cookie' | 'x-csrf-token' | 'origin', string>>

export type TestConsole = Awaited<ReturnType<typeof startConsole>>

export async function startConsole({ plan, throttled, operations: more }: ConsoleOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-console-'))
  let aheadMs = 0
  const clock = {
    ...systemClock,
    wallMs: () => systemClock.wallMs() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
  }
  const logged: { level: string; message: string; fields: LogFields | undefined }[] = []
  const note = (level: string) => (message: string, fields?: LogFields) =>
    void logged.push({ level, message, fields })
  const log = { info: note('info'), warn: note('warn'), error: note('error') }
  const audit = new AuditLog({ folder: join(dataDir, 'audit'), clock })
  const access = new Access({
    documents: new FolderDocuments(join(dataDir, 'documents')),
    dataDir,
    clock,
    log,
    cost: { ln: 4, r: 8, p: 1 },
    rates: throttled === true ? THROTTLE_RATES : GENEROUS,
  })
  const changes: string[] = []
  const configurations = untouched(changes)
  const egress = new EgressControl(clock, () => {})
  const ignored = new Ignored(new FolderDocuments(join(dataDir, 'egress')), clock)
  const watches = await Watches.open(new FolderDocuments(join(dataDir, 'releases')), log)
  const releases = new Releases({ clock, log, configurations, watches, record: () => {} })
  const operations: Operation[] = [
    ...configOperations(configurations),
    ...releaseOperations(releases),
    ...meshOperations(() => null),
    ...certificateOperations(certificates(clock)),
    ...policyOperations(noPolicies(clock)),
    ...egressOperations({
      egress,
      configurations,
      ignored,
      sightings: new Sightings({ clock, random: () => 0, egress, fleet: () => null }),
      fleet: () => null,
      name: 'a',
      clock,
    }),
    ...access.operations,
    ...auditOperations(audit),
    ...wholeSystemOperations(untouched(changes) as unknown as System, configurations),
    ...systemOperations('1.2.3', () => operations),
    ...(more ?? []),
  ]
  const lines: string[] = []
  const common = {
    operations,
    newId: randomUUID,
    beforeChange: () => audit.reserve(),
    onEvent: (event: Parameters<typeof auditOfCall>[0]) => void audit.append(auditOfCall(event)),
    log,
  }
  const network = new AdminNetwork({
    ...common,
    access,
    idempotency: new IdempotencyKeys(clock),
    dataDir,
    clock,
    show: (line) => lines.push(line),
  })
  const on: OnPlan = {
    kind: 'on',
    host: '127.0.0.1',
    port: 0,
    tls: null,
    hosts: ['localhost', '127.0.0.1'],
    oidc: null,
    setup: 'printed',
    secondFactor: 'optional',
    ...plan,
  }
  await network.apply(on, dataDir)
  const local = await createAdminApp({
    ...common,
    authenticate: () => ({ principal: LOCAL_PRINCIPAL, sessionId: null }),
  })
  await listenLocally(local, dataDir)
  const origin = (): string => `https://127.0.0.1:${network.ports()['admin']}`

  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const ask = (path: string, asked: Asked = {}): Promise<Answered> =>
    exchange({ agent, port: network.ports()['admin'] ?? 0, ca: caPem() }, path, asked)
  const caPem = (): string => readFileSync(join(dataDir, 'console/ca.pem'), 'utf8')
  return {
    dataDir,
    audit,
    network,
    plan: on,
    operations,
    logged,
    lines,
    changes,
    origin,
    caPem,
    ask,
    caFile: join(dataDir, 'console/ca.pem'),
    /** Text of the accounts, as they are kept. */
    accounts: () => readFileSync(join(dataDir, 'documents/accounts'), 'utf8'),
    advance: (ms: number) => {
      aheadMs += ms
    },
    setupToken: () => /#token=(\S+)$/m.exec(lines.join('\n'))?.[1] ?? '',
    /** Makes the first administrator, `root`, and answers their session. */
    async setUp(): Promise<Session> {
      const token = /#token=(\S+)$/m.exec(lines.join('\n'))?.[1]
      const body = { token, name: 'root', password: PASSWORD }
      return sessionOf(await ask('/api/v1/setup', { method: 'POST', body }), origin())
    },
    async signIn(name: string, password = PASSWORD): Promise<Session> {
      const asked = { method: 'POST', body: { name, password } }
      return sessionOf(await ask('/api/v1/sessions', asked), origin())
    },
    async stop(): Promise<void> {
      agent.destroy()
      releases.close()
      await network.close()
      await local.close()
      access.close()
      audit.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export function cookieOf({ headers }: Answered): string {
  return (headers['set-cookie'] ?? ([] as string[] | string)).toString().split(';', 1)[0] ?? ''
}

export function sessionOf(answer: Answered, origin: string): Session {
  if (answer.status >= 300) throw new Error(`no session: ${answer.text}`)
  return { cookie: cookieOf(answer), 'x-csrf-token': String(answer.body['csrfToken']), origin }
}

/** One call of the console at this port; `ca`: PEM. */
export function exchange(
  target: { readonly agent: Agent; readonly port: number; readonly ca: string },
  path: string,
  { method = 'GET', body, text, headers = {} }: Asked,
): Promise<Answered> {
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body))
  const type =
    payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }
  return new Promise((resolve, reject) => {
    const sent = requestTls(
      {
        ...target,
        host: '127.0.0.1',
        servername: 'localhost',
        checkServerIdentity: () => undefined,
        method,
        path,
        headers: { ...type, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const all = Buffer.concat(chunks).toString()
          const { statusCode = 0 } = response
          resolve({ status: statusCode, headers: response.headers, body: parse(all), text: all })
        })
      },
    )
    sent.on('error', reject)
    sent.end(payload)
  })
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** Of a node that serves nothing yet. */
function certificates(clock: Clock): Certificates {
  const nodes = () => Promise.resolve([])
  return new Certificates({
    clock,
    mesh: () => null,
    nodes,
    fileFault: () => Promise.resolve(null),
  })
}

/** Refuses whatever it is asked, and notes in `changes` what would have changed something. */
function untouched(changes: string[]): Configurations {
  const refuse = (...args: unknown[]): never => {
    throw new ApiError(
      'not_available',
      `there is no configuration here${args.length > 0 ? '' : '.'}`,
    )
  }
  return new Proxy(refuse, {
    get(target, name): unknown {
      if (['apply', 'confirm', 'learn'].includes(String(name))) {
        return (...args: unknown[]) => {
          changes.push(String(name))
          return refuse(...args)
        }
      }
      return name === 'then' ? undefined : untouchedPart(target)
    },
  }) as unknown as Configurations
}

function untouchedPart(refuse: () => never): unknown {
  return new Proxy(refuse, { get: () => refuse })
}

/** Nothing is served that could be asked about. */
function noPolicies(clock: typeof systemClock): Policies {
  return new Policies({
    clock,
    plan: () => {
      throw new ApiError('not_available', 'no configuration is served')
    },
    ports: () => ({}),
    addresses: () => [],
    keySources: () => Promise.resolve([]),
    recentOf: () => Promise.resolve([]),
    recent: () => Promise.resolve(null),
    resolve: () => Promise.resolve([]),
  })
}
