// What the control plane is given by the process it runs in.

import type { AcmeNews } from '../decide/acme-challenges.ts'
import type { LiveQuestion } from '../decide/explain-messages.ts'
import type { MeshNews } from '../mesh/membership.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import type { ChangeResult, ConfigChange } from './config/change.ts'
import type { EgressAsk } from './egress/worker-modes.ts'
import type { KeySourceStatus } from './policies/issuers.ts'

export interface ControlDeps {
  readonly clock: Clock
  readonly log: Log
  /** [0, 1). */
  readonly random: () => number
  /** What people call this node. */
  readonly name: string
  readonly version: string
  /** Where the built console is. */
  readonly consoleFolder: string
  /** A line for whoever started the gateway; not a log, for it may hold the setup token. */
  readonly show: (line: string) => void
  /** For references of a configuration text that is tried, and for the first administrator. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Asks the supervisor to put a configuration to work. Rejects where it does not answer. */
  readonly change: (change: ConfigChange) => Promise<ChangeResult>
  readonly confirm: () => Promise<ChangeResult>
  /** How the keys of the issuers are; none where the supervisor does not answer. */
  readonly keySources: () => Promise<readonly KeySourceStatus[]>
  /** `worker` null: to all. */
  readonly tell: (worker: number | null, news: MeshNews) => void
  /** The counters of this node begin anew for a key of a limit. False where the supervisor does not answer. */
  readonly forgetLimit: (key: string) => Promise<boolean>
  /** To all workers. */
  readonly tellLive: (question: LiveQuestion | EgressAsk | AcmeNews) => void
}

/** Where a configuration comes from, and where control keeps what it must remember. Absolute paths. */
export interface Folders {
  readonly file: string
  /** Where relative paths of the configuration begin. */
  readonly folder: string
  readonly dataDir: string
  /** Of this node. */
  readonly workers: number
}
