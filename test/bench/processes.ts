// The processes a benchmark starts: pinned to a CPU, watched for an early end, and all ended again.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { processTree } from './cpu-time.ts'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Running {
  readonly pid: number
  /** null while it runs, then how it ended, with the end of what it said on stderr. */
  ended(): string | null
  /** Resolves once it and all its descendants are gone. */
  stop(): Promise<void>
}

const STDERR_BYTES = 2000
const STOP_WITHIN_MS = 5000

export class Processes {
  readonly #taskset: string | null
  readonly #env: Readonly<Record<string, string | undefined>>
  readonly #children = new Set<ChildProcess>()

  /** `taskset` is the path of that program; null: nothing is pinned. */
  constructor(taskset: string | null, env: Readonly<Record<string, string | undefined>>) {
    this.#taskset = taskset
    this.#env = env
  }

  /** Starts `command` on CPU `cpu`. */
  start(command: Command, cpu: number): Running {
    // taskset replaces itself by the program, so the pid is the program's own.
    const [program, ...args] = this.#taskset
      ? [this.#taskset, '-c', String(cpu), command.program, ...command.args]
      : [command.program, ...command.args]
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...this.#env, ...command.env },
    })
    this.#children.add(child)
    let said = ''
    let end: string | null = null
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-STDERR_BYTES)
    })
    child.on('error', (error) => (end ??= error.message))
    child.on('exit', (code, signal) => (end ??= `ended with ${signal ?? code}`))
    if (child.pid === undefined) throw new Error(`cannot start ${command.program}`)
    return {
      pid: child.pid,
      ended: () => (end === null ? null : `${end}: ${said.trim()}`),
      stop: () => this.#stop(child),
    }
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.#stop(child)))
  }

  async #stop(child: ChildProcess): Promise<void> {
    if (!this.#children.delete(child)) return
    const tree = processTree(child.pid!)
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
      await exited
      clearTimeout(timer)
    }
    // A killed parent may leave its workers behind.
    for (const pid of tree) killIfAlive(pid)
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already, which is what is wanted.
  }
}
