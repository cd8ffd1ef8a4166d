// One line of the audit: who did what to what, from where, with which result; chained to the line before by its hash.

import { createHash } from 'node:crypto'

export type AuditOrigin = 'ui' | 'api' | 'cli' | 'file' | 'mesh' | 'system'

export interface AuditEvent {
  readonly actor: {
    /** `local`, `user`, `token`, `anyone`, `file`, `mesh`, `sidecar`, `system`. */
    readonly kind: string
    readonly name: string
    /** Address it came from, or null. */
    readonly address: string | null
  }
  readonly origin: AuditOrigin
  /** `joinToken.create`, `config.apply`, `mesh.join` … */
  readonly action: string
  /** What it was done to; '' where there is no such thing. */
  readonly target: string
  /** Never secrets; null where they do not apply. */
  readonly before: unknown
  readonly after: unknown
  /** `ok`, or the code of the refusal. */
  readonly result: string
  readonly requestId: string
}

export interface AuditEntry extends AuditEvent {
  /** 1, 2, 3 … over all files. */
  readonly sequence: number
  /** ISO 8601, UTC. */
  readonly time: string
  /** Hash of the entry before; of the first: 64 zeros. */
  readonly previous: string
  /** SHA-256 over the line without this field, hex. */
  readonly hash: string
}

export const NO_HASH = '0'.repeat(64)
const MAX_VALUE_CHARACTERS = 16_384
/** Whatever is said to have changed: what is called so is nobody's to read. */
const SECRET_KEY =
  /(?:password|secret|authorization|cookie|privatekey|private_key|apikey|api_key)$|^token$/i
const HIDDEN = '(hidden)'

export function chain(
  event: AuditEvent,
  sequence: number,
  time: string,
  previous: string,
): AuditEntry {
  const unsigned = {
    sequence,
    time,
    ...event,
    before: bounded(event.before),
    after: bounded(event.after),
    previous,
  }
  return { ...unsigned, hash: hashOf(unsigned) }
}

export function hashOf(unsigned: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(JSON.stringify(unsigned)).digest('hex')
}

/** The entry of one line, or null where it is none or was changed. */
export function readEntry(line: string): AuditEntry | null {
  try {
    const { hash, ...unsigned } = JSON.parse(line) as AuditEntry
    return hash === hashOf(unsigned) ? { ...unsigned, hash } : null
  } catch {
    return null
  }
}

function bounded(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (key, item: unknown) =>
    SECRET_KEY.test(key) && typeof item === 'string' ? HIDDEN : item,
  )
  return text.length <= MAX_VALUE_CHARACTERS
    ? (JSON.parse(text) as unknown)
    : { cut: text.slice(0, MAX_VALUE_CHARACTERS) }
}
