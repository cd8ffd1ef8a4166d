// Stores of one fleet on a Redis of the test's own, and what nodes say there.

import { FleetStore, type Proposal } from '../../../../gateway/control/fleet/fleet-store.ts'
import type { Announcement } from '../../../../gateway/control/fleet/member.ts'
import { checksumOf, type Revision } from '../../../../gateway/control/revisions/revision.ts'
import { connectRedis } from '../../../../gateway/limit/redis-client.ts'
import { redisPlan, whenReady } from '../../limit/redis-plan.ts'

/** `prefix` keeps tests on one Redis apart. */
export async function openStore(port: number, prefix: string): Promise<FleetStore> {
  const client = connectRedis(redisPlan(port), Math.random, () => undefined)
  await whenReady(client)
  return new FleetStore(client, prefix)
}

export function node(id: string, more: Partial<Announcement> = {}): Announcement {
  return {
    id,
    name: `node ${id}`,
    version: '0.1.0',
    addresses: ['192.0.2.1'],
    revision: null,
    checksum: '',
    failed: null,
    skewMs: null,
    ...more,
  }
}

export function proposal(id: string, by: string): Proposal {
  return { id, node: by, name: `node ${by}`, life: 'first', author: 'sato', message: 'why' }
}

export function revision(number: number, text: string): Revision {
  const checksum = checksumOf(text)
  return { number, text, checksum, atMs: 1, author: 'sato', origin: 'api', message: '' }
}
