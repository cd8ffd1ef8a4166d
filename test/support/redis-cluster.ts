// A real Redis Cluster of primaries on loopback, all slots on the first one at first.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { redisCommand } from './redis-command.ts'
import { startRedis, type TestRedis } from './redis.ts'
import { until } from './until.ts'

const LAST_SLOT = 16_383

export interface TestCluster {
  readonly nodes: readonly TestRedis[]
  /** Moves the slot of `key` with all that is in it, as an operator does: step by step, under traffic. */
  moveSlot(key: string, from: number, to: number): Promise<void>
  stop(): Promise<void>
}

/** Starts `count` primaries that know each other. */
export async function startRedisCluster(count: number): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cluster-'))
  const busPorts: number[] = []
  const nodes: TestRedis[] = []
  const stop = async (): Promise<void> => {
    for (const node of nodes) node.resume()
    await Promise.all(nodes.map((node) => node.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    for (let i = 0; i < count; i++) {
      const busPort = await freePort()
      busPorts.push(busPort)
      const cluster = ['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no']
      const own = ['--cluster-port', String(busPort), '--cluster-config-file', `${i}.conf`]
      nodes.push(await startRedis([...cluster, ...own, '--dir', folder]))
    }
    const [first] = nodes
    await redisCommand(first!.port, 'CLUSTER', 'ADDSLOTSRANGE', 0, LAST_SLOT)
    for (const [i, { port }] of nodes.entries()) {
      if (i > 0) await redisCommand(first!.port, 'CLUSTER', 'MEET', '127.0.0.1', port, busPorts[i]!)
    }
    await until('agreement of the cluster', async () => {
      const all = await Promise.all(nodes.map(({ port }) => redisCommand(port, 'CLUSTER', 'INFO')))
      return all.every(
        (info) =>
          String(info).includes('cluster_slots_ok:16384') &&
          String(info).includes(`cluster_known_nodes:${count}`),
      )
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { nodes, moveSlot: (key, from, to) => moveSlot(nodes[from]!, nodes[to]!, key), stop }
}

async function moveSlot(from: TestRedis, to: TestRedis, key: string): Promise<void> {
  const slot = Number(await redisCommand(from.port, 'CLUSTER', 'KEYSLOT', key))
  const fromId = String(await redisCommand(from.port, 'CLUSTER', 'MYID'))
  const toId = String(await redisCommand(to.port, 'CLUSTER', 'MYID'))
  await redisCommand(to.port, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
  await redisCommand(from.port, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
  for (;;) {
    const keys = await redisCommand(from.port, 'CLUSTER', 'GETKEYSINSLOT', slot, 100)
    const names = keys as readonly string[]
    if (names.length === 0) break
    await redisCommand(from.port, 'MIGRATE', '127.0.0.1', to.port, '', 0, 1000, 'KEYS', ...names)
  }
  await redisCommand(to.port, 'CLUSTER', 'SETSLOT', slot, 'NODE', toId)
  await redisCommand(from.port, 'CLUSTER', 'SETSLOT', slot, 'NODE', toId)
}
