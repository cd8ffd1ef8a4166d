// Runs the real program on a configuration made by the test, in a folder of its own, and ends it.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createTestCa, type TestCa } from './certificates.ts'

export interface GatewayOptions {
  /** The configuration; `./certs` holds a certificate for localhost, 127.0.0.1 and `certificateNames`. */
  readonly config: string
  /** More files, by path relative to the configuration. */
  readonly files?: Readonly<Record<string, string>>
  readonly certificateNames?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface TestGateway {
  readonly folder: string
  readonly file: string
  readonly ca: TestCa
  readonly process: ChildProcess
  /** The bound port of a listener that asked for port 0. */
  port(listener: string): number
  /** Access records and log lines so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves when `found` accepts what was written so far; fails after `timeoutMs` with all of it. */
  waitFor(
    what: string,
    found: (stdout: string, stderr: string) => boolean,
    timeoutMs?: number,
  ): Promise<void>
  /** Writes a file of the configuration's folder. */
  write(path: string, content: string): void
  /** SIGTERM, and waits for the end; kills what does not end. Answers the exit code. */
  stop(): Promise<number | null>
}

const PROGRAM = resolve(import.meta.dirname, '../../gateway/sallyport.mjs')

/** Starts `sallyport up` and resolves when it says where it listens; rejects with its output where it ends instead. */
export async function startGateway(options: GatewayOptions): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  const ca = await createTestCa('test')
  const names = ['localhost', '127.0.0.1', ...(options.certificateNames ?? [])]
  const certificate = await ca.issue(names)
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  write('certs/server.crt', certificate.certPem)
  write('certs/server.key', certificate.keyPem)
  write('ca.pem', ca.certPem)
  // Every one of them would take the console's port, and only one can have it.
  const admin = /^admin:/m.test(options.config) ? '' : 'admin: off\n'
  // In the empty line that most of them begin with, so that every other line keeps its number.
  write('sallyport.yaml', admin + options.config.replace(/^\n/, ''))
  for (const [path, content] of Object.entries(options.files ?? {})) write(path, content)
  const file = join(folder, 'sallyport.yaml')
  const child = spawn(process.execPath, [PROGRAM, 'up', '-c', file], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const listeners = new Set<() => void>()
  const heard = (): void => {
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    heard()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    heard()
  })
  child.once('exit', heard)
  const gateway: TestGateway = {
    folder,
    file,
    ca,
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    write,
    port(listener) {
      const match = new RegExp(`^sallyport: ${listener} on \\w+://\\S+:(\\d+)$`, 'm').exec(stderr)
      if (match === null) throw new Error(`no listener ${listener} in:\n${stderr}`)
      return Number(match[1])
    },
    waitFor(what, found, timeoutMs = 15_000) {
      return new Promise((done, fail) => {
        const check = (): void => {
          if (found(stdout, stderr)) settle(done)
          else if (child.exitCode !== null)
            settle(() => fail(new Error(`ended before ${what}:\n${stdout}${stderr}`)))
        }
        const timer = setTimeout(() => {
          settle(() => fail(new Error(`no ${what} within ${timeoutMs} ms:\n${stdout}${stderr}`)))
        }, timeoutMs)
        const settle = (end: () => void): void => {
          listeners.delete(check)
          clearTimeout(timer)
          end()
        }
        listeners.add(check)
        check()
      })
    },
    async stop() {
      const ended = child.exitCode !== null || child.signalCode !== null
      const exit = ended ? Promise.resolve() : once(child, 'exit')
      if (!ended) child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
      await exit
      clearTimeout(timer)
      rmSync(folder, { recursive: true, force: true })
      return child.exitCode
    },
  }
  try {
    await gateway.waitFor('listening', (_stdout, text) => /^sallyport: \S+ on /m.test(text))
  } catch (error) {
    await gateway.stop()
    throw error
  }
  return gateway
}
