// What may be known of the accounts without knowing anything that opens a door.

import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import { readState, type AccountState } from '../access/account-state.ts'
import type { Documents } from '../documents/documents.ts'

/** The document of accounts. */
export const ACCOUNTS = 'accounts'

/** An API token without what is secret about it. */
export interface Account {
  readonly name: string
  readonly owner: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly lastUsedAtMs: number | null
}

/** null where they cannot be read. */
export async function summaryOfAccounts(
  documents: Documents,
): Promise<{ readonly users: number; readonly tokens: readonly Account[] } | null> {
  try {
    const { users, tokens } = readAccounts((await documents.read(ACCOUNTS)).text)
    return {
      users: users.length,
      tokens: tokens.map(({ name, owner, createdAtMs, expiresAtMs, lastUsedAtMs }) => {
        return { name, owner, createdAtMs, expiresAtMs, lastUsedAtMs }
      }),
    }
  } catch {
    return null
  }
}

/** Throws SallyportError `document_damaged`. */
export function readAccounts(text: string): AccountState {
  try {
    return readState(text)
  } catch (error) {
    if (error instanceof SallyportError) throw error
    throw new SallyportError('document_damaged', 'the accounts are not JSON')
  }
}
