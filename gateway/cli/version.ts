// `sallyport version`: this program's version and the Node it runs on.

import { existsSync, readFileSync } from 'node:fs'
import type { Command } from './command.ts'
import { ExitCode } from './exit-codes.ts'

export const version: Command = {
  usage: 'sallyport version',
  options: {},
  run(_args, { out }) {
    out(`sallyport ${programVersion()} (node ${process.versions.node})\n`)
    return Promise.resolve(ExitCode.ok)
  },
}

/** From package.json, which lies two folders up in a checkout and three in the built package. */
export function programVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    const url = new URL(up, import.meta.url)
    if (!existsSync(url)) continue
    const manifest = JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string }
    if (manifest.name === 'sallyport') return manifest.version ?? 'unknown'
  }
  return 'unknown'
}
