// A diagnostics bundle: named parts of plain text, each without secrets, and a list of them to be read before anything leaves.

import { redact } from './redact.ts'

export interface BundlePart {
  /** `checks.json`, `control.log`. */
  readonly name: string
  readonly bytes: number
  readonly text: string
}

export interface Bundle {
  readonly generatedAtMs: number
  readonly parts: readonly BundlePart[]
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
  const parts = [...files, log].map(([name, raw]) => {
    const text = redact(raw, secrets)
    return { name, bytes: Buffer.byteLength(text), text }
  })
  return { generatedAtMs, parts }
}
