// Second factors of the users: begun, confirmed, asked for and taken away, on whatever node of a fleet.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError } from '../admin/api-error.ts'
import type { User } from './account-state.ts'
import type { Accounts } from './accounts.ts'
import { newFactor, renewRecovery, takeCode, type Factor, type Proof } from './factor-state.ts'
import type { Throttle } from './throttle.ts'

/** Says no more than it must: which of them it was is nobody's to know. */
export const WRONG_CODE = 'the name, the password or the code is wrong; a code counts once'

export interface SecondFactorsDeps {
  readonly accounts: Pick<Accounts, 'user' | 'changeOne'>
  readonly throttle: Pick<Throttle, 'code'>
  readonly clock: Pick<Clock, 'wallMs'>
}

/** What a user may know of their own. */
export interface FactorView {
  readonly isOn: boolean
  readonly recoveryLeft: number
}

/** All of it rejects with ApiError. */
export class SecondFactors {
  readonly #deps: SecondFactorsDeps

  constructor(deps: SecondFactorsDeps) {
    this.#deps = deps
  }

  async of(name: string): Promise<FactorView> {
    const factor = confirmed(await this.#deps.accounts.user(name))
    return { isOn: factor !== null, recoveryLeft: factor?.recovery.length ?? 0 }
  }

  /** The secret of an app that counts for nothing yet; of two that were begun the later one. */
  async begin(name: string): Promise<string> {
    const factor = newFactor()
    await this.#deps.accounts.changeOne(name, (user) => {
      if (confirmed(user) !== null) throw new ApiError('conflict', 'there is a second factor')
      user.factor = factor
    })
    return factor.secret
  }

  /** From now on a code is asked for, and sessions of before are over. Answers the recovery codes, which are kept nowhere. */
  async confirm(
    name: string,
    code: string,
  ): Promise<{ readonly user: User; readonly recoveryCodes: readonly string[] }> {
    this.#deps.throttle.code(name)
    const wallMs = this.#deps.clock.wallMs()
    return this.#deps.accounts.changeOne(name, (user) => {
      const { factor } = user
      if (factor === undefined || factor.isConfirmed) {
        throw new ApiError('conflict', 'no second factor waits for its first code')
      }
      if (takeCode(factor, code, wallMs) === null) {
        const fix = 'compare the clocks of the gateway and the telephone'
        throw new ApiError('invalid', `the code is not the one of now: ${fix}`)
      }
      factor.isConfirmed = true
      user.generation += 1
      return { user, recoveryCodes: renewRecovery(factor) }
    })
  }

  /**
   * Whether a code that was asked for is right, once. null: none was asked for. Throws `second_factor_needed` where
   * `code` is missing, `not_signed_in` where it is wrong. Whoever calls this has seen the password.
   */
  async check(name: string, code: string | undefined): Promise<Proof | null> {
    const { accounts, throttle, clock } = this.#deps
    if (confirmed(await accounts.user(name)) === null) return null
    if (code === undefined) {
      throw new ApiError('second_factor_needed', 'send the code of your authenticator app, too')
    }
    throttle.code(name)
    return accounts.changeOne(name, (user) => {
      const factor = confirmed(user)
      // It was taken away just now.
      if (factor === null) return null
      const proof = takeCode(factor, code, clock.wallMs())
      if (proof !== null) return proof
      throw new ApiError('not_signed_in', WRONG_CODE)
    })
  }

  /** The codes of before count no more. */
  renewRecovery(name: string): Promise<readonly string[]> {
    return this.#deps.accounts.changeOne(name, (user) => renewRecovery(existing(user)))
  }

  /** Nobody is asked for a code any more; sessions of before are over. */
  remove(name: string): Promise<User> {
    return this.#deps.accounts.changeOne(name, (user) => {
      existing(user)
      delete user.factor
      user.generation += 1
      return user
    })
  }
}

/** null: no code is asked for. */
export function confirmed(user: Pick<User, 'factor'> | null): Factor | null {
  return user?.factor?.isConfirmed === true ? user.factor : null
}

function existing(user: User): Factor {
  const factor = confirmed(user)
  if (factor === null) throw new ApiError('not_found', `${user.name} has no second factor`)
  return factor
}
