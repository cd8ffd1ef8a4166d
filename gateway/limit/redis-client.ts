// A connection to Redis for limits: it fails fast, never queues and never sends a command twice.

import type { ConnectionOptions } from 'node:tls'
import { Cluster, Redis } from 'ioredis'
import type { RedisPlan } from './plan.ts'

const CONNECT_MS = 1000
// A connection on which commands wait unanswered for this long is dead, whatever TCP believes.
const SILENCE_MS = 2000
const STUCK_MS = 1000
const LONGEST_RECONNECT_MS = 1000
// The wait after the client gave up is that after so many attempts: 100 to 200 ms.
const GIVEN_UP_ATTEMPT = 3

const closed = new WeakSet<Redis | Cluster>()

/**
 * Connects at once and for ever again until closeRedis, with up to a second between attempts. `onError` gets every
 * error of the connection; commands reject while there is none.
 */
export function connectRedis(
  plan: RedisPlan,
  random: () => number,
  onError: (error: Error) => void,
): Redis | Cluster {
  const { topology } = plan
  const client =
    topology.kind === 'cluster' ? connectCluster(plan, random) : connectOne(plan, random)
  client.on('error', onError)
  stayConnected(client, random)
  return client
}

/** Closes at once; commands under way reject. */
export function closeRedis(client: Redis | Cluster): void {
  closed.add(client)
  client.disconnect()
}

/**
 * The client gives up for good where word of a failover comes while it asks Sentinel for the primary (the detector ends
 * that very attempt, and an ended attempt is not repeated): a gateway would go without its store for ever.
 */
function stayConnected(client: Redis | Cluster, random: () => number): void {
  const delay = reconnectDelay(random)
  client.on('end', () => {
    setTimeout(() => {
      // What fails is told as an `error`, and tried again by the client or at the next `end`.
      if (!closed.has(client)) client.connect().catch(() => undefined)
    }, delay(GIVEN_UP_ATTEMPT)).unref()
  })
}

function connectOne(plan: RedisPlan, random: () => number): Redis {
  const { topology } = plan
  const retryStrategy = reconnectDelay(random)
  const common = { ...connectionOptions(plan), retryStrategy }
  if (topology.kind === 'sentinel') {
    const tls = tlsOptions(plan)
    return new Redis({
      ...common,
      sentinels: topology.endpoints.map((endpoint) => ({ ...endpoint })),
      name: topology.name,
      role: 'master',
      sentinelRetryStrategy: retryStrategy,
      sentinelCommandTimeout: STUCK_MS,
      // Told by Sentinel that the primary has moved, instead of waiting until the old one's connection breaks.
      failoverDetector: true,
      ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
    })
  }
  if (topology.kind === 'cluster') throw new TypeError('a cluster is not one server')
  return new Redis({ ...common, ...topology.endpoint, db: topology.database })
}

function connectCluster(plan: RedisPlan, random: () => number): Cluster {
  const endpoints = plan.topology.kind === 'cluster' ? plan.topology.endpoints : []
  return new Cluster(
    endpoints.map((endpoint) => ({ ...endpoint })),
    {
      redisOptions: connectionOptions(plan),
      enableOfflineQueue: false,
      clusterRetryStrategy: reconnectDelay(random),
      clusterNodeRetryStrategy: reconnectDelay(random),
      scaleReads: 'master',
      // A redirection proves that nothing was executed; a closed connection does not, so nothing is sent again for it.
      maxRedirections: 3,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshInterval: 5000,
      slotsRefreshTimeout: CONNECT_MS,
    },
  )
}

function connectionOptions(plan: RedisPlan) {
  const tls = tlsOptions(plan)
  return {
    ...(plan.username === null ? {} : { username: plan.username }),
    ...(plan.password === null ? {} : { password: plan.password }),
    ...(tls === undefined ? {} : { tls }),
    protocol: 2 as const,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // Not for limits, which give up sooner: it ends the client's own questions to a server that hangs.
    commandTimeout: STUCK_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: false,
    connectionName: 'sallyport-limits',
    // A primary that became a replica, and a server that wants another password: connect anew, never send again.
    reconnectOnError: (error: Error) => /^(?:READONLY|NOAUTH)/.test(error.message),
  }
}

function tlsOptions({ tls }: RedisPlan): ConnectionOptions | undefined {
  if (tls === null) return undefined
  return {
    rejectUnauthorized: true,
    ...(tls.caPem === null ? {} : { ca: tls.caPem }),
    ...(tls.serverName === null ? {} : { servername: tls.serverName }),
  }
}

function reconnectDelay(random: () => number): (attempt: number) => number {
  return (attempt) => {
    const ceiling = Math.min(LONGEST_RECONNECT_MS, 25 * 2 ** Math.min(attempt, 10))
    return Math.ceil(ceiling * (0.5 + random() / 2))
  }
}
