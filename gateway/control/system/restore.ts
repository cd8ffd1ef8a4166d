// Puts a backup back: first what that would change, then all of it or nothing. No file is ever written by a name from it.

import { createHash } from 'node:crypto'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError } from '../admin/api-error.ts'
import type { AccountState } from '../access/account-state.ts'
import type { Configurations } from '../config/configurations.ts'
import type { Deployment } from '../config/deployment.ts'
import type { Document, Documents } from '../documents/documents.ts'
import type { MeshControl } from '../mesh/mesh-control.ts'
import type { Origin, Revision } from '../revisions/revision.ts'
import {
  accountChanges,
  isNoChange,
  NO_ACCOUNT_CHANGES,
  restoredAccounts,
  type AccountChanges,
} from './account-merge.ts'
import { ACCOUNTS, readAccounts } from './accounts-summary.ts'
import type { BackupContent, SavedRevocation } from './backup-content.ts'

export const PARTS = ['configuration', 'accounts', 'history', 'revocations'] as const
export type Part = (typeof PARTS)[number]

export interface RestoreDeps {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: Log
  readonly configurations: Configurations
  readonly deployment: () => Deployment
  readonly documents: Documents
  /** null: no mesh. */
  readonly mesh: () => Pick<MeshControl, 'revocations'> | null
  /** A fleet follows its history: nothing is put into it. */
  readonly isAlone: () => boolean
}

/** What a restore would change. */
export interface RestorePreview {
  /** Of the backup, of what it is restored to and of what is restored: a restore is of what was seen. */
  readonly checksum: string
  /** '' where the configuration stays as it is. */
  readonly diff: string
  readonly accounts: AccountChanges
  /** Revisions that would be added to the history. */
  readonly history: number
  readonly revocations: number
  /** What certificates the backup holds, by what they were; a restore writes none of them. */
  readonly certificates: readonly string[]
}

export interface Restorer {
  readonly name: string
  readonly origin: Origin
}

interface Prepared {
  readonly preview: RestorePreview
  readonly before: { readonly text: string; readonly checksum: string }
  readonly document: Document
  readonly accounts: AccountState | null
  readonly history: readonly Revision[]
  readonly revocations: readonly SavedRevocation[]
}

/** Changes nothing. Throws ApiError, `config_invalid` with every problem where the configuration will not do here. */
export async function previewRestore(
  content: BackupContent,
  parts: readonly Part[],
  deps: RestoreDeps,
): Promise<RestorePreview> {
  return (await prepare(content, parts, deps)).preview
}

/** Throws ApiError; then nothing is changed, but that the history may know what was before. */
export async function restore(
  content: BackupContent,
  parts: readonly Part[],
  expected: string,
  by: Restorer,
  deps: RestoreDeps,
): Promise<RestorePreview> {
  const prepared = await prepare(content, parts, deps)
  const { preview, before, document, accounts } = prepared
  if (preview.checksum !== expected) {
    const message = 'something changed since the preview: look again at what would change'
    throw new ApiError('stale', message)
  }
  await addHistory(prepared.history, deps.deployment())
  const isApplied = preview.diff !== ''
  const { text } = content.configuration
  try {
    if (isApplied) await apply(text, before.checksum, 'restore of a backup', by, deps)
    else await serveStays(prepared, by, deps)
  } catch (error) {
    await serveStays(prepared, by, deps)
    throw error
  }
  try {
    await writeAccounts(accounts, document, deps)
    await revoke(prepared.revocations, by.name, deps)
  } catch (error) {
    await takeBack(isApplied ? { before, text } : null, accounts, document, by, deps)
    throw error instanceof ApiError ? error : new ApiError('not_available', errorMessage(error))
  }
  return preview
}

async function prepare(
  content: BackupContent,
  parts: readonly Part[],
  deps: RestoreDeps,
): Promise<Prepared> {
  const { configurations, documents, clock } = deps
  const has = (part: Part): boolean => parts.includes(part)
  const { text, checksum } = configurations.served()
  const wanted = content.configuration
  const isNew = has('configuration') && wanted.checksum !== checksum
  const diff = isNew ? (await configurations.trial(wanted.text)).diff : ''
  const document = await documents.read(ACCOUNTS)
  const now = readAccounts(document.text)
  // A backup from before the first administrator says nothing of who may come in.
  const takesAccounts = has('accounts') && content.accounts.users.length > 0
  const changes = takesAccounts ? accountChanges(now, content.accounts) : NO_ACCOUNT_CHANGES
  const accounts = isNoChange(changes)
    ? null
    : restoredAccounts(now, content.accounts, clock.wallMs())
  const history = has('history') ? await missingFrom(content.revisions, deps) : []
  const revocations = has('revocations') ? notRevoked(content.revocations, deps) : []
  const seen = [checksum, document.version, wanted.checksum, changes, history, revocations, parts]
  const preview = {
    checksum: createHash('sha256').update(JSON.stringify(seen)).digest('hex'),
    diff,
    accounts: changes,
    history: history.length,
    revocations: revocations.length,
    certificates: content.certificates.map(({ path }) => path),
  }
  return { preview, before: { text, checksum }, document, accounts, history, revocations }
}

/** Oldest first. */
async function missingFrom(
  revisions: readonly Revision[],
  { configurations, isAlone }: RestoreDeps,
): Promise<readonly Revision[]> {
  if (!isAlone()) return []
  const keyOf = ({ checksum, atMs }: { checksum: string; atMs: number }) => `${checksum} ${atMs}`
  const known = new Set((await configurations.revisions(null, 1000)).map(keyOf))
  return revisions.filter((revision) => !known.has(keyOf(revision))).toReversed()
}

function notRevoked(
  saved: readonly SavedRevocation[],
  { mesh, clock }: RestoreDeps,
): readonly SavedRevocation[] {
  const list = mesh()?.revocations
  if (list === undefined) return []
  const { ids, serials } = list.current
  const nowMs = clock.wallMs()
  return saved.filter(({ of }) =>
    'id' in of ? !ids.includes(of.id) : of.notAfterMs > nowMs && !serials.includes(of.serial),
  )
}

async function addHistory(history: readonly Revision[], deployment: Deployment): Promise<void> {
  for (const { text, author, origin, message, atMs } of history) {
    await deployment.read(async (store) => {
      const head = await store.head()
      const result = await store.append({ text, author, origin, message, atMs }, head?.number ?? 0)
      if (result.kind === 'conflict')
        throw new Error('somebody changed the configuration meanwhile')
    })
  }
}

/** What is served stands at the end of the history, whatever was put into it. */
async function serveStays(
  { history, before }: Prepared,
  { name, origin }: Restorer,
  { deployment, clock }: RestoreDeps,
): Promise<void> {
  if (history.length === 0) return
  const message = 'history of a backup added'
  await addHistory(
    [{ ...before, number: 0, author: name, origin, message, atMs: clock.wallMs() }],
    deployment(),
  )
}

async function apply(
  text: string,
  expected: string,
  message: string,
  { name, origin }: Restorer,
  { configurations }: RestoreDeps,
): Promise<void> {
  await configurations.apply({
    text,
    author: name,
    origin,
    message,
    confirmWithinMs: null,
    expected,
  })
}

async function writeAccounts(
  accounts: AccountState | null,
  document: Document,
  { documents }: RestoreDeps,
): Promise<void> {
  if (accounts === null) return
  if (await documents.write(ACCOUNTS, JSON.stringify(accounts), document.version)) return
  throw new ApiError('stale', 'the accounts changed since the preview: look again')
}

async function revoke(
  revocations: readonly SavedRevocation[],
  by: string,
  { mesh }: RestoreDeps,
): Promise<void> {
  for (const { of, reason } of revocations) await mesh()?.revocations.add(of, reason, by)
}

/** What was before is put back, as far as it was changed; who is revoked stays so. */
async function takeBack(
  applied: { readonly before: { readonly text: string }; readonly text: string } | null,
  accounts: AccountState | null,
  document: Document,
  by: Restorer,
  deps: RestoreDeps,
): Promise<void> {
  const { configurations, documents, log } = deps
  try {
    const latest = await documents.read(ACCOUNTS)
    if (accounts !== null && latest.text === JSON.stringify(accounts)) {
      await documents.write(ACCOUNTS, document.text, latest.version)
    }
    if (applied === null) return
    const { checksum } = configurations.served()
    await apply(applied.before.text, checksum, 'a restore failed: back to before', by, deps)
  } catch (error) {
    log.error('a restore failed half way and could not be taken back', {
      error: errorMessage(error),
    })
  }
}
