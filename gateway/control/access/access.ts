// Access to the control plane as one thing: accounts, sessions, throttles and the identity provider, and what they answer.

import type { FastifyRequest } from 'fastify'
import { createFetchJson } from '../../auth/fetch-json.ts'
import type { AdminPlan, OidcPlan } from '../../config/admin.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import type { Caller } from '../admin/app.ts'
import type { Operation } from '../admin/operation.ts'
import type { Documents } from '../documents/documents.ts'
import type { AccessDeps } from './access-deps.ts'
import { Accounts } from './accounts.ts'
import { callerOf, checkHost } from './gate.ts'
import { OidcClient } from './oidc-client.ts'
import { oidcOperations } from './oidc-operations.ts'
import { OidcProvider } from './oidc-provider.ts'
import { OidcTests } from './oidc-tests.ts'
import { factorOperations } from './factor-operations.ts'
import { Passwords, type ScryptCost } from './password.ts'
import { createPostForm } from './post-form.ts'
import { SecondFactors } from './second-factors.ts'
import { Sessions, type SessionTimes } from './sessions.ts'
import { SetupToken } from './setup-token.ts'
import { signInOperations } from './sign-in-operations.ts'
import { Throttle, type ThrottleRates } from './throttle.ts'
import { tokenOperations } from './token-operations.ts'
import { sessionOperations } from './session-operations.ts'
import { userOperations } from './user-operations.ts'

export interface AccessOptions {
  readonly documents: Documents
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
  /** For tests, instead of those of real life. */
  readonly cost?: ScryptCost
  readonly rates?: ThrottleRates
  readonly times?: SessionTimes
  /** Asked where nobody is an administrator yet: whether it made the first one. Rejects where that is to be tried again. */
  readonly makeFirst?: (
    add: (name: string, password: string) => Promise<unknown>,
  ) => Promise<boolean>
}

export class Access {
  readonly operations: readonly Operation[]
  readonly #options: AccessOptions
  readonly #accounts: Accounts
  readonly #sessions: Sessions
  readonly #throttle: Throttle
  #setupToken: SetupToken | null = null
  #isFactorRequired = false
  #oidc: { readonly client: OidcClient; readonly provider: OidcProvider } | null = null

  constructor(options: AccessOptions) {
    const { documents, clock, log, cost, rates, times } = options
    this.#options = options
    this.#accounts = new Accounts(documents, new Passwords(cost), clock)
    this.#sessions = new Sessions(documents, clock, times)
    this.#throttle = new Throttle(clock, rates)
    const deps: AccessDeps = {
      accounts: this.#accounts,
      sessions: this.#sessions,
      throttle: this.#throttle,
      factors: new SecondFactors({ accounts: this.#accounts, throttle: this.#throttle, clock }),
      isFactorRequired: () => this.#isFactorRequired,
      setupToken: () => this.#setupToken,
      oidc: () => this.#oidc?.client ?? null,
      oidcTests: new OidcTests(clock),
      clock,
      log,
    }
    this.operations = [
      ...signInOperations(deps),
      ...factorOperations(deps),
      ...oidcOperations(deps),
      ...sessionOperations(deps),
      ...userOperations(deps),
      ...tokenOperations(deps),
    ]
  }

  /** From now on with this identity provider; whoever came through another one signs in again. */
  adopt(plan: AdminPlan): void {
    this.#isFactorRequired = plan.kind === 'on' && plan.secondFactor === 'required'
    const oidc = plan.kind === 'on' ? plan.oidc : null
    if (isSame(oidc, this.#oidc?.client.plan ?? null)) return
    this.#oidc?.provider.close()
    this.#oidc = oidc === null ? null : this.#clientOf(oidc)
  }

  /** Whether there is an administrator. Rejects while accounts cannot be used. */
  isSetUp(): Promise<boolean> {
    return this.#accounts.isSetUp()
  }

  /** The token by which somebody sets up, the same until the process ends; null where that is done. */
  async setupToken(): Promise<SetupToken | null> {
    if (await this.#accounts.isSetUp()) return null
    const add = (name: string, password: string): Promise<unknown> =>
      this.#accounts.addUser(name, password, 'admin', [], true)
    if ((await this.#options.makeFirst?.(add)) === true) return null
    this.#setupToken ??= new SetupToken(this.#options.dataDir)
    return this.#setupToken
  }

  /** Of every request over the network, whatever it asks for. Throws ApiError. */
  guard(request: FastifyRequest, hosts: readonly string[]): void {
    this.#throttle.call(request.socket.remoteAddress ?? '')
    checkHost(request, hosts)
  }

  /** Throws ApiError. */
  authenticate(request: FastifyRequest, isOpen: boolean): Promise<Caller> {
    const provider = this.#oidc?.client.mark ?? ''
    return callerOf(request, isOpen, {
      accounts: this.#accounts,
      sessions: this.#sessions,
      provider,
      isFactorRequired: this.#isFactorRequired,
      clock: this.#options.clock,
    })
  }

  close(): void {
    this.#oidc?.provider.close()
  }

  #clientOf(plan: OidcPlan): { client: OidcClient; provider: OidcProvider } {
    const { clock } = this.#options
    const provider = new OidcProvider(plan, createFetchJson(clock), clock)
    const postForm = createPostForm(clock)
    return { provider, client: new OidcClient(plan, { provider, postForm, clock }) }
  }
}

function isSame(a: OidcPlan | null, b: OidcPlan | null): boolean {
  const text = (plan: OidcPlan | null): string =>
    JSON.stringify(plan === null ? null : { ...plan, roles: [...plan.roles] })
  return text(a) === text(b)
}
