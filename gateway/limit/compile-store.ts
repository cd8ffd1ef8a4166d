// From `store:` to a plan; every problem is reported with what to write instead, none thrown.

import { X509Certificate } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import type { StoreOptions } from './options.ts'
import type { Endpoint, RedisPlan, RedisTopology, StorePlan } from './plan.ts'

type LongOptions = Exclude<StoreOptions, string>
type ProblemAt = (key: string, message: string, fix: string) => void

const DEFAULT_PORT = 6379
const DEFAULT_PREFIX = 'sallyport'

/** What a URL says besides where the server is. */
interface FromUrl {
  readonly topology: RedisTopology
  readonly username: string | null
  readonly password: string | null
  readonly secure: boolean
}

/**
 * Compiles `store:`; null where a problem was reported. `readFile` answers the text of a file named in the configuration,
 * or null where it cannot be read. `production` refuses cleartext to anything but loopback.
 */
export function compileStore(
  options: StoreOptions,
  at: ConfigPath,
  report: Report,
  readFile: (path: string) => string | null,
  production: boolean,
): StorePlan | null {
  if (options === 'embedded') return { kind: 'embedded' }
  let sound = true
  const problem: ProblemAt = (key, message, fix) => {
    sound = false
    const path = typeof options === 'string' ? at : [...at, key]
    report({ severity: 'error', path, message, fix })
  }
  const long: LongOptions = typeof options === 'string' ? { url: options } : options
  const place = compilePlace(long, problem)
  const tls = compileTls(long, place?.secure ?? false, problem, readFile)
  if (place === null || !sound) return null
  if (production && tls === null && !endpointsOf(place.topology).every(isLoopback)) {
    const fix = 'use `rediss://` or `tls: true`, or keep the store on loopback'
    problem('url', 'the store is reached in cleartext, which `production: true` refuses', fix)
    return null
  }
  return {
    kind: 'redis',
    topology: place.topology,
    username: long.username ?? place.username,
    password: long.password ?? place.password,
    tls,
    prefix: long.prefix ?? DEFAULT_PREFIX,
  }
}

function compilePlace(long: LongOptions, problem: ProblemAt): FromUrl | null {
  const { url, cluster, sentinels, name } = long
  const given = [url, cluster, sentinels].filter((place) => place !== undefined)
  if (given.length !== 1) {
    problem(
      'url',
      given.length === 0 ? 'the store is nowhere' : 'the store is in several places',
      'write exactly one of `url`, `cluster` and `sentinels`',
    )
    return null
  }
  if (name !== undefined && sentinels === undefined) {
    problem('name', '`name` belongs to `sentinels`', 'remove it')
  }
  if (url !== undefined) return compileUrl(url, problem)
  const key = cluster === undefined ? 'sentinels' : 'cluster'
  const endpoints = compileEndpoints(cluster ?? sentinels ?? [], key, problem)
  const nobody = { username: null, password: null, secure: false }
  if (key === 'cluster') return { topology: { kind: 'cluster', endpoints }, ...nobody }
  if (name === undefined) {
    const fix = 'add `name`: what they call the primary, often `mymaster`'
    problem('name', 'the sentinels are asked for nobody', fix)
    return null
  }
  return { topology: { kind: 'sentinel', endpoints, name }, ...nobody }
}

function compileUrl(text: string, problem: ProblemAt): FromUrl | null {
  const fix = 'write `embedded` or a URL like `redis://127.0.0.1:6379`'
  const url = URL.parse(text)
  const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:'
  if (url === null || !isRedis || url.hostname === '') {
    problem('url', 'the store is no `redis://` or `rediss://` URL', fix)
    return null
  }
  const database = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1]
  if (database === undefined || url.search !== '' || url.hash !== '') {
    problem('url', 'behind the address the URL of a store has at most a database number', fix)
    return null
  }
  const endpoint = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
  }
  return {
    topology: { kind: 'single', endpoint, database: Number(database) },
    username: decoded(url.username),
    password: decoded(url.password),
    secure: url.protocol === 'rediss:',
  }
}

function decoded(text: string): string | null {
  if (text === '') return null
  try {
    return decodeURIComponent(text)
  } catch {
    // A `%` that encodes nothing stands for itself.
    return text
  }
}

function compileEndpoints(texts: readonly string[], key: string, problem: ProblemAt): Endpoint[] {
  return texts.flatMap((text) => {
    const url = URL.parse(`redis://${text}`)
    const isPlain = url !== null && url.host === text.toLowerCase() && url.port !== ''
    if (isPlain) {
      return [{ host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) }]
    }
    problem(key, `\`${text}\` is no address of a server`, 'write `host:port`')
    return []
  })
}

function compileTls(
  { tls, url }: LongOptions,
  secure: boolean,
  problem: ProblemAt,
  readFile: (path: string) => string | null,
): RedisPlan['tls'] {
  if (tls === false && secure) {
    problem('tls', `\`${url?.slice(0, 9)}\` means TLS`, 'remove `tls: false`, or write `redis://`')
  }
  if (tls === undefined || tls === false) return secure ? { caPem: null, serverName: null } : null
  if (tls === true) return { caPem: null, serverName: null }
  const caPem = tls.ca === undefined ? null : readFile(tls.ca)
  if (tls.ca !== undefined && (caPem === null || !isCertificates(caPem))) {
    const message = caPem === null ? `can not read ${tls.ca}` : `${tls.ca} holds no certificate`
    problem('tls', message, 'name a file of CA certificates (PEM)')
  }
  return { caPem, serverName: tls.serverName ?? null }
}

function isCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    for (const block of blocks) void new X509Certificate(block)
  } catch {
    return false
  }
  return blocks.length > 0
}

function endpointsOf(topology: RedisTopology): readonly Endpoint[] {
  return topology.kind === 'single' ? [topology.endpoint] : topology.endpoints
}

function isLoopback({ host }: Endpoint): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
