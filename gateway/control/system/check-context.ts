// What checks look at: the configuration, what runs, and the ways in which they may ask the world.

import type { JwksDocument } from '../../auth/key-set.ts'
import type { IssuerPlan } from '../../auth/plan.ts'
import type { LoadResult } from '../../config/load.ts'
import type { Plan } from '../../config/plan.ts'
import type { EgressMode } from '../../allow/plan.ts'
import type { RedisPlan } from '../../limit/plan.ts'
import type { AcmeCertificate } from '../certificates/acme/schemas.ts'
import type { InstanceView } from '../mesh/registry.ts'
import type { Account } from './accounts-summary.ts'
import type { NodeView } from './fleet-summary.ts'

export interface CheckContext {
  /** Wall clock. */
  readonly nowMs: number
  /** Absolute path of the configuration. */
  readonly file: string
  /** Absolute. */
  readonly dataDir: string
  /** The file, or where the gateway runs what it serves. */
  readonly loaded: LoadResult
  /** null where the configuration is refused. */
  readonly plan: Plan | null
  /** null: the gateway does not run, or was not asked. */
  readonly running: RunningFacts | null
  readonly probes: Probes
}

/** What only the gateway itself knows. */
export interface RunningFacts {
  /** Bound ports by the name of the door. */
  readonly ports: Readonly<Record<string, number>>
  readonly servedText: string
  /** null where nothing waits to be confirmed. */
  readonly revertsAtMs: number | null
  /** In force in the data plane; null: there is no egress. */
  readonly egressMode: EgressMode | null
  /** Keys in force, by source id; null where an issuer has none. */
  readonly keys: ReadonlyMap<string, JwksDocument | null>
  readonly instances: readonly InstanceView[]
  /** Certificates that an authority issues by itself, of this node. */
  readonly acme: readonly AcmeCertificate[]
  /** null where they cannot be read. */
  readonly accounts: { readonly users: number; readonly tokens: readonly Account[] } | null
  /** null: this node works alone. Rejects where the store is away. */
  readonly nodes: (() => Promise<readonly NodeView[]>) | null
}

/** Each rejects, or answers a reason, where there is nothing good to tell. */
export interface Probes {
  readonly nodeVersion: string
  /** Files this process may open, or null where that cannot be known. */
  readonly openFiles: () => number | null
  /** Why nothing can listen there, or null. */
  readonly tryToBind: (host: string, port: number) => Promise<string | null>
  /** Why nobody answers there, or null. */
  readonly tryToConnect: (host: string, port: number) => Promise<string | null>
  /** Permission bits, or null where there is no such file. */
  readonly modeOf: (path: string) => number | null
  /** Throws the system's error. */
  readonly readText: (path: string) => string
  /** Bytes. Throws the system's error. */
  readonly space: (folder: string) => { readonly free: number; readonly total: number }
  readonly canWrite: (folder: string) => boolean
  readonly askStore: (store: RedisPlan) => Promise<StoreAnswer>
  readonly fetchKeys: (issuer: IssuerPlan) => Promise<unknown>
  /** A host name that nobody can have. */
  readonly strangeHost: () => string
}

export interface StoreAnswer {
  /** Median of a few pings. */
  readonly pingMs: number
  /** Why scripts are refused, or null. */
  readonly scriptProblem: string | null
  /** `noeviction`, `allkeys-lru` …; null where it would not say. */
  readonly evictionPolicy: string | null
  /** This machine's clock less that of the store. */
  readonly skewMs: number
}
