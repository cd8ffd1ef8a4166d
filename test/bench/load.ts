// Load on one target, by wrk where it is installed, else by the small generator of this folder.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateLoad } from './generator.ts'
import type { Program } from './programs.ts'
import { requestText } from './traffic.ts'
import type { Target } from './traffic.ts'

export interface LoadResult {
  /** Answers that came back whole. */
  readonly requests: number
  readonly seconds: number
  /** Refused or broken connections, timeouts, and answers with a status that is no success. */
  readonly errors: number
}

/** Closed loop: every connection sends its next request when the answer to the last is complete. */
export type Load = (target: Target, seconds: number) => Promise<LoadResult>

export const CONNECTIONS = 64

const run = promisify(execFile)

/** A load from wrk, which keeps its requests in a file of `folder` and ends early when `signal` is aborted. */
export function wrkLoad(wrk: Program, folder: string, signal: AbortSignal): Load {
  const script = join(import.meta.dirname, 'wrk.lua')
  return async (target, seconds) => {
    const file = join(folder, `requests-${target.port}`)
    writeFileSync(file, target.headerSets.map(requestText).join('\0'))
    const url = `${target.caPem ? 'https' : 'http'}://localhost:${target.port}`
    const size = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, '--timeout', '5s']
    const { stdout } = await run(wrk.path, [...size, '-s', script, url, '--', file], { signal })
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as LoadResult
  }
}

export const ownLoad: Load = (target, seconds) =>
  generateLoad({
    port: target.port,
    caPem: target.caPem,
    requests: target.headerSets.map(requestText),
    connections: CONNECTIONS,
    seconds,
  })
