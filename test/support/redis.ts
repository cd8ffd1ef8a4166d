// A real redis-server for one test, on a free port of loopback, without persistence.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'

const START_MS = 10_000
// A replica would write what it is sent into a file of the working folder first.
const FIXED = ['--save', '', '--appendonly', 'no', '--repl-diskless-load', 'swapdb']

export interface TestRedis {
  readonly port: number
  readonly pid: number
  /** Stops the process from running, as a machine that hangs: SIGSTOP. */
  pause(): void
  resume(): void
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>
}

/** Starts redis-server with `args` added, or as a sentinel with that file; whoever starts it kills it. */
export async function startRedis(
  added: readonly string[] = [],
  sentinelFile: string | null = null,
): Promise<TestRedis> {
  const args = sentinelFile === null ? [...FIXED, ...added] : [sentinelFile, '--sentinel', ...added]
  const program = findServer()
  const port = await freePort()
  let child = await start(program, port, args)
  return {
    port,
    get pid() {
      return child.pid!
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    async restart() {
      child = await start(program, port, args)
    },
  }
}

async function start(
  program: string,
  port: number,
  args: readonly string[],
): Promise<ChildProcess> {
  const place = ['--port', String(port), '--bind', '127.0.0.1']
  const child = spawn(program, [...args, ...place], { stdio: 'ignore' })
  const deadline = performance.now() + START_MS
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`redis-server does not accept connections on port ${port}`)
    }
  }
  return child
}

/** Whether a server answers PING (an error is an answer, too). */
async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    await once(socket, 'data')
    return true
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 10))
    return false
  } finally {
    socket.destroy()
  }
}

function findServer(): string {
  const found = search()
  if (found !== null) return found
  if (process.getuid?.() === 0) {
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'])
    const installed = search()
    if (installed !== null) return installed
  }
  throw new Error('redis-server is needed for this test: install the package redis-server')
}

function search(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, 'redis-server')).find(existsSync) ?? null
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
