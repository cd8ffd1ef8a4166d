// The data folder: room for the audit and revisions, and nobody else's eyes.

import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'

const MIB = 1024 * 1024
const LITTLE_BYTES = 1024 * MIB
const TOO_LITTLE_BYTES = 100 * MIB
const OPEN_BITS = 0o077

/** [] where the folder is not there yet: it is made at the first start. */
export function checkDisk({
  dataDir,
  probes,
}: Pick<CheckContext, 'dataDir' | 'probes'>): readonly Finding[] {
  const mode = probes.modeOf(dataDir)
  if (mode === null) return []
  return [space(dataDir, probes.space(dataDir)), folder(dataDir, mode, probes.canWrite(dataDir))]
}

function space(dataDir: string, { free }: { readonly free: number }): Finding {
  const id = 'disk.space'
  const text =
    free >= 10 * 1024 * MIB
      ? `${Math.floor(free / 1024 / MIB)} GiB`
      : `${Math.floor(free / MIB)} MiB`
  if (free >= LITTLE_BYTES) return { id, status: 'ok', say: (t) => t.spaceGood(text) }
  const status = free < TOO_LITTLE_BYTES ? 'failed' : 'warning'
  return { id, status, say: (t) => t.spaceLittle(text, dataDir) }
}

function folder(dataDir: string, mode: number, canWrite: boolean): Finding {
  const id = 'disk.folder'
  if (!canWrite) return { id, status: 'failed', say: (t) => t.folderLocked(dataDir) }
  return (mode & OPEN_BITS) === 0
    ? { id, status: 'ok', say: (t) => t.folderGood() }
    : { id, status: 'warning', say: (t) => t.folderOpen(dataDir) }
}
