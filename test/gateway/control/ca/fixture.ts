// What tests of the certificate authority share: a store in memory, a clock that jumps, an audit trail to look at.

import type { CaAuditEvent } from '../../../../gateway/control/ca/audit.ts'
import type { CaMaterial } from '../../../../gateway/control/ca/material.ts'
import type { Document, Documents } from '../../../../gateway/control/documents/documents.ts'
import type { TextStore } from '../../../../gateway/control/ca/text-store.ts'
import { oddRoot, type OddCertificate } from '../../../support/odd-certificates.ts'

const YEAR_MS = 365 * 86_400_000
export const START_MS = Date.UTC(2030, 0, 1)

export class MemoryStore implements TextStore {
  text: string | null = null
  /** Set: the next saves and loads fail with it. */
  fault: Error | null = null
  saves = 0

  async load(): Promise<string | null> {
    if (this.fault !== null) throw this.fault
    return this.text
  }

  async save(text: string): Promise<void> {
    if (this.fault !== null) throw this.fault
    this.saves += 1
    this.text = text
  }
}

export class MemoryDocuments implements Documents {
  readonly #documents = new Map<string, Document>()
  /** Set: whatever is asked fails with it. */
  fault: Error | null = null
  /** Set: whatever is written fails with it. */
  writeFault: Error | null = null

  /** Of every document. */
  get text(): string {
    return [...this.#documents.values()].map(({ text }) => text).join('\n')
  }

  async read(name: string): Promise<Document> {
    if (this.fault !== null) throw this.fault
    return this.#documents.get(name) ?? { text: '', version: 0 }
  }

  async write(name: string, text: string, version: number): Promise<boolean> {
    const fault = this.fault ?? this.writeFault
    if (fault !== null) throw fault
    if ((this.#documents.get(name)?.version ?? 0) !== version) return false
    this.#documents.set(name, { text, version: version + 1 })
    return true
  }
}

export class Trail {
  readonly events: CaAuditEvent[] = []

  readonly audit = (event: CaAuditEvent): void => {
    this.events.push(event)
  }

  get last(): CaAuditEvent | undefined {
    return this.events.at(-1)
  }
}

/** A root that is good for a year before and after {@link START_MS}. */
export function longRoot(subject = 'CN=long root'): Promise<OddCertificate> {
  return oddRoot({ subject, ...longLife() })
}

export function longLife(): { notBeforeMs: number; notAfterMs: number } {
  return { notBeforeMs: START_MS - YEAR_MS, notAfterMs: START_MS + YEAR_MS }
}

export function materialOf(
  issuing: OddCertificate,
  ...above: readonly OddCertificate[]
): CaMaterial {
  const chainPem = above.map(({ certPem }) => certPem).join('')
  return { certPem: issuing.certPem, keyPem: issuing.keyPem, chainPem }
}
