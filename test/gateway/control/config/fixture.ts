// A supervisor that serves what it is told to, and the configurations of the node it belongs to.

import { Alone } from '../../../../gateway/control/config/alone.ts'
import type {
  ChangeResult,
  ConfigChange,
  LiveConfig,
} from '../../../../gateway/control/config/change.ts'
import { Configurations } from '../../../../gateway/control/config/configurations.ts'
import type { LoadResult } from '../../../../gateway/config/load.ts'
import type { ConfigStore } from '../../../../gateway/control/revisions/config-store.ts'
import type { RevisionSummary } from '../../../../gateway/control/revisions/revision.ts'
import type { Log } from '../../../../sidecar/telemetry/log.ts'
import { ManualClock } from '../../auth/manual-clock.ts'

const PROBLEM = {
  severity: 'error',
  path: ['routes', 0],
  message: 'it says `bad`',
  fix: 'say something else',
  position: { line: 3, column: 5, length: 3 },
  other: null,
} as const

/** Every text is valid but one that says `bad`. */
export async function check(text: string): Promise<LoadResult> {
  if (text.includes('bad')) return { kind: 'refused', problems: [PROBLEM], sources: [], text }
  const materials = { readAtMs: 0, files: {}, folders: {} }
  const config = {} as Extract<LoadResult, { kind: 'loaded' }>['config']
  return { kind: 'loaded', config, materials, folder: '/', sources: [], warnings: [], text }
}

export class FakeSupervisor {
  readonly changes: ConfigChange[] = []
  live: LiveConfig = {
    serial: 1,
    text: 'one\n',
    author: '',
    origin: 'file',
    message: '',
    revertsAtMs: null,
  }
  /** What the next change comes to instead. */
  refuses: ChangeResult | null = null

  readonly change = async (change: ConfigChange): Promise<ChangeResult> => {
    const checked = await check(change.text)
    if (checked.kind === 'refused') return { kind: 'refused', problems: checked.problems }
    this.changes.push(change)
    if (this.refuses !== null) return this.refuses
    const { confirmWithinMs, isUnchecked: _, ...rest } = change
    const serial = this.live.serial + 1
    this.live = { ...rest, serial, revertsAtMs: confirmWithinMs === null ? null : 5000 }
    return { kind: 'live', live: this.live, warnings: [] }
  }

  readonly confirm = async (): Promise<ChangeResult> => {
    this.live = { ...this.live, revertsAtMs: null }
    return { kind: 'live', live: this.live, warnings: [] }
  }
}

export const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }

export function startAlone(store: ConfigStore, log: Log = quiet) {
  const supervisor = new FakeSupervisor()
  const { change, confirm } = supervisor
  const unaskedFor: RevisionSummary[] = []
  const unasked = (revision: RevisionSummary) => unaskedFor.push(revision)
  const alone = new Alone({ store, clock: new ManualClock(), log, change, confirm, unasked })
  const configurations = new Configurations({ deployment: () => alone, check })
  return { supervisor, alone, configurations, unaskedFor }
}

export function wanted(text: string, expected: string) {
  const origin = 'api' as const
  return { text, expected, author: 'sato', origin, message: 'why', confirmWithinMs: null }
}
