// Where the tests' Redis is, and when a connection to it can be used.

import { once } from 'node:events'
import type { Cluster, Redis } from 'ioredis'
import type { RedisPlan } from '../../../gateway/limit/plan.ts'

/** One server on loopback, in cleartext. */
export function redisPlan(port: number): RedisPlan {
  const endpoint = { host: '127.0.0.1', port }
  const topology = { kind: 'single', endpoint, database: 0 } as const
  return { kind: 'redis', topology, username: null, password: null, tls: null, prefix: 'test' }
}

export async function whenReady(client: Redis | Cluster): Promise<void> {
  if (client.status !== 'ready') await once(client, 'ready')
}
