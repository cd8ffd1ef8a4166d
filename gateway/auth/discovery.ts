// Where an issuer publishes its keys, by its own account (OpenID Connect Discovery 1.0; RFC 8414).

import { errorCode, SallyportError } from '../../sidecar/runtime/errors.ts'
import { isTrustworthyUrl, type FetchJson, type FetchOptions } from './fetch-json.ts'
import { isJsonObject } from './strict-json.ts'

/** The addresses of an issuer's metadata, in the order they are tried. */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

/**
 * The issuer's `jwks_uri`. Rejects with a SallyportError: `discovery_issuer` where the metadata is that of another issuer
 * (RFC 8414 section 3.3: the comparison is exact), `discovery_jwks_uri` where it names no trustworthy address, or what
 * the fetch rejects with.
 */
export async function discoverKeysUrl(
  issuer: string,
  fetchJson: FetchJson,
  options: FetchOptions,
): Promise<string> {
  const metadata = await fetchMetadata(issuer, fetchJson, options)
  const { issuer: named, jwks_uri: uri } = isJsonObject(metadata) ? metadata : {}
  if (named !== issuer) {
    const shown = typeof named === 'string' ? named.slice(0, 200) : 'none'
    throw new SallyportError(
      'discovery_issuer',
      `metadata names the issuer ${shown}, not ${issuer}`,
    )
  }
  if (typeof uri !== 'string' || !URL.canParse(uri) || !isTrustworthyUrl(new URL(uri))) {
    throw new SallyportError('discovery_jwks_uri', `metadata of ${issuer} has no https jwks_uri`)
  }
  return uri
}

async function fetchMetadata(
  issuer: string,
  fetchJson: FetchJson,
  options: FetchOptions,
): Promise<unknown> {
  const [openId, oauth] = metadataUrls(issuer) as [string, string]
  try {
    return await fetchJson(openId, options)
  } catch (error) {
    // Only an answer other than 200 says that the document is not there; a timeout says nothing.
    if (errorCode(error) !== 'fetch_status') throw error
  }
  return fetchJson(oauth, options)
}
