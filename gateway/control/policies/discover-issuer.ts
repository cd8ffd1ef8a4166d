// The issuer inspector: an identity provider's metadata and keys as the keys' life-cycle would fetch them, each key judged.

import { X509Certificate } from 'node:crypto'
import { discoverKeysUrl } from '../../auth/discovery.ts'
import { isTrustworthyUrl, type FetchJson, type FetchOptions } from '../../auth/fetch-json.ts'
import { importKeySet, MAX_KEYS, type RefusedKeyReason } from '../../auth/key-set.ts'
import { isJsonObject } from '../../auth/strict-json.ts'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError } from '../admin/api-error.ts'

export interface InspectedKey {
  readonly kid: string | null
  readonly type: string | null
  readonly curve: string | null
  /** Of an RSA modulus. */
  readonly bits: number | null
  readonly alg: string | null
  readonly use: string | null
  /** Of the certificate in `x5c`, or `exp` where the provider says it: wall clock, ms. Keys of themselves never expire. */
  readonly expiresAtMs: number | null
  /** What it may verify; empty: nothing. */
  readonly algorithms: readonly string[]
  /** Why it may not be used; null: it may. */
  readonly refused: RefusedKeyReason | null
}

export interface InspectedIssuer {
  /** As the provider spells itself: what `iss` must be. */
  readonly issuer: string
  readonly jwksUri: string
  /** Signature algorithms that the metadata names. */
  readonly announced: readonly string[]
  /** Those for an issuer's `algorithms:` that its keys can verify. */
  readonly algorithms: readonly string[]
  readonly keys: readonly InspectedKey[]
}

/** All fetches of one inspection together. */
const INSPECTION_MS = 12_000
const MAX_WORD = 200
const WELL_KNOWN = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)\/?$/

export interface Inspection {
  readonly fetchJson: FetchJson
  readonly clock: Clock
  /** CAs of the issuer of that name where it is configured with some. */
  readonly caPem: string | null
}

/** `text`: an issuer, or the address of its metadata. Throws ApiError `invalid` with what is wrong and what to write. */
export async function discoverIssuer(
  text: string,
  inspection: Inspection,
): Promise<InspectedIssuer> {
  const giveUp = new AbortController()
  const cancel = inspection.clock.after(INSPECTION_MS, () => giveUp.abort())
  const options: FetchOptions = { caPem: inspection.caPem, signal: giveUp.signal }
  try {
    const issuer = issuerOf(text)
    const found = await locate(issuer, inspection.fetchJson, options)
    const keys = inspectKeys(await inspection.fetchJson(found.jwksUri, options))
    const usable = new Set(keys.flatMap((key) => key.algorithms))
    return { ...found, keys, algorithms: [...usable].toSorted() }
  } catch (error) {
    throw error instanceof ApiError ? error : refusalOf(error)
  } finally {
    cancel()
  }
}

function issuerOf(text: string): string {
  const issuer = text.trim().replace(WELL_KNOWN, '/')
  const url = URL.canParse(issuer) ? new URL(issuer) : null
  if (url === null || !isTrustworthyUrl(url)) {
    throw invalid(`\`${text}\` is no address of an issuer`, 'write `https://idp.example.com/`')
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    const message = 'an issuer has no user, no query and no fragment'
    throw invalid(message, `write \`${url.origin}${url.pathname}\``)
  }
  return issuer
}

type Found = Pick<InspectedIssuer, 'issuer' | 'jwksUri' | 'announced'>

/** A provider that spells itself otherwise (a slash at the end, mostly) is believed about that, but not about its host. */
async function locate(issuer: string, fetchJson: FetchJson, options: FetchOptions): Promise<Found> {
  let metadata: unknown = null
  const remembering: FetchJson = async (url, more) => {
    metadata = await fetchJson(url, more)
    return metadata
  }
  const ask = (name: string): Promise<string> => discoverKeysUrl(name, remembering, options)
  const answer = (name: string, jwksUri: string): Found => {
    const { id_token_signing_alg_values_supported: announced } = isJsonObject(metadata)
      ? metadata
      : {}
    return { issuer: name, jwksUri, announced: wordsOf(announced) }
  }
  try {
    return answer(issuer, await ask(issuer))
  } catch (error) {
    const named = isJsonObject(metadata) ? metadata['issuer'] : null
    const isOther = errorCode(error) === 'discovery_issuer' && typeof named === 'string'
    if (!isOther || !isSameOrigin(named, issuer)) throw error
    return answer(named, await ask(named))
  }
}

function isSameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && new URL(a).origin === new URL(b).origin
}

/** Every key by itself, so that each is told with its own verdict. Members that make a key secret are never read. */
function inspectKeys(document: unknown): readonly InspectedKey[] {
  const list = isJsonObject(document) ? document['keys'] : null
  if (!Array.isArray(list)) throw invalid('the key document is no key set', 'ask the provider')
  return (list as unknown[]).slice(0, MAX_KEYS).map(inspectKey)
}

function inspectKey(jwk: unknown): InspectedKey {
  const imported = importKeySet({ keys: [jwk] })
  const [key] = imported?.keySet.keys ?? []
  const [refused] = imported?.refused ?? []
  const fields = isJsonObject(jwk) ? jwk : {}
  const word = (name: string): string | null => wordOf(fields[name])
  const modulus = word('kty') === 'RSA' ? fields['n'] : null
  return {
    kid: word('kid'),
    type: word('kty'),
    curve: word('crv'),
    bits: typeof modulus === 'string' ? Buffer.from(modulus, 'base64url').length * 8 : null,
    alg: word('alg'),
    use: word('use'),
    expiresAtMs: expiryOf(fields),
    algorithms: key?.algorithms ?? [],
    refused: refused?.reason ?? null,
  }
}

function expiryOf({ exp, x5c }: Readonly<Record<string, unknown>>): number | null {
  if (typeof exp === 'number' && Number.isFinite(exp)) return exp * 1000
  const [first] = Array.isArray(x5c) ? (x5c as unknown[]) : []
  if (typeof first !== 'string') return null
  try {
    return new X509Certificate(Buffer.from(first, 'base64')).validToDate.getTime()
  } catch {
    return null
  }
}

function wordsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return (value as unknown[])
    .map(wordOf)
    .filter((word) => word !== null)
    .slice(0, 50)
}

function wordOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, MAX_WORD) : null
}

function refusalOf(error: unknown): ApiError {
  const cause = error instanceof Error ? error.cause : undefined
  const root = errorCode(cause) === 'address_forbidden' ? cause : error
  const hint =
    HINTS[errorCode(root) ?? ''] ?? 'check the address, and whether this machine may reach it'
  return invalid(errorMessage(root), hint)
}

const HINTS: Readonly<Record<string, string>> = {
  address_forbidden:
    'an issuer that is configured is asked all the same; else open its range in `egress.network.allow`',
  fetch_status: 'write the issuer as the provider’s manual spells it, path included',
  fetch_timeout: 'the provider took too long; try again',
  fetch_aborted: 'the provider took too long; try again',
  fetch_insecure: 'write an https address',
  discovery_issuer: 'write the issuer that the metadata names, if that is the one you trust',
}

function invalid(message: string, hint: string): ApiError {
  return new ApiError('invalid', message, [{ pointer: '/url', detail: message, hint }])
}
