// Takes every secret out of a text that leaves the house: those of the configuration by value, others by their form.

import { reportLiteralSecrets, hideSecrets } from '../../config/secrets.ts'
import { readDocument } from '../../config/document.ts'
import { substitute, type SubstitutionSources } from '../../config/substitute.ts'
import type { ConfigPath } from '../../../sidecar/runtime/problem.ts'

const HIDDEN = '‹secret›'
/** A shorter one would take half of the text with it. */
const SHORTEST = 4

/** What is taken out, by where it comes from or what it looks like; `entry`: a field or URL that says it is secret. */
export const REDACTED_KINDS = [
  'configured',
  'apiToken',
  'credential',
  'webToken',
  'privateKey',
  'passwordHash',
  'entry',
] as const
export type RedactedKind = (typeof REDACTED_KINDS)[number]
export type RedactedCounts = Readonly<Record<RedactedKind, number>>

/** API tokens and join tokens, bearer credentials, JSON Web Tokens, private keys, hashes of passwords. */
const FORMS: readonly (readonly [kind: RedactedKind, form: RegExp])[] = [
  ['apiToken', /\bsap_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/g],
  ['credential', /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi],
  ['webToken', /\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g],
  [
    'privateKey',
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  ],
  ['passwordHash', /\$scrypt\$[A-Za-z0-9+/=$,]+/g],
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

/** The text without secrets, and how often each kind was found in it. */
export function redact(
  text: string,
  secrets: readonly string[],
): { readonly text: string; readonly counts: RedactedCounts } {
  const counts = Object.fromEntries(REDACTED_KINDS.map((kind) => [kind, 0])) as Record<
    RedactedKind,
    number
  >
  let clean = text
  const hide = (kind: RedactedKind, what: string | RegExp): void => {
    clean = clean.replaceAll(what, () => {
      counts[kind] += 1
      return HIDDEN
    })
  }
  for (const secret of secrets) {
    hide('configured', secret)
    // As JSON has written it.
    hide('configured', JSON.stringify(secret).slice(1, -1))
  }
  for (const [kind, form] of FORMS) hide(kind, form)
  const lines = clean.split('\n').map((line) => {
    const hidden = hideSecrets(line)
    if (hidden !== line) counts.entry += 1
    return hidden
  })
  return { text: lines.join('\n'), counts }
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
