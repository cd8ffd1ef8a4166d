// What the operations on accounts and sessions work with.

import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { Accounts } from './accounts.ts'
import type { SecondFactors } from './second-factors.ts'
import type { OidcClient } from './oidc-client.ts'
import type { OidcTests } from './oidc-tests.ts'
import type { Sessions } from './sessions.ts'
import type { SetupToken } from './setup-token.ts'
import type { Throttle } from './throttle.ts'

export interface AccessDeps {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly throttle: Throttle
  readonly factors: SecondFactors
  /** Whether everybody who signs in with a password here needs a second factor. */
  readonly isFactorRequired: () => boolean
  /** null where nobody may set up over the network (any more). */
  readonly setupToken: () => SetupToken | null
  /** null while there is no identity provider in the configuration. */
  readonly oidc: () => OidcClient | null
  readonly oidcTests: OidcTests
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: Log
}
