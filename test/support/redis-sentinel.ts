// A real Sentinel over a primary and its replica, all on loopback; it gives the primary up after half a second.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { redisCommand } from './redis-command.ts'
import { startRedis, type TestRedis } from './redis.ts'
import { until } from './until.ts'

export const SENTINEL_NAME = 'main'

export interface TestSentinel {
  /** Of the Sentinel itself. */
  readonly port: number
  readonly primary: TestRedis
  readonly replica: TestRedis
  /** Port of the primary as Sentinel has it now. */
  primaryPort(): Promise<number>
  /** Resolves when the replica has all that the primary had when it was called. */
  replicated(): Promise<void>
  stop(): Promise<void>
}

export async function startRedisSentinel(): Promise<TestSentinel> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sentinel-'))
  const port = await freePort()
  const primary = await startRedis(['--repl-diskless-sync-delay', '0'])
  const replica = await startRedis(['--replicaof', '127.0.0.1', String(primary.port)])
  const sentinel = spawnSentinel(folder, port, primary.port)
  const info = async (of: number, section: string): Promise<string> =>
    String(await redisCommand(of, 'INFO', section))
  const stop = async (): Promise<void> => {
    const gone = sentinel.exitCode === null ? once(sentinel, 'exit') : Promise.resolve()
    sentinel.kill('SIGKILL')
    primary.resume()
    await Promise.all([gone, primary.kill(), replica.kill()])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await until('replica in step', async () =>
      (await info(replica.port, 'replication')).includes('master_link_status:up'),
    )
    await until('Sentinel that knows both', async () =>
      (await info(port, 'sentinel').catch(() => '')).includes(
        'status=ok,address=127.0.0.1:' + primary.port + ',slaves=1',
      ),
    )
  } catch (error) {
    await stop()
    throw error
  }
  return {
    port,
    primary,
    replica,
    async primaryPort() {
      const asked = ['GET-MASTER-ADDR-BY-NAME', SENTINEL_NAME]
      const [, found] = (await redisCommand(port, 'SENTINEL', ...asked)) as readonly string[]
      return Number(found)
    },
    async replicated() {
      const offset = /master_repl_offset:(\d+)/
      const wanted = Number(offset.exec(await info(primary.port, 'replication'))?.[1])
      await until('replica in step', async () => {
        const has = Number(
          /slave_repl_offset:(\d+)/.exec(await info(replica.port, 'replication'))?.[1],
        )
        return has >= wanted
      })
    },
    stop,
  }
}

function spawnSentinel(folder: string, port: number, primaryPort: number): ChildProcess {
  const file = join(folder, 'sentinel.conf')
  // Sentinel writes what it learns into its file.
  writeFileSync(
    file,
    `port ${port}
bind 127.0.0.1
dir ${folder}
sentinel monitor ${SENTINEL_NAME} 127.0.0.1 ${primaryPort} 1
sentinel down-after-milliseconds ${SENTINEL_NAME} 500
sentinel failover-timeout ${SENTINEL_NAME} 2000
`,
  )
  return spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
}
