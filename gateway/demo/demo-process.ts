// A process of the demo: what it says goes into a file, it is ready when it says so, and its end is noticed.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'

export interface DemoProcessOptions {
  /** As people call it: `the gateway`. */
  readonly name: string
  /** The program's main file, and what follows it on the command line. */
  readonly program: string
  readonly args: readonly string[]
  readonly logFile: string
  readonly clock: Clock
  /** It has ended although nobody asked it to; `how` is `exit code 1` or `SIGKILL`. */
  readonly onCrash: (how: string) => void
}

const START_MS = 20_000
const END_MS = 15_000
/** So much of what it said last is kept to be searched and shown. */
const MAX_TAIL = 8192
const SHOWN_LINES = 8
const SHOWN_CHARACTERS = 300

export class DemoProcess {
  readonly #options: DemoProcessOptions
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  readonly #heard = new Set<() => void>()
  #tail = ''
  #end: 'running' | 'asked' | 'over' = 'running'

  constructor(options: DemoProcessOptions) {
    this.#options = options
    const { program, args, logFile } = options
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    mkdirSync(dirname(logFile), { recursive: true })
    const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
    // A full disk costs the log, not the demo.
    log.on('error', () => log.destroy())
    child.stdout.on('data', (chunk: Buffer) => void log.write(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      log.write(chunk)
      this.#tail = (this.#tail + chunk.toString()).slice(-MAX_TAIL)
      this.#notify()
    })
    this.#child = child
    this.#ended = this.#watchEnd(log)
  }

  /** The first line on stderr that fits; rejects where it ends before, or says nothing of the kind in time. */
  ready(line: RegExp): Promise<RegExpExecArray> {
    const { name, logFile, clock } = this.#options
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cancel()
        this.#heard.delete(look)
      }
      const fail = (what: string): void => {
        settle()
        const message = `${name} ${what}; its log is ${logFile}:\n${this.#lastLines()}`
        reject(new SallyportError('demo_failed', message))
      }
      const look = (): void => {
        const match = line.exec(this.#tail)
        if (match !== null) {
          settle()
          resolve(match)
        } else if (this.#end === 'over') fail('did not start')
      }
      const cancel = clock.after(START_MS, () => fail(`was not ready within ${START_MS / 1000} s`))
      this.#heard.add(look)
      look()
    })
  }

  /** Asks it to end, and makes it where it does not. Resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#end === 'running') {
      this.#end = 'asked'
      this.#child.kill('SIGTERM')
    }
    const cancel = this.#options.clock.after(END_MS, () => this.#child.kill('SIGKILL'))
    await this.#ended
    cancel()
  }

  async #watchEnd(log: WriteStream): Promise<void> {
    const child = this.#child
    await once(child, 'close')
    log.end()
    const isCrash = this.#end === 'running'
    this.#end = 'over'
    this.#notify()
    if (isCrash) this.#options.onCrash(child.signalCode ?? `exit code ${child.exitCode}`)
  }

  #lastLines(): string {
    const lines = this.#tail.trimEnd().split('\n').slice(-SHOWN_LINES)
    return lines.map((line) => line.slice(0, SHOWN_CHARACTERS)).join('\n')
  }

  #notify(): void {
    for (const look of this.#heard) look()
  }
}
