// The first administrator as the environment of the process gives it, so that a machine nobody looks at needs no wizard.

import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ApiError } from '../admin/api-error.ts'
import type { AuditEvent } from '../audit/entry.ts'

export const INITIAL_ADMIN = {
  name: 'INITIAL_ADMIN_NAME',
  password: 'INITIAL_ADMIN_PASSWORD',
  /** A file with the password and nothing else, as containers mount secrets. */
  passwordFile: 'INITIAL_ADMIN_PASSWORD_FILE',
} as const

/** More than any password that is taken. */
const MAX_FILE_BYTES = 4096

export type InitialAdmin =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly name: string; readonly password: string }
  /** Never says what a value is. */
  | { readonly kind: 'unusable'; readonly problem: string }

export interface InitialAdminDeps {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Throws where it cannot be read. */
  readonly readFile: (path: string, maxBytes: number) => string
}

/** A variable that is empty counts as not there, as in a compose file that passes on what nobody set. */
export function readInitialAdmin({ env, readFile }: InitialAdminDeps): InitialAdmin {
  const [name, password, file] = [
    env[INITIAL_ADMIN.name] ?? '',
    env[INITIAL_ADMIN.password] ?? '',
    env[INITIAL_ADMIN.passwordFile] ?? '',
  ]
  if (name === '' && password === '' && file === '') return { kind: 'none' }
  if (name === '') return unusable(`set ${INITIAL_ADMIN.name}, too`)
  if (password !== '' && file !== '') {
    return unusable(`set ${INITIAL_ADMIN.password} or ${INITIAL_ADMIN.passwordFile}, not both`)
  }
  if (password !== '') return { kind: 'given', name, password }
  if (file === '') {
    return unusable(`set ${INITIAL_ADMIN.passwordFile} or ${INITIAL_ADMIN.password}, too`)
  }
  try {
    const text = readFile(file, MAX_FILE_BYTES).replace(/\r?\n$/, '')
    return text === '' ? unusable(`${file} is empty`) : { kind: 'given', name, password: text }
  } catch (error) {
    return unusable(`${INITIAL_ADMIN.passwordFile} cannot be read: ${errorMessage(error)}`)
  }
}

export interface FirstAdminDeps {
  readonly initial: InitialAdmin
  readonly log: Log
  readonly record: (event: AuditEvent) => void
  /** Refused (ApiError) where there is a user already, where name or password will not do, and while accounts cannot be used. */
  readonly add: (name: string, password: string) => Promise<unknown>
}

/**
 * Makes the administrator where nobody is one yet. Answers whether there is one now; where not, the wizard is the way.
 * Throws ApiError `not_available` while accounts cannot be used: try again.
 */
export async function makeFirstAdmin({
  initial,
  log,
  record,
  add,
}: FirstAdminDeps): Promise<boolean> {
  if (initial.kind === 'none') return false
  if (initial.kind === 'unusable') {
    log.error('the first administrator cannot be made from the environment', {
      reason: initial.problem,
    })
    return false
  }
  const { name, password } = initial
  try {
    await add(name, password)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'not_available') throw error
    // Another node of the fleet was faster.
    if (error.code === 'conflict') return true
    record(madeEvent(name, error.code))
    log.error('the first administrator cannot be made from the environment', {
      reason: error.message,
    })
    return false
  }
  record(madeEvent(name, 'ok'))
  log.info('the first administrator was made from the environment', { user: name })
  return true
}

function madeEvent(name: string, result: string): AuditEvent {
  return {
    actor: { kind: 'system', name: '', address: null },
    origin: 'system',
    action: 'setUp',
    target: `user/${name}`,
    before: null,
    after: { role: 'admin', from: INITIAL_ADMIN.name },
    result,
    requestId: '',
  }
}

function unusable(problem: string): InitialAdmin {
  return { kind: 'unusable', problem }
}
