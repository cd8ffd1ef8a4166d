// Makes an Svid of what an authority issued, after the same check that every peer will make.

import { createPrivateKey, createPublicKey } from 'node:crypto'
import { SallyportError } from '../runtime/errors.ts'
import { readCertificate } from './certificate.ts'
import { checkPeer } from './peer.ts'
import { readPemBlocks } from './pem.ts'
import type { Svid, TrustBundle } from './svid.ts'

const NOBODY_REVOKED = { serials: [], ids: [] }

/**
 * Throws SallyportError `not_for_us` where the certificate is not for this key and this id, or does not lead to an anchor
 * of `trust` now; `bad_trust_bundle` where `trust` cannot be used.
 */
export function readSvid(
  certPem: string,
  keyPem: string,
  trust: TrustBundle,
  id: string,
  nowMs: number,
): Svid {
  const chain = readPemBlocks(certPem, 'CERTIFICATE') ?? []
  const verdict = checkPeer(chain, { trust, revocations: NOBODY_REVOKED }, nowMs, id)
  if (verdict.kind === 'refused')
    throw new SallyportError('not_for_us', `${verdict.reason}: ${verdict.detail}`)
  const { spki, notBeforeMs } = readCertificate(chain[0]!)!
  const publicKey = createPublicKey(createPrivateKey(keyPem))
  if (!publicKey.export({ type: 'spki', format: 'der' }).equals(spki))
    throw new SallyportError('not_for_us', 'the certificate is for another key')
  return {
    id,
    certPem,
    keyPem,
    serial: verdict.serial,
    notBeforeMs,
    // Of the leaf or, where one expires before it, of the issuer: after that nobody believes us either.
    notAfterMs: verdict.notAfterMs,
  }
}
