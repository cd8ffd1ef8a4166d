// Identities of a small mesh for tests, and connections to a mesh door under one of them.

import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import type {
  IdentitySource,
  Revocations,
  Svid,
  TrustBundle,
} from '../../../sidecar/identity/svid.ts'
import { meshClientOptions } from '../../../sidecar/identity/tls.ts'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import { X509Certificate } from 'node:crypto'
import type { TestCa } from '../../support/certificates.ts'
import { RawClient } from '../../support/raw-client.ts'

export const TRUST_DOMAIN = 'example.internal'

/** An identity whose parts tests change. */
export class TestIdentity implements IdentitySource {
  readonly svid: Svid
  trust: TrustBundle
  revocations: Revocations = { serials: [], ids: [] }
  readonly #listeners = new Set<() => void>()

  constructor(svid: Svid, trust: TrustBundle) {
    this.svid = svid
    this.trust = trust
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  revoke(revocations: Revocations): void {
    this.revocations = revocations
    for (const listener of this.#listeners) listener()
  }
}

/** The identity of `service`, signed by `ca`; it ends at `notAfter` where that is given. */
export async function identityOf(
  ca: TestCa,
  service: string,
  notAfter?: Date,
): Promise<TestIdentity> {
  const id = spiffeIdOf(TRUST_DOMAIN, service)
  const { certPem, keyPem } = await ca.issue([id], notAfter === undefined ? {} : { notAfter })
  const certificate = new X509Certificate(certPem)
  const serial = certificate.serialNumber.toLowerCase()
  const notBeforeMs = certificate.validFromDate.getTime()
  const notAfterMs = certificate.validToDate.getTime()
  const svid = { id, certPem, keyPem, serial, notBeforeMs, notAfterMs }
  return new TestIdentity(svid, { trustDomain: TRUST_DOMAIN, rootPems: [ca.certPem] })
}

export async function connectMesh(port: number, identity: IdentitySource): Promise<RawClient> {
  const socket: TLSSocket = connect({ ...meshClientOptions(identity), port, host: '127.0.0.1' })
  await once(socket, 'secureConnect')
  return new RawClient(socket)
}
