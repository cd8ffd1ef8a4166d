// Where the limits of a node are decided together: in a folder where it works alone, in the store of its fleet.

import { resolve } from 'node:path'
import { connectRedis } from '../../limit/redis-client.ts'
import { RedisStore } from '../../limit/redis-store.ts'
import type { StorePlan } from '../../limit/plan.ts'
import type { Document } from '../documents/documents.ts'
import { FolderDocuments } from '../documents/folder-documents.ts'
import { RedisDocuments } from '../documents/redis-documents.ts'
import { SharedRows, type NodeRow } from './shared-rows.ts'

const NAME = 'limit-measures'

/** All reject where the place cannot be reached. */
export interface LimitPlace {
  /** Others decide here, too: it has to be looked at again and again. */
  readonly isShared: boolean
  /** `known`: what was read last. */
  read(known: Document | null): Promise<Document>
  /** False where somebody else has written since. */
  write(text: string, version: number): Promise<boolean>
  tell(row: NodeRow): Promise<void>
  /** What each node that was heard of lately told last; none where there are no others. */
  rows(): Promise<readonly NodeRow[]>
  /** The shared counters of a key begin anew. */
  forget(key: string): Promise<void>
  /** Where the shared counters of a key are, and how much longer; null where they are in the memory of each node. */
  counters(key: string): Promise<{ readonly name: string; readonly lifeMs: number | null } | null>
  close(): void
}

export interface PlaceDeps {
  readonly dataDir: string
  readonly random: () => number
}

/** Throws the system's error where the folder cannot be used. */
export function openPlace(plan: StorePlan, { dataDir, random }: PlaceDeps): LimitPlace {
  if (plan.kind === 'embedded') return inFolder(resolve(dataDir, 'limits'))
  // Whoever asks is told that it is away, and others tell it in the log.
  const client = connectRedis(plan, random, () => undefined)
  const documents = new RedisDocuments(client, plan.prefix)
  const counters = new RedisStore(client, plan.prefix)
  const shared = new SharedRows(client, plan.prefix)
  return {
    isShared: true,
    read: (known) => documents.read(NAME, known),
    write: (text, version) => documents.write(NAME, text, version),
    tell: (row) => shared.tell(row),
    rows: () => shared.rows(),
    forget: (key) => counters.forget(key),
    counters: async (key) => ({ name: counters.nameOf(key), lifeMs: await counters.lifeMs(key) }),
    close: () => counters.close(),
  }
}

function inFolder(folder: string): LimitPlace {
  const documents = new FolderDocuments(folder)
  return {
    isShared: false,
    read: () => documents.read(NAME),
    write: (text, version) => documents.write(NAME, text, version),
    tell: () => Promise.resolve(),
    rows: () => Promise.resolve([]),
    forget: () => Promise.resolve(),
    counters: () => Promise.resolve(null),
    close: () => undefined,
  }
}
