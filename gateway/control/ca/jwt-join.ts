// Joining by a projected service-account token: what a platform says about a workload decides which service it is.

import { jwtVerify, type JWTPayload } from 'jose'
import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorCode } from '../../../sidecar/runtime/errors.ts'
import { ASYMMETRIC_ALGORITHMS, type KeySet } from '../../auth/key-set.ts'
import { parseToken } from '../../auth/token.ts'
import type { Audit } from './audit.ts'

export interface JwtJoinOptions {
  readonly issuer: string
  /** Must be ours alone: a token for the platform's own API is nobody's business here. */
  readonly audience: string
  /** Keys of the issuer at this moment (`importKeySet`); null while there are none. */
  readonly keys: () => KeySet | null
  /** Service name by `sub`. */
  readonly services: ReadonlyMap<string, string>
  readonly clock: Pick<Clock, 'wallMs'>
  readonly audit: Audit
}

export type JwtJoinReason =
  | 'malformed_token'
  | 'no_keys'
  | 'expired_token'
  | 'token_not_valid'
  | 'unknown_subject'
  | 'foreign_service'

export type JwtJoinVerdict =
  | { readonly kind: 'granted'; readonly service: string }
  | { readonly kind: 'refused'; readonly reason: JwtJoinReason }

export interface JwtJoinAttempt {
  readonly jwt: string
  /** Which service the caller says it is; null: whichever its subject is. */
  readonly service: string | null
  readonly actor: string
}

const CLOCK_TOLERANCE_S = 30

export class JwtJoin {
  readonly #options: JwtJoinOptions

  constructor(options: JwtJoinOptions) {
    this.#options = options
  }

  /** Never rejects. A token may be used again while it is good: whoever holds it is that workload. */
  async redeem({ jwt, service, actor }: JwtJoinAttempt): Promise<JwtJoinVerdict> {
    const verdict = await this.#decide(jwt, service)
    const { audit, clock } = this.#options
    const reason = verdict.kind === 'refused' ? verdict.reason : null
    audit({
      kind: 'join_by_jwt',
      atMs: clock.wallMs(),
      actor,
      service: verdict.kind === 'granted' ? verdict.service : null,
      result: reason === null ? 'ok' : 'refused',
      reason,
      alarm: reason === 'foreign_service',
      detail: {},
    })
    return verdict
  }

  async #decide(jwt: string, service: string | null): Promise<JwtJoinVerdict> {
    const { keys, services } = this.#options
    // Its own strict reading first: two members of one name, huge tokens and odd base64 never reach a library.
    const parsed = parseToken(jwt)
    if (parsed.kind === 'refused') return refused('malformed_token')
    const keySet = keys()
    if (keySet === null) return refused('no_keys')
    const { algorithm, keyId } = parsed.header
    const candidates = keySet.keys.filter(
      (key) =>
        key.algorithms.includes(algorithm) &&
        (keyId === null || key.keyId === null || key.keyId === keyId),
    )
    let verdict: JwtJoinVerdict = refused('token_not_valid')
    for (const { key } of candidates) {
      const claims = await this.#verify(jwt, key)
      if (claims === 'expired_token') verdict = refused(claims)
      if (typeof claims === 'string') continue
      const granted = services.get(claims.sub ?? '')
      if (granted === undefined) return refused('unknown_subject')
      if (service !== null && service !== granted) return refused('foreign_service')
      return { kind: 'granted', service: granted }
    }
    return verdict
  }

  async #verify(jwt: string, key: KeyObject): Promise<JWTPayload | JwtJoinReason> {
    const { issuer, audience, clock } = this.#options
    try {
      const { payload } = await jwtVerify(jwt, key, {
        issuer,
        audience,
        algorithms: [...ASYMMETRIC_ALGORITHMS],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(clock.wallMs()),
      })
      return payload
    } catch (error) {
      return errorCode(error) === 'ERR_JWT_EXPIRED' ? 'expired_token' : 'token_not_valid'
    }
  }
}

function refused(reason: JwtJoinReason): JwtJoinVerdict {
  return { kind: 'refused', reason }
}
