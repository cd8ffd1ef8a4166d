// The checksum of what a configuration says, whatever its comments, its order of keys and its spelling in YAML.

import { createHash } from 'node:crypto'
import { readDocument } from '../../config/document.ts'

/** SHA-256 of the content as JSON with sorted keys, lower-case hex. */
export function canonicalChecksum(text: string): string {
  return createHash('sha256')
    .update(canonical(readDocument(text).value))
    .digest('hex')
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}
