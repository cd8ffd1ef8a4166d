// The issuers of the configuration: how their keys are, and which routes take their tokens.

import { keySourceId } from '../../auth/issuer-id.ts'
import type { KeySourceHealth } from '../../auth/key-source.ts'
import type { JwksDocument } from '../../auth/key-set.ts'
import type { IssuerPlan } from '../../auth/plan.ts'
import type { Plan } from '../../config/plan.ts'

/** What the process that fetches keys says of one source. */
export interface KeySourceStatus {
  readonly sourceId: string
  readonly health: KeySourceHealth
  /** Public keys in use; null: none. */
  readonly document: JwksDocument | null
}

export interface ListedIssuer {
  readonly name: string
  readonly issuer: string
  readonly jwks: { readonly kind: 'discovery' | 'url' | 'inline'; readonly url: string | null }
  readonly algorithms: readonly string[]
  readonly clockSkewMs: number
  readonly maxLifetimeMs: number | null
  readonly type: string | null
  /** Fetched over TLS that trusts these alone. */
  readonly hasOwnCa: boolean
  /** null: the process that fetches did not say. */
  readonly health: Omit<KeySourceHealth, 'keys'> | null
  readonly keys: readonly ListedKey[]
  readonly routes: readonly string[]
  readonly joinsMesh: boolean
}

export interface ListedKey {
  readonly kid: string | null
  readonly type: string
  readonly curve: string | null
  readonly alg: string | null
}

export function listIssuers(
  { issuers, routes, mesh }: Plan,
  statuses: readonly KeySourceStatus[],
): readonly ListedIssuer[] {
  return issuers.map((issuer) => {
    const id = keySourceId(issuer)
    const status = statuses.find(({ sourceId }) => sourceId === id)
    const takers = routes.filter(({ auth }) =>
      auth?.issuers.some(({ name }) => name === issuer.name),
    )
    return {
      ...planned(issuer),
      health: status === undefined ? null : healthOf(status),
      keys: (status?.document?.keys ?? []).map(({ kid, kty = '', crv, alg }) => {
        return { kid: kid ?? null, type: kty, curve: crv ?? null, alg: alg ?? null }
      }),
      routes: takers.map(({ name }) => name),
      joinsMesh: mesh?.join?.issuer === issuer.name,
    }
  })
}

function planned({ name, issuer, jwks, caPem, ...rest }: IssuerPlan) {
  const { algorithms, clockSkewMs, maxLifetimeMs, type } = rest
  const url = jwks.kind === 'url' ? jwks.url : null
  const common = { algorithms, clockSkewMs, maxLifetimeMs, type, hasOwnCa: caPem !== null }
  return { name, issuer, jwks: { kind: jwks.kind, url }, ...common }
}

function healthOf({ health }: KeySourceStatus): Omit<KeySourceHealth, 'keys'> {
  const { state, lastSuccessMs, lastError, refusedKeys, fetches } = health
  return { state, lastSuccessMs, lastError, refusedKeys, fetches }
}
