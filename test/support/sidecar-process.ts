// A sidecar in a process of its own, which the test may signal or kill.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { TestControl } from './mesh.ts'

const PROGRAM = resolve(import.meta.dirname, 'sidecar-program.ts')
const START_MS = 20_000

export interface SidecarProcess {
  readonly process: ChildProcess
  readonly ports: { readonly inbound: number; readonly outbound: number; readonly admin: number }
  readonly stderr: () => string
  /** From the start of the process until it took part in the mesh. */
  readonly startMs: number
  /** Sends the signal and resolves with the exit code, null where a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Every port is a free one of loopback; resolves when it takes part in the mesh. */
export async function spawnSidecar(
  control: Pick<TestControl, 'url' | 'tokenFile'>,
  service: string,
  app: string,
  flags: readonly string[] = [],
): Promise<SidecarProcess> {
  const startedMs = performance.now()
  const ports = ['--inbound', '--outbound', '--admin'].flatMap((flag) => [flag, '127.0.0.1:0'])
  const child = spawn(
    process.execPath,
    [
      PROGRAM,
      `--service=${service}`,
      `--app=${app}`,
      `--control=${control.url}`,
      `--token-file=${await control.tokenFile(service)}`,
      ...ports,
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let stderr = ''
  const ready = Promise.withResolvers<RegExpExecArray>()
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    const match = /ready; inbound (\d+), outbound (\d+), admin (\d+)/.exec(stderr)
    if (match !== null) ready.resolve(match)
  })
  child.once('exit', () => ready.reject(new Error(`the sidecar ended:\n${stderr}`)))
  const timer = setTimeout(() => ready.reject(new Error(`not ready:\n${stderr}`)), START_MS)
  const match = await ready.promise.catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  clearTimeout(timer)
  const [inbound = 0, outbound = 0, admin = 0] = match.slice(1).map(Number)
  return {
    process: child,
    ports: { inbound, outbound, admin },
    stderr: () => stderr,
    startMs: performance.now() - startedMs,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
      return child.exitCode
    },
  }
}
