// An identity for tests whose certificate, bundle and revocations can be changed while connections stand.

import { readPemBlocks } from '../../../sidecar/identity/pem.ts'
import type {
  IdentitySource,
  Revocations,
  Svid,
  TrustBundle,
} from '../../../sidecar/identity/svid.ts'

export const NOBODY: Revocations = { serials: [], ids: [] }

export class ChangingIdentity implements IdentitySource {
  readonly #listeners = new Set<() => void>()
  svid: Svid
  trust: TrustBundle
  revocations: Revocations = NOBODY

  constructor(svid: Svid, trust: TrustBundle) {
    this.svid = svid
    this.trust = trust
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  change(to: Partial<Pick<IdentitySource, 'svid' | 'trust' | 'revocations'>>): void {
    Object.assign(this, to)
    for (const listener of this.#listeners) listener()
  }
}

/** The certificates of a PEM text, raw. */
export function dersOf(pem: string): readonly Buffer[] {
  return readPemBlocks(pem, 'CERTIFICATE')!
}
