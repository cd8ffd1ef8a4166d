// Runs a command of the real program to its end.

import { execFile } from 'node:child_process'
import { resolve } from 'node:path'

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const PROGRAM = resolve(import.meta.dirname, '../../gateway/sallyport.mjs')
const LONGEST_MS = 30_000

export function sallyport(...args: readonly string[]): Promise<CliResult> {
  return new Promise((done) => {
    const options = { timeout: LONGEST_MS, env: { ...process.env, NO_COLOR: '1' } }
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      done({ code, stdout, stderr })
    })
  })
}
