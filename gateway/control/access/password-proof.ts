// Who somebody is: by a name and a password, and by a code where there is a second factor.

import { ApiError } from '../admin/api-error.ts'
import type { AccessDeps } from './access-deps.ts'
import type { User } from './account-state.ts'
import type { Proof } from './factor-state.ts'
import { WRONG_CODE } from './second-factors.ts'

export interface Given {
  readonly name: string
  readonly password: string
  /** undefined: not asked for yet. */
  readonly code?: string | undefined
}

/**
 * Throws TooManyRequests, ApiError `second_factor_needed` where the password is right and a code is asked for, and
 * `not_signed_in`, the same for a wrong name as for a wrong password or code. `address`: of the client.
 */
export async function provenUser(
  { accounts, factors, throttle }: Pick<AccessDeps, 'accounts' | 'factors' | 'throttle'>,
  { name, password, code }: Given,
  address: string,
): Promise<{ readonly user: User; readonly proof: Proof | null }> {
  throttle.signIn(name, address)
  const user = await accounts.signIn(name, password)
  if (user === null) {
    const message = code === undefined ? 'the name or the password is wrong' : WRONG_CODE
    throw new ApiError('not_signed_in', message)
  }
  return { user, proof: await factors.check(name, code) }
}
