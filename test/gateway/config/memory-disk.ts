// Loads a configuration that exists only in memory.

import { dirname } from 'node:path'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { loadConfig, type LoadedConfig, type LoadResult } from '../../../gateway/config/load.ts'
import type { Disk } from '../../../gateway/config/materials.ts'
import { countProblems } from '../../../gateway/config/problems.ts'

export const CONFIG_FILE = '/config/sallyport.yaml'

export interface Surroundings {
  /** Absolute path → text. */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly nowMs?: number
}

export function memoryDisk(files: Readonly<Record<string, string>>): Disk {
  return {
    readFile(path) {
      const text = files[path]
      if (text === undefined) throw missing(path)
      return text
    },
    readFolder(path) {
      const names = Object.keys(files).filter((file) => dirname(file) === path)
      if (names.length === 0) throw missing(path)
      return names.map((file) => file.slice(path.length + 1))
    },
  }
}

function missing(path: string): Error {
  return Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
}

export function fixedClock(nowMs = Date.now()): Pick<Clock, 'wallMs' | 'monotonicMs'> {
  return { wallMs: () => nowMs, monotonicMs: () => performance.now() }
}

export function loadText(
  text: string,
  { files = {}, env = {}, nowMs }: Surroundings = {},
): Promise<LoadResult> {
  const disk = memoryDisk({ ...files, [CONFIG_FILE]: text })
  return loadConfig(CONFIG_FILE, { ...disk, env, clock: fixedClock(nowMs) })
}

/** `LINE:COLUMN severity: message` of every problem. */
export function told(result: LoadResult): string[] {
  const problems = result.kind === 'refused' ? result.problems : result.warnings
  return problems.map(
    ({ position: { line, column }, severity, message }) =>
      `${line}:${column} ${severity}: ${message}`,
  )
}

export function loaded(result: LoadResult): LoadedConfig {
  if (result.kind === 'loaded') return result
  throw new Error(`${countProblems(result.problems)}:\n${told(result).join('\n')}`)
}
