// The demo as a person starts it, on free ports, in a process group of its own.

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { until } from '../../support/until.ts'

export const PROGRAM = resolve(import.meta.dirname, '../../../gateway/sallyport.mjs')
const READY = '\n# 200: '
const START_MS = 30_000
const END_MS = 20_000

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export class RunningDemo {
  readonly process: ChildProcess
  guide = ''
  talk = ''

  constructor(args: readonly string[]) {
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    const child = spawn(process.execPath, [PROGRAM, 'demo', ...args], {
      stdio: [...stdio],
      detached: true,
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      this.guide += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.talk += chunk.toString()
    })
    this.process = child
  }

  /** Resolves when the guide is printed. */
  async ready(): Promise<void> {
    const { process: child } = this
    const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null
    await until('guide', () => this.guide.includes(READY) || isOver(), START_MS)
    if (!this.guide.includes(READY)) throw new Error(`the demo ended:\n${this.talk}`)
  }

  /** What stands behind `export NAME=`. */
  exported(name: string): string {
    const match = new RegExp(`^export ${name}=['"]?([^'"\\n]*)['"]?$`, 'm').exec(this.guide)
    if (match === null) throw new Error(`no ${name} in:\n${this.guide}`)
    return match[1]!
  }

  /** Runs a line of the guide in a shell, after the guide's own exports; `npx` is left out, for it takes a second. */
  shell(line: string): Promise<Ran> {
    const exports = this.guide.match(/^export .*$/gm) ?? []
    const own = line.replace(/^npx sallyport /, `'${process.execPath}' '${PROGRAM}' `)
    return new Promise((done) => {
      execFile('sh', ['-c', [...exports, own].join('\n')], (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code), stdout, stderr })
      })
    })
  }

  /** Signals the demo, or its whole group as a terminal does, and resolves with its exit code. */
  async end(signal: NodeJS.Signals, whom: 'demo' | 'group'): Promise<number | null> {
    const child = this.process
    const exit = once(child, 'exit')
    process.kill(whom === 'group' ? -child.pid! : child.pid!, signal)
    const timer = setTimeout(() => this.kill(), END_MS)
    await exit
    clearTimeout(timer)
    return child.exitCode
  }

  /** Process ids of the demo and everything it has started that still live, with their command lines; zombies do not. */
  members(): ReadonlyMap<number, string> {
    const found = new Map<number, string>()
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
        const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        if (Number(group) !== this.process.pid || state === 'Z') continue
        found.set(Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '))
      } catch {
        // It has ended in this moment.
      }
    }
    return found
  }

  /** Leaves nothing of it. */
  kill(): void {
    try {
      process.kill(-this.process.pid!, 'SIGKILL')
    } catch {
      // Nothing was left, as it should be.
    }
  }
}
