// Makes a backup of one gateway: what is served, what was, who may use it, and who may not any more.

import { dirname, resolve } from 'node:path'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { LoadedConfig, LoadResult } from '../../config/load.ts'
import type { Plan } from '../../config/plan.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Configurations } from '../config/configurations.ts'
import type { Documents } from '../documents/documents.ts'
import type { MeshControl } from '../mesh/mesh-control.ts'
import type { Revision } from '../revisions/revision.ts'
import { ACCOUNTS, readAccounts } from './accounts-summary.ts'
import type { BackupContent } from './backup-content.ts'

export const MAX_SAVED_REVISIONS = 500
/** Texts of revisions, together: the newest are saved until this is reached. */
const MAX_HISTORY_BYTES = 32 * 1024 * 1024

export interface BackupDeps {
  readonly configurations: Configurations
  readonly documents: Documents
  /** null: no mesh. */
  readonly mesh: () => Pick<MeshControl, 'revocations'> | null
  readonly check: (text: string) => Promise<LoadResult>
  readonly planOf: (loaded: LoadedConfig) => Promise<Plan>
  /** Absolute path of the configuration. */
  readonly file: () => string
  /** Throws the system's error. */
  readonly readText: (path: string) => string
}

export interface BackupWish {
  /** At most {@link MAX_SAVED_REVISIONS}. */
  readonly revisions: number
  /** Certificates and private keys, too. */
  readonly certificates: boolean
}

/** Throws ApiError. */
export async function backupContent(deps: BackupDeps, wish: BackupWish): Promise<BackupContent> {
  const { configurations, documents, mesh } = deps
  const { text, checksum } = configurations.served()
  const revocations = mesh()?.revocations.entries() ?? []
  return {
    configuration: { text, checksum },
    revisions: await newest(configurations, wish.revisions),
    accounts: readAccounts((await documents.read(ACCOUNTS)).text),
    revocations: revocations.map(({ of, reason }) => ({ of, reason })),
    certificates: wish.certificates ? await certificatesOf(deps, text) : [],
  }
}

async function newest(configurations: Configurations, count: number): Promise<readonly Revision[]> {
  const found: Revision[] = []
  let bytes = 0
  const summaries = count === 0 ? [] : await configurations.revisions(null, count)
  for (const { number } of summaries) {
    const revision = await configurations.revision(number)
    bytes += Buffer.byteLength(revision.text)
    if (bytes > MAX_HISTORY_BYTES) break
    found.push(revision)
  }
  return found
}

/** Every PEM file that the configuration leads to, and the keys that are read where they are needed. */
async function certificatesOf(
  { check, planOf, file, readText }: BackupDeps,
  text: string,
): Promise<BackupContent['certificates']> {
  const loaded = await check(text)
  if (loaded.kind === 'refused') {
    throw new ApiError(
      'conflict',
      'the configuration is not valid here: its certificates are not known',
    )
  }
  const { admin, mesh } = await planOf(loaded)
  const read = Object.entries(loaded.materials.files).flatMap(([path, content]) =>
    'text' in content && content.text.includes('-----BEGIN ') ? [{ path, text: content.text }] : [],
  )
  const apart = [
    admin.kind === 'on' ? (admin.tls?.keyFile ?? null) : null,
    mesh?.ca.kind === 'files' ? mesh.ca.keyFile : null,
  ]
  const keys = apart.flatMap((path) => {
    if (path === null) return []
    try {
      return [{ path, text: readText(resolve(dirname(file()), path)) }]
    } catch (error) {
      throw new ApiError('conflict', `${path} cannot be read: ${errorMessage(error)}`)
    }
  })
  return [...read, ...keys]
}
