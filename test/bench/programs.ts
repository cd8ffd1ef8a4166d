// Which of the programs a comparison can use are installed, and in which version.

import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Program {
  readonly path: string
  /** What it says of its version, one line. */
  readonly version: string
}

// Where system packages put servers; often missing from the PATH of a plain user.
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** The program called `name`, or null. `versionFlag` makes it print its version and end. */
export function findProgram(name: string, versionFlag: string, searchPath: string): Program | null {
  for (const folder of [...searchPath.split(delimiter), ...SYSTEM_FOLDERS]) {
    const path = join(folder, name)
    if (isExecutable(path)) return { path, version: versionLine(path, versionFlag) }
  }
  return null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function versionLine(path: string, flag: string): string {
  const { stdout, stderr } = spawnSync(path, [flag], { encoding: 'utf8', timeout: 5000 })
  return `${stdout}${stderr}`.trim().split('\n', 1)[0]!.slice(0, 120)
}
