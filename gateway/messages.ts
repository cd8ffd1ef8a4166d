// What the supervisor and its workers tell each other. Everything is plain data: it crosses a pipe.

import type { JwksDocument } from './auth/key-set.ts'
import type { Config } from './config/schema.ts'
import type { LimitReply, LimitRequest } from './limit/remote-store.ts'
import type { Materials } from './config/materials.ts'

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

export type ToWorker =
  | RevisionMessage
  | {
      readonly kind: 'keys'
      readonly sourceId: string
      readonly document: JwksDocument | null
      readonly version: string
    }
  /** The answer to `refresh-keys` where nothing changed. */
  | { readonly kind: 'keys-settled'; readonly sourceId: string }
  | LimitReply
  /** Finish what is under way within `graceMs`, then exit. */
  | { readonly kind: 'drain'; readonly graceMs: number }

export type FromWorker =
  | {
      readonly kind: 'applied'
      readonly revision: number
      readonly ports: Readonly<Record<string, number>>
    }
  | { readonly kind: 'rejected'; readonly revision: number; readonly reason: string }
  | LimitRequest
  /** A fault of its own: it accepts nothing any more and ends soon. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'refresh-keys'; readonly sourceId: string; readonly keyId: string | null }
