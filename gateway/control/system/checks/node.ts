// The program's own surroundings: its Node, and how many files it may open.

import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'

/** A node under load holds a socket for each client and one for each upstream. */
const WANTED_FILES = 65_536
const FEWEST_FILES = 1024
const ENOUGH_FILES = 4096

export function checkNode({ probes }: Pick<CheckContext, 'probes'>): readonly Finding[] {
  return [version(probes.nodeVersion), files(probes.openFiles())]
}

function version(text: string): Finding {
  const id = 'node.version'
  return isRecent(text)
    ? { id, status: 'ok', say: (t) => t.nodeGood(text) }
    : { id, status: 'failed', say: (t) => t.nodeOld(text) }
}

/** As the launcher has it: 22.23, 24.18, 25.9 and everything from 26. */
function isRecent(text: string): boolean {
  const [major = 0, minor = 0] = text.split('.').map(Number)
  const floors: Readonly<Record<number, number>> = { 22: 23, 24: 18, 25: 9 }
  return major >= 26 || minor >= (floors[major] ?? Infinity)
}

function files(limit: number | null): Finding {
  const id = 'node.files'
  if (limit === null) return { id, status: 'ok', say: (t) => t.filesUnknown() }
  if (limit >= ENOUGH_FILES) return { id, status: 'ok', say: (t) => t.filesGood(limit) }
  const status = limit < FEWEST_FILES ? 'failed' : 'warning'
  return { id, status, say: (t) => t.filesFew(limit, WANTED_FILES) }
}
