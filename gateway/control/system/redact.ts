// Takes every secret out of a text that leaves the house: those of the configuration by value, others by their form.

import { reportLiteralSecrets, hideSecrets } from '../../config/secrets.ts'
import { readDocument } from '../../config/document.ts'
import { substitute, type SubstitutionSources } from '../../config/substitute.ts'
import type { ConfigPath } from '../../../sidecar/runtime/problem.ts'

const HIDDEN = '‹secret›'
/** A shorter one would take half of the text with it. */
const SHORTEST = 4
/** API tokens, join tokens, bearer credentials, JSON Web Tokens, private keys, hashes of passwords. */
const FORMS: readonly RegExp[] = [
  /\bsap_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\$scrypt\$[A-Za-z0-9+/=$,]+/g,
]

/** Values that stand for secrets in `text`, a configuration as written; longest first. */
export function secretsOf(text: string, sources: SubstitutionSources): readonly string[] {
  const { value } = readDocument(text)
  const found = substitute(value, sources, () => {}).secrets.map((secret) => secret.value)
  reportLiteralSecrets(value, false, ({ path }) => found.push(...texts(at(value, path))))
  return [...new Set(found)]
    .filter((secret) => secret.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length)
}

export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) {
    clean = clean.replaceAll(secret, HIDDEN)
    // As JSON has written it.
    clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), HIDDEN)
  }
  for (const form of FORMS) clean = clean.replaceAll(form, HIDDEN)
  return clean.split('\n').map(hideSecrets).join('\n')
}

function at(value: unknown, path: ConfigPath): unknown {
  let found = value
  for (const part of path) found = (found as Record<string | number, unknown> | null)?.[part]
  return found
}

/** A URL with a password gives away more than the password where it is shown in part. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    const password = /:\/\/[^\s/:@]*:([^\s/@]+)@/.exec(value)?.[1]
    return password === undefined ? [value] : [value, password]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(texts)
}
