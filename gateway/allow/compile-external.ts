// From one entry of `egress.external` to its ExternalPlan; every problem is reported, nothing is thrown.

import { readFieldName } from '../../sidecar/forward/fields.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import { compileTls } from '../../sidecar/upstream/compile-tls.ts'
import { readHost } from './compile-host.ts'
import { compileDuration } from './duration.ts'
import { EGRESS_DEFAULTS, type ExternalOptions } from './options.ts'
import type { ExternalPlan } from './plan.ts'

type Header = readonly [name: string, value: string]

const VALUE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/

/** Null after at least one error below `at`. */
export function compileExternal(
  options: ExternalOptions,
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
): ExternalPlan | null {
  let sound = true
  const watching: Report = (problem) => {
    if (problem.severity === 'error') sound = false
    report(problem)
  }
  const host = compileHost(options, [...at, 'host'], watching)
  const headers = compileHeaders(options.headers ?? {}, [...at, 'headers'], watching)
  const tls = compileTls(options.tls ?? {}, [...at, 'tls'], watching, readFile)
  const { external: defaults } = EGRESS_DEFAULTS
  const duration = (text: string, ...keys: string[]) =>
    compileDuration(text, [...at, ...keys], watching)
  const timeoutMs = duration(options.timeout ?? defaults.timeout, 'timeout')
  const idleTimeoutMs = duration(options.idleTimeout ?? defaults.idle, 'idleTimeout')
  const openMs = duration(options.breaker?.open ?? defaults.open, 'breaker', 'open')
  if (!sound || host === null || tls === null) return null
  return {
    host,
    port: options.port ?? defaults.port,
    headers,
    tls,
    timeoutMs,
    idleTimeoutMs,
    retries: options.retries?.attempts ?? defaults.retries,
    breaker: { failures: options.breaker?.failures ?? defaults.failures, openMs },
    maxConnections: options.maxConnections ?? defaults.maxConnections,
    maxQueued: options.maxQueued ?? defaults.maxQueued,
  }
}

function compileHost(
  { host: text }: ExternalOptions,
  at: ConfigPath,
  report: Report,
): string | null {
  const refuse = (message: string, fix: string): null => {
    report({ severity: 'error', path: at, message, fix })
    return null
  }
  const written = readHost(text, null)
  if ('message' in written) return refuse(written.message, written.fix)
  const { host, port } = written
  if (host.kind !== 'exact') {
    return refuse(`\`${text}\` is not one host`, 'write an entry for each host, by its full name')
  }
  if (port === null) return host.name
  return refuse(`\`${text}\` names a port`, `write \`host: ${host.name}\` and \`port: ${port}\``)
}

/** Values are secrets and stay out of every message. */
function compileHeaders(
  headers: Readonly<Record<string, string>>,
  at: ConfigPath,
  report: Report,
): readonly Header[] {
  const compiled = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    const { lower, role, fault } = readFieldName(name)
    const error = (message: string, fix: string): void =>
      report({ severity: 'error', path: [...at, name], atKey: true, message, fix })
    const isOurs = !['end-to-end', 'authorization', 'cookie', 'origin'].includes(role)
    if (isOurs) error(`header \`${name}\` belongs to the connection or to us`, 'remove it')
    else if (fault === 'invalid') {
      error(`\`${name}\` is not a header name`, 'write letters, digits and hyphens')
    } else if (compiled.has(lower)) {
      error(`header \`${lower}\` is set twice`, 'remove one of them')
    } else if (!VALUE.test(value)) {
      const fix = 'write visible ASCII in one line, without blanks around it'
      error(`the value of \`${name}\` cannot be sent`, fix)
    }
    compiled.set(lower, value)
  }
  return [...compiled]
}
