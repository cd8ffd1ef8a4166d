// Where the tests' Redis is, and when a connection to it can be used.

import { setTimeout as wait } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import type { RedisPlan } from '../../../gateway/limit/plan.ts'

/** One server on loopback, in cleartext. */
export function redisPlan(port: number): RedisPlan {
  const endpoint = { host: '127.0.0.1', port }
  const topology = { kind: 'single', endpoint, database: 0 } as const
  return { kind: 'redis', topology, username: null, password: null, tls: null, prefix: 'test' }
}

/** Resolves once commands are taken, however many attempts that takes. */
export async function whenReady(client: Redis | Cluster): Promise<void> {
  while (client.status !== 'ready') await wait(2)
}
