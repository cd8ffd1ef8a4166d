// Whether the configuration is valid, and whether the file says what is served.

import { basename } from 'node:path'
import { errorMessage } from '../../../../sidecar/runtime/errors.ts'
import type { LoadResult } from '../../../config/load.ts'
import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'

export function checkConfig({ loaded, file, running, probes }: CheckContext): readonly Finding[] {
  const valid = validity(loaded, file)
  if (running === null) return [valid]
  const { servedText, revertsAtMs } = running
  return [valid, drift(file, servedText, probes.readText), ...waiting(revertsAtMs)]
}

function validity(loaded: LoadResult, file: string): Finding {
  const id = 'config.valid'
  const problems = loaded.kind === 'refused' ? loaded.problems : loaded.warnings
  const [first] = problems
  if (first === undefined) return { id, status: 'ok', say: (t) => t.configGood(basename(file)) }
  const { position, message } = first
  const text = `${basename(file)}:${position.line}:${position.column}: ${message}`
  const count = problems.length
  return loaded.kind === 'refused'
    ? { id, status: 'failed', say: (t) => t.configRefused(count, text) }
    : { id, status: 'warning', say: (t) => t.configWarned(count, text) }
}

function drift(file: string, served: string, readText: (path: string) => string): Finding {
  const id = 'config.drift'
  try {
    if (readText(file) === served) return { id, status: 'ok', say: (t) => t.driftNone() }
    return { id, status: 'warning', say: (t) => t.driftFound(basename(file)) }
  } catch (error) {
    return { id, status: 'failed', say: (t) => t.driftUnread(errorMessage(error)) }
  }
}

function waiting(revertsAtMs: number | null): readonly Finding[] {
  if (revertsAtMs === null) return []
  const until = new Date(revertsAtMs).toISOString()
  return [{ id: 'config.waiting', status: 'warning', say: (t) => t.waiting(until) }]
}
