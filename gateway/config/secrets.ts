// Finds secrets that are written in the file itself, and keeps every secret out of what is shown to people.

import type { ConfigPath, Problem, Report } from '../../sidecar/runtime/problem.ts'
import type { Secret } from './substitute.ts'

const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'`]*:)([^\s/@"'`]+)(?=@)/gi
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/
const SECRET_KEY = /^(proxy-)?authorization$|^cookie$|password|secret|(^|[-_])token$|api[-_]?key/i
const SECRET_ENTRY =
  /((?:proxy-)?authorization|cookie|[\w-]*(?:password|secret|api[-_]?key))(["']?\s*:\s*)([^\s,{}[\]][^,}]*)/gi
const JWK_PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** A shared run of this many characters is long enough to give something away. */
const TELLING_LENGTH = 4
const QUOTED_OR_NOT = /`[^`]*`|'[^']*'|"[^"]*"|[^`'"]+|[`'"]/g

/**
 * Reports secrets written as they are instead of as `${env:NAME}` or `${file:path}`: URLs with a password, private
 * keys, private JWKs and credentials in headers. `value` is the file's content before substitution.
 */
export function reportLiteralSecrets(value: unknown, production: boolean, report: Report): void {
  const severity = production ? 'error' : 'warning'
  function found(path: ConfigPath, what: string): void {
    const message = `${what} is written in the file`
    report({ severity, path, message, fix: 'write `${env:NAME}` or `${file:path}` instead' })
  }
  function walk(node: unknown, path: ConfigPath): void {
    if (typeof node === 'string') {
      const what = secretIn(node, path)
      if (what !== null) found(path, what)
    } else if (Array.isArray(node)) {
      node.forEach((item, index) => walk(item, [...path, index]))
    } else if (typeof node === 'object' && node !== null) {
      if ('kty' in node && JWK_PRIVATE_MEMBERS.some((member) => Object.hasOwn(node, member))) {
        found(path, 'a private key')
      }
      for (const [key, item] of Object.entries(node)) walk(item, [...path, key])
    }
  }
  walk(value, [])
}

function secretIn(text: string, path: ConfigPath): string | null {
  if (PRIVATE_KEY.test(text)) return 'a private key'
  const written = text.replace(/\$\{[^}]*\}/g, '')
  if (written.search(URL_PASSWORD) !== -1) return 'a password'
  const isHeaderValue = path.includes('headers') && ['set', 'headers'].includes(String(path.at(-2)))
  const isProxyToken = path[0] === 'egress' && path[1] === 'tokens'
  const isClientSecret = path[0] === 'admin' && path.at(-1) === 'clientSecret'
  const isCredential =
    isProxyToken || isClientSecret || (isHeaderValue && SECRET_KEY.test(String(path.at(-1))))
  // `Bearer ${env:TOKEN}` leaves only the scheme behind.
  return isCredential && written === text ? 'a credential' : null
}

/** A line of the file with what looks like a password or credential starred out, every column where it was. */
export function hideSecrets(line: string): string {
  return line
    .replace(URL_PASSWORD, (_, before: string, password: string) => before + stars(password))
    .replace(SECRET_ENTRY, (whole: string, key: string, colon: string, value: string) =>
      value.includes('${') ? whole : key + colon + stars(value),
    )
}

function stars(text: string): string {
  return '*'.repeat(text.length)
}

/** Takes the values of `secrets` out of a problem's words; at the place where one was put in, every larger piece of it. */
export function redactProblem(problem: Problem, secrets: readonly Secret[]): Problem {
  let { message, fix } = problem
  for (const { path, reference, value } of secrets) {
    const isHere = path.every((part, index) => problem.path[index] === part)
    if (!isHere && value.length < TELLING_LENGTH) continue
    if (value.length < TELLING_LENGTH) {
      message = `${hideShort(message, value, reference, true)} (in ${reference})`
      fix = hideShort(fix, value, reference, false)
      continue
    }
    message = message.replaceAll(value, reference)
    fix = fix.replaceAll(value, reference)
    if (!isHere) continue
    message = `${hideShared(message, value, reference)} (in ${reference})`
    fix = hideShared(fix, value, reference)
  }
  return { ...problem, message: hideUrlPassword(message), fix: hideUrlPassword(fix) }
}

function hideUrlPassword(text: string): string {
  return text.replace(URL_PASSWORD, '$1***')
}

/**
 * A secret of one to three characters is in half of our own words, too: of these only whole ones are replaced. What
 * stands in quotes is somebody's value, or (where not `isValueQuoted`) advice of ours: in a value every piece is.
 */
function hideShort(
  text: string,
  secret: string,
  reference: string,
  isValueQuoted: boolean,
): string {
  if (secret === '') return text
  const escaped = secret.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const whole = new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'gu')
  return text
    .split(reference)
    .map((part) =>
      part.replaceAll(QUOTED_OR_NOT, (piece) =>
        isValueQuoted && /^[`'"]/.test(piece)
          ? piece.replaceAll(secret, () => reference)
          : piece.replaceAll(whole, () => reference),
      ),
    )
    .join(reference)
}

/** `text` without the runs it shares with `secret`, in whatever case; `reference` itself stays. */
function hideShared(text: string, secret: string, reference: string): string {
  return text
    .split(reference)
    .map((part) => hideRuns(part, secret.toLowerCase()))
    .join(reference)
}

function hideRuns(text: string, secret: string): string {
  const lower = text.toLowerCase()
  let out = ''
  for (let start = 0; start < text.length;) {
    let length = TELLING_LENGTH
    if (!secret.includes(lower.slice(start, start + length)) || start + length > text.length) {
      out += text[start]
      start += 1
      continue
    }
    while (
      start + length < text.length &&
      secret.includes(lower.slice(start, start + length + 1))
    ) {
      length += 1
    }
    out += '…'
    start += length
  }
  return out
}
