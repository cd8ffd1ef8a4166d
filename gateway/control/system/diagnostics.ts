// A diagnostics bundle: named parts of plain text, each without secrets, and a list of them to be read before anything leaves.

import { REDACTED_KINDS, redact, type RedactedKind } from './redact.ts'

export interface BundlePart {
  /** `checks.json`, `control.log`. */
  readonly name: string
  readonly bytes: number
  readonly text: string
}

export interface Bundle {
  readonly generatedAtMs: number
  readonly parts: readonly BundlePart[]
  /** How often each kind of secret was found and taken out; those that were not, with 0. */
  readonly redacted: readonly { readonly kind: RedactedKind; readonly count: number }[]
}

/** `lines`: of logs, oldest first; `secrets`: values that must not be in it. */
export function bundle(
  sections: Readonly<Record<string, unknown>>,
  lines: readonly string[],
  secrets: readonly string[],
  generatedAtMs: number,
): Bundle {
  const files = Object.entries(sections).map(([name, value]) => {
    return [`${name}.json`, `${JSON.stringify(value, null, 2)}\n`] as const
  })
  const log = ['control.log', lines.map((line) => `${line}\n`).join('')] as const
  const clean = [...files, log].map(([name, raw]) => ({ name, ...redact(raw, secrets) }))
  const parts = clean.map(({ name, text }) => ({ name, bytes: Buffer.byteLength(text), text }))
  const redacted = REDACTED_KINDS.map((kind) => ({
    kind,
    count: clean.reduce((sum, { counts }) => sum + counts[kind], 0),
  }))
  return { generatedAtMs, parts, redacted }
}
