// What the supervisor, its workers and its control process tell each other. Everything is plain data: it crosses a pipe.

import type { JwksDocument } from './auth/key-set.ts'
import type { Config } from './config/schema.ts'
import type { AcmeNews } from './decide/acme-challenges.ts'
import type { LiveAnswer, LiveQuestion } from './decide/explain-messages.ts'
import type { EgressNews } from './control/egress/egress-control.ts'
import type { EgressAsk, EgressModeTold } from './control/egress/worker-modes.ts'
import type { ChangeResult, ConfigChange, LiveConfig } from './control/config/change.ts'
import type { KeySourceStatus } from './control/policies/issuers.ts'
import type { LimitReply, LimitRequest } from './limit/remote-store.ts'
import type { Materials } from './config/materials.ts'
import type { MeshNews, MeshQuestion } from './mesh/membership.ts'

/** One configuration, complete: a worker reads no file of its own. */
export interface RevisionMessage {
  readonly kind: 'revision'
  readonly revision: number
  /** Workers of this node. */
  readonly workers: number
  readonly config: Config
  readonly materials: Materials
  /** By listener name: 48 bytes, base64. */
  readonly ticketKeys: Readonly<Record<string, string>>
}

/** Whether a process still does what it is told: it answers. */
export interface PingMessage {
  readonly kind: 'ping'
}

export interface PongMessage {
  readonly kind: 'pong'
}

/** Between control and workers; the supervisor hands it on without a look. */
export type ControlToWorker = MeshNews | LiveQuestion | EgressAsk | AcmeNews
export type WorkerToControl = MeshQuestion | EgressNews | EgressModeTold | LiveAnswer

export type ToControl =
  /** Absolute paths: where relative ones of the configuration begin, and where control keeps what it must remember. */
  | (RevisionMessage & { readonly file: string; readonly folder: string; readonly dataDir: string })
  | { readonly kind: 'from-worker'; readonly worker: number; readonly body: WorkerToControl }
  | KeysMessage
  | PingMessage
  /** Where every door is, by its name. */
  | { readonly kind: 'bound'; readonly ports: Readonly<Record<string, number>> }
  /** What is served now, told after every change and to a control that begins. */
  | ({ readonly kind: 'live' } & LiveConfig)
  /** The file of this node was edited, and it is for the fleet to say whether it will be served. */
  | { readonly kind: 'edited'; readonly text: string }
  /** The answer to `change` and `confirm`. */
  | { readonly kind: 'changed'; readonly id: number; readonly result: ChangeResult }
  /** The answer to `ask-key-sources`. */
  | {
      readonly kind: 'key-sources'
      readonly id: number
      readonly sources: readonly KeySourceStatus[]
    }
  /** The answer to `forget-limit`. */
  | { readonly kind: 'limit-forgotten'; readonly id: number }
  | { readonly kind: 'drain'; readonly graceMs: number }

export type FromControl =
  | AppliedMessage
  | RejectedMessage
  /** `worker` null: to all. */
  | { readonly kind: 'to-worker'; readonly worker: number | null; readonly body: ControlToWorker }
  | { readonly kind: 'change'; readonly id: number; readonly change: ConfigChange }
  /** The change that waits to be confirmed stays. */
  | { readonly kind: 'confirm'; readonly id: number }
  | { readonly kind: 'ask-key-sources'; readonly id: number }
  /** The counters of this node begin anew for one key of a limit. */
  | { readonly kind: 'forget-limit'; readonly id: number; readonly key: string }
  | { readonly kind: 'ending' }
  | PongMessage

/** The keys of an issuer, or null where it has none that may be used. */
export interface KeysMessage {
  readonly kind: 'keys'
  readonly sourceId: string
  readonly document: JwksDocument | null
  readonly version: string
}

export interface AppliedMessage {
  readonly kind: 'applied'
  readonly revision: number
  /** By listener name. */
  readonly ports: Readonly<Record<string, number>>
}

export interface RejectedMessage {
  readonly kind: 'rejected'
  readonly revision: number
  readonly reason: string
}

export type ToWorker =
  | RevisionMessage
  | { readonly kind: 'from-control'; readonly body: ControlToWorker }
  | KeysMessage
  | PingMessage
  /** The answer to `refresh-keys` where nothing changed. */
  | { readonly kind: 'keys-settled'; readonly sourceId: string }
  | LimitReply
  /** Finish what is under way within `graceMs`, then exit. */
  | { readonly kind: 'drain'; readonly graceMs: number }

export type FromWorker =
  | AppliedMessage
  | RejectedMessage
  | LimitRequest
  | { readonly kind: 'to-control'; readonly body: WorkerToControl }
  /** A fault of its own: it accepts nothing any more and ends soon. */
  | { readonly kind: 'ending' }
  | PongMessage
  | { readonly kind: 'refresh-keys'; readonly sourceId: string; readonly keyId: string | null }
