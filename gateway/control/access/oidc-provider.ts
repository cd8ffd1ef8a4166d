// What an identity provider says of itself (OpenID Connect Discovery 1.0) and the keys it signs with, kept for a while.

import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { metadataUrls } from '../../auth/discovery.ts'
import { isTrustworthyUrl, type FetchJson } from '../../auth/fetch-json.ts'
import { isJsonObject } from '../../auth/strict-json.ts'
import type { OidcPlan } from '../../config/admin.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'

const METADATA_MS = 600_000
const KEYS_MS = 600_000
/** Between two fetches that an unknown key may cause. */
const COOLDOWN_MS = 30_000

export interface ProviderMetadata {
  readonly authorizationUrl: string
  readonly tokenUrl: string
  readonly keysUrl: string
  /** null: it knows no logout. */
  readonly logoutUrl: string | null
  /** How the client secret is sent: in the authorization field, or in the form. */
  readonly secretIn: 'header' | 'form'
  /** It names itself in every answer (RFC 9207). */
  readonly namesItself: boolean
}

interface Kept<Value> {
  readonly value: Promise<Value>
  readonly atMs: number
}

/** Rejects with SallyportError where the provider cannot be reached or does not say what it must. */
export class OidcProvider {
  readonly #plan: OidcPlan
  readonly #fetchJson: FetchJson
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #closing = new AbortController()
  #metadata: Kept<ProviderMetadata> | null = null
  #keys: Kept<JWTVerifyGetKey> | null = null

  constructor(plan: OidcPlan, fetchJson: FetchJson, clock: Pick<Clock, 'monotonicMs'>) {
    this.#plan = plan
    this.#fetchJson = fetchJson
    this.#clock = clock
  }

  metadata(): Promise<ProviderMetadata> {
    const nowMs = this.#clock.monotonicMs()
    if (this.#metadata === null || nowMs - this.#metadata.atMs > METADATA_MS) {
      const value = this.#fetchMetadata()
      this.#metadata = { value, atMs: nowMs }
      value.catch(() => {
        if (this.#metadata?.value === value) this.#metadata = null
      })
    }
    return this.#metadata.value
  }

  /** `isUnknown`: those that were kept did not do. */
  keys(isUnknown = false): Promise<JWTVerifyGetKey> {
    const nowMs = this.#clock.monotonicMs()
    const maxMs = isUnknown ? COOLDOWN_MS : KEYS_MS
    if (this.#keys === null || nowMs - this.#keys.atMs > maxMs) {
      const value = this.#fetchKeys()
      this.#keys = { value, atMs: nowMs }
      value.catch(() => {
        if (this.#keys?.value === value) this.#keys = null
      })
    }
    return this.#keys.value
  }

  close(): void {
    this.#closing.abort()
  }

  async #fetchMetadata(): Promise<ProviderMetadata> {
    const { issuer } = this.#plan
    const found = await this.#fetch(metadataUrls(issuer)[0]!)
    const metadata = isJsonObject(found) ? found : {}
    if (metadata['issuer'] !== issuer) {
      throw new SallyportError('oidc_metadata', `the metadata is not that of ${issuer}`)
    }
    const methods = metadata['token_endpoint_auth_methods_supported']
    const isInForm =
      Array.isArray(methods) &&
      methods.includes('client_secret_post') &&
      !methods.includes('client_secret_basic')
    return {
      authorizationUrl: address(metadata, 'authorization_endpoint'),
      tokenUrl: address(metadata, 'token_endpoint'),
      keysUrl: address(metadata, 'jwks_uri'),
      logoutUrl:
        metadata['end_session_endpoint'] === undefined
          ? null
          : address(metadata, 'end_session_endpoint'),
      secretIn: isInForm ? 'form' : 'header',
      namesItself: metadata['authorization_response_iss_parameter_supported'] === true,
    }
  }

  async #fetchKeys(): Promise<JWTVerifyGetKey> {
    const { keysUrl } = await this.metadata()
    return createLocalJWKSet((await this.#fetch(keysUrl)) as JSONWebKeySet)
  }

  #fetch(url: string): Promise<unknown> {
    return this.#fetchJson(url, { caPem: this.#plan.caPem, signal: this.#closing.signal })
  }
}

function address(metadata: Readonly<Record<string, unknown>>, name: string): string {
  const value = metadata[name]
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url !== null && isTrustworthyUrl(url)) return url.href
  throw new SallyportError('oidc_metadata', `the metadata has no https ${name}`)
}
