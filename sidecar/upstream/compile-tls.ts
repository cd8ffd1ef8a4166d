// From a service's `tls:` to an UpstreamTlsPlan: trust that can not be read or parsed is an error, never ignored.

import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { errorMessage } from '../runtime/errors.ts'
import type { ConfigPath, Report } from '../runtime/problem.ts'
import type { ServiceOptions } from './options.ts'
import type { UpstreamTlsPlan } from './plan.ts'

type TlsOptions = NonNullable<ServiceOptions['tls']>

interface Fault {
  readonly key: keyof TlsOptions
  readonly message: string
  readonly fix: string
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Null where anything is wrong; then at least one error was reported below `at`. */
export function compileTls(
  options: TlsOptions,
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
): UpstreamTlsPlan | null {
  const read = (path: string | undefined): string | null =>
    path === undefined ? null : readFile(path)
  const plan: UpstreamTlsPlan = {
    caPem: read(options.ca),
    serverName: options.serverName?.toLowerCase() ?? null,
    certPem: read(options.cert),
    keyPem: read(options.key),
  }
  const faults = [
    ...unreadable(options, plan),
    ...caFaults(options, plan),
    ...pairFaults(options, plan),
    ...nameFaults(plan),
  ]
  for (const { key, message, fix } of faults) {
    report({ severity: 'error', path: [...at, key], message, fix })
  }
  return faults.length === 0 ? plan : null
}

function unreadable(options: TlsOptions, plan: UpstreamTlsPlan): Fault[] {
  const texts = { ca: plan.caPem, cert: plan.certPem, key: plan.keyPem }
  return (['ca', 'cert', 'key'] as const)
    .filter((key) => options[key] !== undefined && texts[key] === null)
    .map((key) => ({
      key,
      message: `can not read ${options[key]}`,
      fix: 'check the path and who may read it',
    }))
}

/** A CA list that Node reads as empty would refuse every endpoint; one that it half reads hides a mistake. */
function caFaults(options: TlsOptions, { caPem }: UpstreamTlsPlan): Fault[] {
  if (caPem === null) return []
  const blocks = caPem.match(PEM_CERTIFICATE) ?? []
  try {
    if (blocks.length > 0 && blocks.every((block) => new X509Certificate(block).raw.length > 0))
      return []
  } catch {
    // Reported below like a file without any certificate.
  }
  const message = `${options.ca} holds no usable PEM certificate`
  return [{ key: 'ca', message, fix: 'give a PEM file of CA certificates' }]
}

function pairFaults(options: TlsOptions, { certPem, keyPem }: UpstreamTlsPlan): Fault[] {
  const { cert, key } = options
  if ((cert === undefined) !== (key === undefined)) {
    const message = '`cert` and `key` belong together'
    return [{ key: cert === undefined ? 'key' : 'cert', message, fix: 'give both, or neither' }]
  }
  if (certPem === null || keyPem === null) return []
  try {
    createSecureContext({ cert: certPem, key: keyPem })
    return []
  } catch (error) {
    const message = `${cert} and ${key} do not fit: ${errorMessage(error)}`
    return [{ key: 'cert', message, fix: 'give the key the certificate was made for' }]
  }
}

function nameFaults({ serverName }: UpstreamTlsPlan): Fault[] {
  if (serverName === null || (serverName !== '' && isIP(serverName) === 0)) return []
  const message = `\`${serverName}\` is not a DNS name`
  return [{ key: 'serverName', message, fix: 'give the DNS name the certificate carries' }]
}
