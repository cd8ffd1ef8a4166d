// The fingerprint of a trust bundle, which a join token carries so that a newcomer knows whom to believe.

import { createHash } from 'node:crypto'
import { SallyportError } from '../runtime/errors.ts'
import { readPemBlocks } from './pem.ts'

/**
 * SHA-256 over the DER of all trust anchors in the order of their bytes, base64url; for one anchor its usual
 * fingerprint. Throws SallyportError `bad_trust_anchor` where a PEM is no certificate.
 */
export function bundleHash(rootPems: readonly string[]): string {
  const ders = rootPems.flatMap((pem) => {
    const blocks = readPemBlocks(pem, 'CERTIFICATE')
    if (blocks === null) throw new SallyportError('bad_trust_anchor', 'a trust anchor is no PEM')
    return blocks
  })
  const digest = createHash('sha256')
  for (const bytes of ders.toSorted((a, b) => Buffer.compare(a, b))) digest.update(bytes)
  return digest.digest('base64url')
}
