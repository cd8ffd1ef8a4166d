// What a backup holds, and reading one back: every part is checked before any of it is believed.

import { Type, type Static } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import { keepAnAdmin, type AccountState } from '../access/account-state.ts'
import { ApiError } from '../admin/api-error.ts'
import { checksumOf, decodeRevision, encodeRevision, type Revision } from '../revisions/revision.ts'
import { readAccounts } from './accounts-summary.ts'

const CLOSED = { additionalProperties: false }
const RevocationSchema = Type.Object(
  {
    of: Type.Union([
      Type.Object({ id: Type.String() }, CLOSED),
      Type.Object({ serial: Type.String(), notAfterMs: Type.Number() }, CLOSED),
    ]),
    reason: Type.String(),
  },
  CLOSED,
)
const ContentSchema = Type.Object(
  {
    /** As written in the file: references to secrets stand in it unresolved. */
    configuration: Type.Object({ text: Type.String(), checksum: Type.String() }, CLOSED),
    /** Encoded as they are kept, newest first. */
    revisions: Type.Array(Type.String()),
    /** Users with the hashes of their passwords, tokens with the hashes of their secrets. */
    accounts: Type.String(),
    revocations: Type.Array(RevocationSchema),
    /** Certificates and keys; `path` only says what each was. */
    certificates: Type.Array(Type.Object({ path: Type.String(), text: Type.String() }, CLOSED)),
  },
  CLOSED,
)

export type SavedRevocation = Static<typeof RevocationSchema>

export interface BackupContent {
  readonly configuration: { readonly text: string; readonly checksum: string }
  /** Newest first. */
  readonly revisions: readonly Revision[]
  readonly accounts: AccountState
  readonly revocations: readonly SavedRevocation[]
  readonly certificates: readonly { readonly path: string; readonly text: string }[]
}

export function encodeContent(content: BackupContent): string {
  const { revisions, accounts } = content
  return JSON.stringify({
    ...content,
    revisions: revisions.map(encodeRevision),
    accounts: JSON.stringify(accounts),
  })
}

/** Throws ApiError `invalid` where any part is not whole. */
export function decodeContent(text: string): BackupContent {
  const value = parsed(text)
  const problems: string[] = []
  if (!check(ContentSchema, value, ({ message }) => problems.push(message))) {
    throw damaged(problems[0] ?? '')
  }
  const { configuration, revisions, accounts, ...rest } = value as Static<typeof ContentSchema>
  if (checksumOf(configuration.text) !== configuration.checksum) {
    throw damaged('the configuration has not its checksum')
  }
  const decoded = revisions.map(decodeRevision)
  const whole = decoded.filter((revision) => revision !== null)
  if (whole.length < decoded.length) throw damaged('a revision is not whole')
  return { configuration, revisions: whole, accounts: soundAccounts(accounts), ...rest }
}

/** Nobody may be locked out by a restore. */
function soundAccounts(text: string): AccountState {
  try {
    const state = readAccounts(text)
    if (state.users.length > 0) keepAnAdmin(state)
    return state
  } catch (error) {
    throw damaged(`its accounts will not do: ${errorMessage(error)}`)
  }
}

function damaged(reason: string): ApiError {
  return new ApiError('invalid', `the backup is damaged: ${reason}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
