// Signing in through an identity provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0; RFC 7636).

import { createHash, timingSafeEqual } from 'node:crypto'
import { errors, jwtVerify, type JWTPayload } from 'jose'
import { isJsonObject } from '../../auth/strict-json.ts'
import type { OidcPlan } from '../../config/admin.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import { ROLES, type Role } from '../admin/operation.ts'
import type { OidcProvider, ProviderMetadata } from './oidc-provider.ts'
import type { PostForm } from './post-form.ts'
import { newSecret } from './secret.ts'

/** From leaving for the provider until coming back. */
export const LOGIN_SECONDS = 600
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']
const CLOCK_TOLERANCE_S = 60
const MAX_GROUPS = 10_000
const MAX_NAME = 128

/** What the browser keeps in a cookie while it is away: only the one that left can come back. */
export interface LoginState {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly startedAtMs: number
  /** Id of the test it is; null: somebody signs in. */
  readonly test: string | null
}

export interface FederatedUser {
  readonly subject: string
  readonly displayName: string
  /** null: in no group that may come in. */
  readonly role: Role | null
  /** Groups of the configuration it is in. */
  readonly groups: readonly string[]
  /** Of the identity token. */
  readonly claims: JWTPayload
}

export interface OidcClientDeps {
  readonly provider: OidcProvider
  readonly postForm: PostForm
  readonly clock: Pick<Clock, 'wallMs'>
}

/** Rejects with SallyportError: `oidc_refused` where who came back may not be believed, else where the provider is at fault. */
export class OidcClient {
  readonly plan: OidcPlan
  /** Another one for another provider, client or table of roles: who came in by that signs in again. */
  readonly mark: string
  readonly #deps: OidcClientDeps

  constructor(plan: OidcPlan, deps: OidcClientDeps) {
    this.plan = plan
    this.mark = markOf(plan)
    this.#deps = deps
  }

  /** Where the browser goes, and what it must bring back; `test`: see LoginState; `isFresh`: who is signed in there shows it again. */
  async begin(
    redirectUri: string,
    test: string | null = null,
    isFresh = false,
  ): Promise<{ readonly url: string; readonly login: LoginState }> {
    const { authorizationUrl } = await this.#deps.provider.metadata()
    const login: LoginState = {
      state: newSecret(),
      nonce: newSecret(),
      verifier: newSecret(),
      startedAtMs: this.#deps.clock.wallMs(),
      test,
    }
    const url = new URL(authorizationUrl)
    const challenge = createHash('sha256').update(login.verifier).digest('base64url')
    const query = {
      response_type: 'code',
      client_id: this.plan.clientId,
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      state: login.state,
      nonce: login.nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...(isFresh ? { prompt: 'login', max_age: '0' } : {}),
    }
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return { url: url.href, login }
  }

  /** `query`: what came back in the URL; `login`: of the cookie. */
  async finish(
    query: Readonly<Record<string, string>>,
    login: LoginState | null,
    redirectUri: string,
  ): Promise<FederatedUser> {
    const nowMs = this.#deps.clock.wallMs()
    if (login === null || !isSame(query['state'] ?? '', login.state)) {
      throw refused('this browser did not begin this login here')
    }
    const ageMs = nowMs - login.startedAtMs
    if (ageMs < 0 || ageMs > LOGIN_SECONDS * 1000) throw refused('this login took too long')
    const metadata = await this.#deps.provider.metadata()
    const { iss, error, code } = query
    if (iss === undefined ? metadata.namesItself : iss !== this.plan.issuer) {
      throw refused('the answer comes from another identity provider')
    }
    if (error !== undefined) {
      throw refused(`the identity provider says ${error.slice(0, 100)}`)
    }
    if (code === undefined) throw refused('the identity provider sent no code')
    const idToken = await this.#redeem(code, login.verifier, redirectUri, metadata)
    return this.#user(await this.#verify(idToken, login.nonce))
  }

  /** Where to sign out there, too; null where it knows no such place (RP-Initiated Logout 1.0). */
  async logoutUrl(returnTo: string): Promise<string | null> {
    const { logoutUrl } = await this.#deps.provider.metadata()
    if (logoutUrl === null) return null
    const url = new URL(logoutUrl)
    url.searchParams.set('client_id', this.plan.clientId)
    url.searchParams.set('post_logout_redirect_uri', returnTo)
    return url.href
  }

  async #redeem(
    code: string,
    verifier: string,
    redirectUri: string,
    { tokenUrl, secretIn }: ProviderMetadata,
  ): Promise<string> {
    const { clientId, clientSecret, caPem } = this.plan
    const isInHeader = clientSecret !== null && secretIn === 'header'
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...(isInHeader ? {} : { client_id: clientId }),
      ...(clientSecret === null || isInHeader ? {} : { client_secret: clientSecret }),
    }
    const authorization = isInHeader ? basic(clientId, clientSecret) : null
    const answer = await this.#deps.postForm({ url: tokenUrl, form, authorization, caPem })
    const { id_token: idToken } = isJsonObject(answer.value) ? answer.value : {}
    if (answer.status === 200 && typeof idToken === 'string') return idToken
    throw refused(`the identity provider did not accept the code (status ${answer.status})`)
  }

  async #verify(idToken: string, nonce: string): Promise<JWTPayload> {
    const { issuer, clientId } = this.plan
    const options = {
      issuer,
      audience: clientId,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(this.#deps.clock.wallMs()),
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'],
    }
    try {
      const { provider } = this.#deps
      const { payload } = await jwtVerify(idToken, await provider.keys(), options).catch(
        async (error: unknown) => {
          if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
          return jwtVerify(idToken, await provider.keys(true), options)
        },
      )
      checkParty(payload, clientId, nonce)
      return payload
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      throw refused(`the identity token is not valid: ${error.code}`)
    }
  }

  #user(payload: JWTPayload): FederatedUser {
    const { groupsClaim, roles } = this.plan
    const claim = Object.hasOwn(payload, groupsClaim) ? payload[groupsClaim] : []
    const named = (Array.isArray(claim) ? claim : [claim]).slice(0, MAX_GROUPS)
    const groups = named.filter(
      (group): group is string => typeof group === 'string' && roles.has(group),
    )
    const given = [...groups, '*'].flatMap((group) => roles.get(group) ?? [])
    const role = ROLES.findLast((one) => given.includes(one)) ?? null
    const { sub: subject = '', email, preferred_username: username, name } = payload
    const shown = [email, username, name].find(
      (one): one is string => typeof one === 'string' && one !== '',
    )
    if (subject === '' || subject.length > MAX_NAME)
      throw refused('the subject is empty or too long')
    const displayName = (shown ?? subject).slice(0, MAX_NAME)
    return { subject, displayName, role, groups, claims: payload }
  }
}

/** OpenID Connect Core 1.0 section 3.1.3.7: who the token is for, and that it is the one we asked for. */
function checkParty(payload: JWTPayload, clientId: string, nonce: string): void {
  const { azp, aud, nonce: sent } = payload
  const isForMany = Array.isArray(aud) && aud.length > 1
  if (azp === undefined ? isForMany : azp !== clientId) {
    throw refused('the identity token was made for another party')
  }
  if (typeof sent !== 'string' || !isSame(sent, nonce)) {
    throw refused('the identity token is of another login')
  }
}

function byGroup([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function markOf({ issuer, clientId, groupsClaim, roles }: OidcPlan): string {
  const told = JSON.stringify([issuer, clientId, groupsClaim, [...roles].toSorted(byGroup)])
  return createHash('sha256').update(told).digest('hex')
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** RFC 6749 section 2.3.1: both parts are form-encoded first. */
function basic(clientId: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2)
  return `Basic ${Buffer.from(`${encoded(clientId)}:${encoded(secret)}`).toString('base64')}`
}

function refused(message: string): SallyportError {
  return new SallyportError('oidc_refused', message)
}
