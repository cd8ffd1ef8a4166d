// A mesh for tests: an authority, identities that can change, servers that show certificates, a clock set forward at will.

import { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type {
  IdentitySource,
  Revocations,
  Svid,
  TrustBundle,
} from '../../../sidecar/identity/svid.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import type { MeshEndpoint } from '../../../sidecar/snapshot/snapshot.ts'
import { MeshCluster, defaultMeshPlan } from '../../../sidecar/upstream/mesh-cluster.ts'
import type { MeshClusterPlan } from '../../../sidecar/upstream/mesh-cluster.ts'
import { MeshConnections } from '../../../sidecar/upstream/mesh-connections.ts'
import type { MeshRefusal } from '../../../sidecar/upstream/mesh-connections.ts'
import type { TestCa } from '../../support/certificates.ts'
import { startRawServer } from './raw-server.ts'
import type { RawServer } from './raw-server.ts'

const TRUST_DOMAIN = 'example.internal'
const HOUR_MS = 3_600_000

export function idOf(service: string): string {
  return `spiffe://${TRUST_DOMAIN}/ns/default/svc/${service}`
}

/** `lifeMs`: how long it is valid from now. */
export async function issueSvid(ca: TestCa, service: string, lifeMs = HOUR_MS): Promise<Svid> {
  const notAfter = new Date(Date.now() + lifeMs)
  const { certPem, keyPem } = await ca.issue([idOf(service)], { notAfter })
  const certificate = new X509Certificate(certPem)
  return {
    id: idOf(service),
    certPem,
    keyPem,
    serial: serialOf(certPem),
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
  }
}

export function serialOf(certPem: string): string {
  return new X509Certificate(certPem).serialNumber.toLowerCase().replace(/^0+/, '')
}

export class TestIdentity implements IdentitySource {
  svid: Svid
  trust: TrustBundle
  revocations: Revocations = { serials: [], ids: [] }
  readonly #listeners = new Set<() => void>()

  constructor(svid: Svid, ...cas: readonly TestCa[]) {
    this.svid = svid
    this.trust = trustIn(...cas)
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  change(values: Partial<Pick<IdentitySource, 'svid' | 'trust' | 'revocations'>>): void {
    Object.assign(this, values)
    for (const listener of this.#listeners) listener()
  }
}

export function trustIn(...cas: readonly TestCa[]): TrustBundle {
  return { trustDomain: TRUST_DOMAIN, rootPems: cas.map(({ certPem }) => certPem) }
}

/** The system's clock, but that long waits end only by setting it forward. */
export class SetClock implements Clock {
  #aheadMs = 0
  readonly #waits = new Set<{ readonly dueMs: number; readonly task: () => void }>()

  wallMs(): number {
    return systemClock.wallMs() + this.#aheadMs
  }

  monotonicMs(): number {
    return systemClock.monotonicMs()
  }

  after(delayMs: number, task: () => void): () => void {
    if (delayMs < 1000) return systemClock.after(delayMs, task)
    const wait = { dueMs: this.wallMs() + delayMs, task }
    this.#waits.add(wait)
    return () => this.#waits.delete(wait)
  }

  setForward(byMs: number): void {
    this.#aheadMs += byMs
    for (const wait of this.#waits) {
      if (wait.dueMs > this.wallMs()) continue
      this.#waits.delete(wait)
      wait.task()
    }
  }
}

/** A server that shows `shown` and takes any client of `ca`. */
export function startMeshServer(
  t: TestContext,
  ca: TestCa,
  shown: { readonly certPem: string; readonly keyPem: string },
  answer: (socket: Socket, head: string, connection: number) => void,
): Promise<RawServer> {
  return startRawServer(t, answer, {
    cert: shown.certPem,
    key: shown.keyPem,
    ca: ca.certPem,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
  })
}

export interface MeshUnderTest {
  readonly cluster: MeshCluster
  readonly clock: SetClock
  readonly refusals: MeshRefusal[]
}

export function meshCluster(
  t: TestContext,
  identity: IdentitySource,
  plan: Partial<MeshClusterPlan> = {},
): MeshUnderTest {
  const clock = new SetClock()
  const refusals: MeshRefusal[] = []
  const onRefused = (refusal: MeshRefusal): void => void refusals.push(refusal)
  const connections = new MeshConnections({ identity, clock, onRefused })
  const whole = { ...defaultMeshPlan('billing'), connectTimeoutMs: 10_000, ...plan }
  const cluster = new MeshCluster(whole, connections, clock, Math.random)
  t.after(() => {
    void cluster.close()
    connections.close()
  })
  return { cluster, clock, refusals }
}

export function endpoint(port: number, change: Partial<MeshEndpoint> = {}): MeshEndpoint {
  return {
    instance: `i${port}`,
    address: '127.0.0.1',
    port,
    weight: 1,
    zone: null,
    version: null,
    healthy: true,
    ...change,
  }
}
