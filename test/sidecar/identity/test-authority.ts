// An authority for tests of renewal: issues by the test's clock, and fails in the ways that the test asks for.

import { createPrivateKey } from 'node:crypto'
import { readCsr } from '../../../gateway/control/ca/csr.ts'
import { writeCertificate } from '../../../gateway/control/ca/certificate-writer.ts'
import { readCertificate } from '../../../sidecar/identity/certificate.ts'
import type { Grant, RenewalRequest } from '../../../sidecar/identity/renewal.ts'
import { bundleOf, ORDERS, oddRoot, type OddCertificate } from '../../support/odd-certificates.ts'
import { NOBODY } from './mesh-identity.ts'

export const TTL_MS = 3_600_000
const YEAR_MS = 365 * 86_400_000

export type Mood =
  | 'willing'
  /** Refuses to connect. */
  | 'away'
  /** Issues, and the answer never arrives. */
  | 'lost'

export class TestAuthority {
  root: OddCertificate
  readonly #nowMs: () => number
  mood: Mood = 'willing'
  /** Every request, in order. */
  readonly asked: RenewalRequest[] = []
  /** What the next grants say instead of the truth. */
  lie: (grant: Grant) => Grant = (grant) => grant
  id = ORDERS

  private constructor(root: OddCertificate, nowMs: () => number) {
    this.root = root
    this.#nowMs = nowMs
  }

  static async create(nowMs: () => number): Promise<TestAuthority> {
    return new TestAuthority(await TestAuthority.newRoot(nowMs(), 'CN=renewal root'), nowMs)
  }

  static newRoot(nowMs: number, subject: string): Promise<OddCertificate> {
    return oddRoot({ subject, notBeforeMs: nowMs - YEAR_MS, notAfterMs: nowMs + YEAR_MS })
  }

  readonly request = (csrPem: string, about: RenewalRequest): Promise<Grant> => {
    this.asked.push(about)
    if (this.mood === 'away') return Promise.reject(new Error('connection refused'))
    if (this.mood === 'lost') return new Promise(() => undefined)
    return Promise.resolve(this.lie(this.#grant(csrPem)))
  }

  #grant(csrPem: string): Grant {
    const csr = readCsr(csrPem)
    if (csr.kind === 'refused') throw new Error(csr.reason)
    const nowMs = this.#nowMs()
    const { certPem } = writeCertificate(
      {
        issuer: readCertificate(this.root.der)!.subject,
        subject: Buffer.from([0x30, 0]),
        spki: csr.spki,
        notBeforeMs: nowMs - 60_000,
        notAfterMs: nowMs + TTL_MS,
        pathLength: null,
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
        uri: this.id,
        authorityKeyId: null,
      },
      createPrivateKey(this.root.keyPem),
    )
    return { certPem, trust: bundleOf(this.root), revocations: NOBODY }
  }
}
