// From the flags of `sallyport sidecar` to its settings; every problem is reported, and each says what to write instead.

import { isIP } from 'node:net'
import { isTrustDomain } from './identity/spiffe-id.ts'
import type { Problem, Report } from './runtime/problem.ts'
import { parseDurationMs } from './runtime/units.ts'
import type { AccessLogMode } from './telemetry/access-record.ts'
import { readApp, type AppAddress } from './app-address.ts'

export interface BindAddress {
  /** An IP address without brackets. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

/** How this instance proves its service before it has a certificate; the file is read anew at each try. */
export type JoinFile = { readonly kind: 'token' | 'jwt'; readonly file: string }

/** How the app's health is found out. */
export type HealthProbe =
  | { readonly kind: 'tcp' }
  | { readonly kind: 'http'; readonly path: string }

export interface SidecarSettings {
  /** `billing` or `team/billing`. */
  readonly service: string
  readonly app: AppAddress
  /** `https://host:port` */
  readonly control: string
  readonly join: JoinFile
  /** PEM file of the CA that control's certificate chains to; null: what the join token pins. */
  readonly caFile: string | null
  /** Where a JWT is used: the trust domain, which no certificate may tell. */
  readonly trustDomain: string | null
  readonly inbound: BindAddress
  readonly outbound: BindAddress
  readonly admin: BindAddress
  /** Address that others reach the inbound port by; null: the one that control sees. */
  readonly address: string | null
  readonly health: HealthProbe
  /** Where the last good snapshot is kept; null: nowhere. */
  readonly dataDir: string | null
  /** What others are told of this instance. */
  readonly version: string | null
  readonly zone: string | null
  /** 1 to 10,000. */
  readonly weight: number
  /** How long new calls are still taken after this instance has left the registry. */
  readonly propagationMs: number
  /** How long running requests may take after that. */
  readonly drainMs: number
  /** Until the head of an answer, in both directions. */
  readonly timeoutMs: number
  readonly accessLog: AccessLogMode
}

/** What the flags of these names held. */
export type Flags = Readonly<Record<string, unknown>>

/** For `parseArgs` of node:util. */
export const SIDECAR_FLAGS = {
  service: { type: 'string' },
  app: { type: 'string' },
  control: { type: 'string' },
  'token-file': { type: 'string' },
  'jwt-file': { type: 'string' },
  'ca-file': { type: 'string' },
  'trust-domain': { type: 'string' },
  inbound: { type: 'string' },
  outbound: { type: 'string' },
  admin: { type: 'string' },
  address: { type: 'string' },
  health: { type: 'string' },
  'data-dir': { type: 'string' },
  'app-version': { type: 'string' },
  zone: { type: 'string' },
  weight: { type: 'string' },
  propagation: { type: 'string' },
  drain: { type: 'string' },
  timeout: { type: 'string' },
  'access-log': { type: 'string' },
  'app-not-loopback': { type: 'boolean' },
  production: { type: 'boolean' },
} as const

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** null where any problem was an error; warnings leave the settings usable. */
export function readSettings(flags: Flags, report: Report): SidecarSettings | null {
  const reader = new FlagReader(flags, report)
  const production = flags['production'] === true
  const inbound = reader.bind('inbound', '0.0.0.0:15443')
  const outbound = reader.loopbackBind('outbound', '127.0.0.1:15001')
  const admin = reader.loopbackBind('admin', '127.0.0.1:15000')
  const settings: SidecarSettings = {
    service: reader.service(),
    app: readApp(
      reader.required('app', 'the app, like http://127.0.0.1:3001 or unix:/run/app.sock'),
      {
        offLoopback: flags['app-not-loopback'] === true,
        production,
        ownPorts: [inbound.port, outbound.port, admin.port],
        wrong: (message, fix) => reader.wrong('app', message, fix),
      },
    ),
    control: reader.control(),
    join: reader.join(),
    caFile: reader.text('ca-file'),
    trustDomain: reader.trustDomain(),
    inbound,
    outbound,
    admin,
    address: reader.address(),
    health: reader.health(),
    dataDir: reader.text('data-dir'),
    version: reader.label('app-version'),
    zone: reader.label('zone'),
    weight: reader.weight(),
    propagationMs: reader.duration('propagation', 2000),
    drainMs: reader.duration('drain', 30_000),
    timeoutMs: reader.duration('timeout', 15_000),
    accessLog: reader.accessLog(),
  }
  reader.distinctPorts({ inbound, outbound, admin })
  return reader.sound ? settings : null
}

class FlagReader {
  readonly #flags: Flags
  readonly #report: Report
  sound = true

  constructor(flags: Flags, report: Report) {
    this.#flags = flags
    this.#report = report
  }

  wrong(flag: string, message: string, fix: string): void {
    this.sound = false
    const problem: Problem = { severity: 'error', path: [`--${flag}`], message, fix }
    this.#report(problem)
  }

  text(flag: string): string | null {
    const value = this.#flags[flag]
    if (value === '') this.wrong(flag, 'this is empty', 'write a value, or leave the flag out')
    return typeof value === 'string' ? value : null
  }

  /** '' where it is missing, which is reported. */
  required(flag: string, what: string): string {
    const value = this.text(flag)
    if (value === null) this.wrong(flag, 'this flag is missing', `write ${what}`)
    return value ?? ''
  }

  service(): string {
    const text = this.required('service', 'the name of the service that this app is an instance of')
    const parts = text.split('/')
    if (text !== '' && (parts.length > 2 || !parts.every((part) => NAME.test(part)))) {
      const fix = 'write NAME or NAMESPACE/NAME in letters, digits, `.`, `_` and `-`'
      this.wrong('service', `\`${text}\` is not the name of a service`, fix)
    }
    return text
  }

  control(): string {
    const text = this.required('control', "the URL of control's mesh door, like https://gw:15012")
    const url = URL.canParse(text) ? new URL(text) : null
    const isPlain = url !== null && url.pathname === '/' && url.search === '' && url.username === ''
    if (text !== '' && (url?.protocol !== 'https:' || !isPlain)) {
      this.wrong('control', `\`${text}\` is not the URL of a door`, 'write https://HOST:PORT')
    }
    return text.replace(/\/$/, '')
  }

  join(): JoinFile {
    const token = this.text('token-file')
    const jwt = this.text('jwt-file')
    if ((token === null) === (jwt === null)) {
      const message = token === null ? 'this flag is missing' : 'there are two ways to join'
      const fix =
        'write --token-file with a join token of `sallyport join-token`, or --jwt-file with a service-account token'
      this.wrong('token-file', message, fix)
    }
    if (jwt !== null && this.#flags['ca-file'] === undefined) {
      const fix = "write the file of the CA that control's certificate chains to"
      this.wrong('ca-file', 'a JWT does not say whom to trust', fix)
    }
    if (jwt !== null && this.#flags['trust-domain'] === undefined) {
      const fix = 'write `mesh.trustDomain` of the configuration of control'
      this.wrong('trust-domain', 'a JWT does not say which mesh it is for', fix)
    }
    return token === null ? { kind: 'jwt', file: jwt ?? '' } : { kind: 'token', file: token }
  }

  trustDomain(): string | null {
    const text = this.text('trust-domain')
    if (text !== null && !isTrustDomain(text)) {
      const fix = 'write lower-case letters, digits, `.`, `-` and `_`'
      this.wrong('trust-domain', `\`${text}\` is not a trust domain`, fix)
    }
    return text
  }

  bind(flag: string, absent: string): BindAddress {
    const text = this.text(flag) ?? absent
    const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
    const host = match?.[1] ?? match?.[2] ?? ''
    const port = Number(match?.[3])
    if (isIP(host) === 0 || !(port <= 65_535)) {
      const fix = `write ADDRESS:PORT, like ${absent}`
      this.wrong(flag, `\`${text}\` is not an address and a port`, fix)
    }
    return { host, port }
  }

  /** The app's side and the admin port are open to this machine alone, always. */
  loopbackBind(flag: string, absent: string): BindAddress {
    const bind = this.bind(flag, absent)
    if (isIP(bind.host) !== 0 && !isLoopbackAddress(bind.host)) {
      const message = `${bind.host} can be reached from other machines`
      this.wrong(flag, message, 'write 127.0.0.1:PORT or [::1]:PORT')
    }
    return bind
  }

  distinctPorts(binds: Readonly<Record<string, BindAddress>>): void {
    const seen = new Map<number, string>()
    for (const [flag, { port }] of Object.entries(binds)) {
      const other = seen.get(port)
      if (other !== undefined && port > 0) {
        this.wrong(flag, `port ${port} is also that of --${other}`, 'write another port')
      }
      seen.set(port, flag)
    }
  }

  address(): string | null {
    const text = this.text('address')
    if (text !== null && isIP(text) === 0) {
      this.wrong('address', `\`${text}\` is not an IP address`, 'write it without a port')
    }
    return text
  }

  health(): HealthProbe {
    const path = this.text('health')
    if (path === null) return { kind: 'tcp' }
    if (!/^\/[!-~]*$/.test(path)) {
      this.wrong('health', `\`${path}\` is not a path`, 'write a path like /healthz')
    }
    return { kind: 'http', path }
  }

  label(flag: string): string | null {
    const text = this.text(flag)
    if (text !== null && !LABEL.test(text)) {
      const fix = 'write at most 64 letters, digits, `.`, `_` and `-`'
      this.wrong(flag, `\`${text}\` cannot be used here`, fix)
    }
    return text
  }

  weight(): number {
    const text = this.text('weight') ?? '100'
    const weight = /^\d{1,5}$/.test(text) ? Number(text) : 0
    if (weight < 1 || weight > 10_000) {
      this.wrong('weight', `\`${text}\` is not a weight`, 'write a whole number from 1 to 10000')
    }
    return weight
  }

  duration(flag: string, absentMs: number): number {
    const text = this.text(flag)
    if (text === null) return absentMs
    const durationMs = parseDurationMs(text)
    if (durationMs === null || durationMs > 3_600_000) {
      this.wrong(flag, `\`${text}\` is not a duration of up to an hour`, 'write one like `2s`')
    }
    return durationMs ?? absentMs
  }

  accessLog(): AccessLogMode {
    const text = this.text('access-log') ?? 'failures'
    if (text === 'failures' || text === 'all' || text === 'off') return { kind: text }
    this.wrong('access-log', `\`${text}\` is not known`, 'write failures, all or off')
    return { kind: 'failures' }
  }
}

function isLoopbackAddress(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
