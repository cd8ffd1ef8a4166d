// From one entry of `listeners:` to its ListenerPlan.

import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { parseDurationMs, parseSizeBytes } from '../../sidecar/runtime/units.ts'
import { compileAcme } from './acme.ts'
import { LISTENER_DEFAULTS, type ListenerOptions } from './listener-options.ts'
import type { MaterialReader } from './materials.ts'
import type { ListenerPlan, TlsPlan } from './plan.ts'
import { compileCertificates, compileClientCa } from './tls-material.ts'

/** `maxBodyBytes` of a listener that says `body: unlimited`; any real length is below it. */
export const UNLIMITED_BYTES = Number.MAX_SAFE_INTEGER

const MAX_DURATION_MS = 86_400_000
const KIB = 1024
const GIB = 1024 ** 3
const SIZE_BOUNDS: Readonly<
  Record<SizeKey, readonly [minimum: number, maximum: number, text: string]>
> = {
  headers: [KIB, 1024 * KIB, '1KiB to 1MiB'],
  body: [1, 1024 * GIB, '1B to 1024GiB, or `unlimited`'],
  message: [1, GIB, '1B to 1GiB'],
}

type SizeKey = 'headers' | 'body' | 'message'

interface Bind {
  readonly host: string
  readonly port: number
}

/** Null where anything is wrong with the listener; then at least one error was reported below `at`. */
export function compileListener(
  options: ListenerOptions,
  materials: MaterialReader,
  at: ConfigPath,
  report: Report,
  production: boolean,
): ListenerPlan | null {
  let sound = true
  const watching: Report = (problem) => {
    if (problem.severity === 'error') sound = false
    report(problem)
  }
  const bind = compileBind(options.bind ?? LISTENER_DEFAULTS.bind, [...at, 'bind'], watching)
  const tls =
    options.tls === 'off' ? null : compileTls(options.tls, materials, at, watching, production)
  if (tls === null && options.http2 === true && options.tls === 'off') {
    const fix = 'remove `http2`, or give the listener certificates'
    const message = 'HTTP/2 is offered over TLS only'
    watching({ severity: 'error', path: [...at, 'http2'], message, fix })
  }
  if (bind !== null && options.tls === 'off' && !isLoopback(bind.host)) {
    watching({
      severity: production ? 'error' : 'warning',
      path: [...at, 'tls'],
      message: `listener \`${options.name}\` serves plain HTTP beyond this machine`,
      fix: 'write `tls: { certs: FOLDER }`, or bind to 127.0.0.1',
    })
  }
  const limits = compileLimits(options, at, watching)
  if (!sound || bind === null) return null
  return {
    name: options.name,
    ...bind,
    tls,
    http2: options.http2 ?? tls !== null,
    trustedHops: options.trustedHops ?? LISTENER_DEFAULTS.trustedHops,
    ...limits,
    maxConnections: options.maxConnections ?? LISTENER_DEFAULTS.maxConnections,
  }
}

/** Whether two binds cannot both be listened on: one port, and the same address or one that stands for all. */
export function isClash(a: Bind, b: Bind): boolean {
  if (a.port !== b.port || a.port === 0) return false
  if (a.host === b.host || a.host === '::' || b.host === '::') return true
  const isAnyIpv4 = a.host === '0.0.0.0' || b.host === '0.0.0.0'
  return isAnyIpv4 && !isIPv6(a.host) && !isIPv6(b.host)
}

/** Milliseconds of a duration the schema accepted; out of 1ms to 24h is reported and answers 1. */
export function compileDuration(text: string, at: ConfigPath, report: Report): number {
  const ms = parseDurationMs(text) ?? 0
  if (ms >= 1 && ms <= MAX_DURATION_MS) return ms
  report({
    severity: 'error',
    path: at,
    message: `${text} is out of range`,
    fix: 'write 1ms to 24h',
  })
  return 1
}

function compileBind(text: string, at: ConfigPath, report: Report): Bind | null {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text)
  const [, ipv6, other, port] = match ?? []
  const fix = 'write an address and a port: 0.0.0.0:8443, 127.0.0.1:8443 or [::]:8443'
  const refuse = (message: string) => {
    report({ severity: 'error', path: at, message, fix })
    return null
  }
  if (match === null) return refuse(`\`${text}\` is not an address and a port`)
  if (Number(port) > 65_535) return refuse(`${port} is not a port`)
  if (ipv6 !== undefined) {
    if (!isIPv6(ipv6)) return refuse(`\`${ipv6}\` is not an IPv6 address`)
    const { address } = new SocketAddress({ address: ipv6, family: 'ipv6' })
    return { host: address, port: Number(port) }
  }
  if (other !== 'localhost' && !isIPv4(other ?? '')) {
    return refuse(other === '' ? 'the address is missing' : `\`${other}\` is not an address`)
  }
  return { host: other ?? '', port: Number(port) }
}

function compileTls(
  options: Exclude<ListenerOptions['tls'], 'off'>,
  materials: MaterialReader,
  at: ConfigPath,
  report: Report,
  production: boolean,
): TlsPlan {
  const tlsAt = [...at, 'tls']
  const context = (key: string) => ({ at: [...tlsAt, key], report, production })
  const { certs, clientCa, acme } = options
  const clientAuth = options.clientAuth ?? (clientCa === undefined ? 'none' : 'required')
  if (clientAuth !== 'none' && clientCa === undefined) {
    report({
      severity: 'error',
      path: [...tlsAt, 'clientAuth'],
      message: `\`clientAuth: ${clientAuth}\` needs \`clientCa\``,
      fix: 'add `clientCa: FILE` with the CAs that client certificates must come from',
    })
  }
  return {
    certificates: compileCertificates(certs, materials, {
      ...context('certs'),
      isRenewed: acme !== undefined,
    }),
    folder: certs.replace(/(?<=.)\/+$/, ''),
    acme: acme === undefined ? null : compileAcme(acme, materials, context('acme')),
    minVersion: options.minVersion ?? LISTENER_DEFAULTS.minVersion,
    clientCaPem:
      clientCa === undefined ? null : compileClientCa(clientCa, materials, context('clientCa')),
    clientAuth,
  }
}

function compileLimits(options: ListenerOptions, at: ConfigPath, report: Report) {
  const timeouts = { ...LISTENER_DEFAULTS.timeouts, ...options.timeouts }
  const sizes = { ...LISTENER_DEFAULTS.sizes, ...options.sizes }
  const duration = (key: 'headers' | 'request' | 'idle') =>
    compileDuration(timeouts[key], [...at, 'timeouts', key], report)
  const size = (key: SizeKey) => compileSize(key, sizes[key], [...at, 'sizes', key], report)
  return {
    headersTimeoutMs: duration('headers'),
    requestTimeoutMs: duration('request'),
    idleTimeoutMs: duration('idle'),
    maxHeaderBytes: size('headers'),
    maxBodyBytes: size('body'),
    maxMessageBytes: size('message'),
  }
}

function compileSize(key: SizeKey, text: string, at: ConfigPath, report: Report): number {
  if (text === 'unlimited') return UNLIMITED_BYTES
  const bytes = parseSizeBytes(text) ?? 0
  const [minimum, maximum, range] = SIZE_BOUNDS[key]
  if (bytes >= minimum && bytes <= maximum) return bytes
  const message = `${text} is out of range`
  report({ severity: 'error', path: at, message, fix: `write ${range}` })
  return minimum
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
