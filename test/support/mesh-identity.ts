// Identities of a mesh of the test's own, real certificates and all, that the test may rotate, revoke or let expire.

import { X509Certificate } from 'node:crypto'
import { connect, type TLSSocket } from 'node:tls'
import { spiffeIdOf } from '../../sidecar/identity/spiffe-id.ts'
import type { IdentitySource, Revocations, Svid, TrustBundle } from '../../sidecar/identity/svid.ts'
import { meshClientOptions } from '../../sidecar/identity/tls.ts'
import { createTestCa, type IssueOptions, type TestCa } from './certificates.ts'
import { RawClient } from './raw-client.ts'

export const TRUST_DOMAIN = 'mesh.test'

export class TestIdentity implements IdentitySource {
  svid: Svid
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

  change(parts: Partial<Pick<IdentitySource, 'svid' | 'trust' | 'revocations'>>): void {
    Object.assign(this, parts)
    for (const listener of this.#listeners) listener()
  }
}

export interface TestMesh {
  readonly ca: TestCa
  readonly trust: TrustBundle
  id(service: string): string
  svid(service: string, options?: IssueOptions): Promise<Svid>
  identity(service: string, options?: IssueOptions): Promise<TestIdentity>
}

export async function createTestMesh(trustDomain = TRUST_DOMAIN): Promise<TestMesh> {
  const ca = await createTestCa(`root of ${trustDomain}`)
  const trust: TrustBundle = { trustDomain, rootPems: [ca.certPem] }
  const id = (service: string): string => spiffeIdOf(trustDomain, service)
  const svid = async (service: string, options?: IssueOptions): Promise<Svid> =>
    svidOf(id(service), await ca.issue([id(service)], options))
  return {
    ca,
    trust,
    id,
    svid,
    identity: async (service, options) => new TestIdentity(await svid(service, options), trust),
  }
}

/** An Svid of whatever certificate, fit or not. */
export function svidOf(id: string, pair: { certPem: string; keyPem: string }): Svid {
  const certificate = new X509Certificate(pair.certPem)
  return {
    id,
    ...pair,
    serial: certificate.serialNumber.toLowerCase().replace(/^0+/, ''),
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
  }
}

/** A member's connection to a mesh port of this machine, which the client does not check; resolves after its handshake. */
export async function connectMesh(port: number, identity: IdentitySource): Promise<RawClient> {
  const socket: TLSSocket = connect({
    ...meshClientOptions(identity),
    host: '127.0.0.1',
    port,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('error', reject)
  })
  return new RawClient(socket)
}
