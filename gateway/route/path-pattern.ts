// A path template of a `match:`, and the prefix of a `rewrite:`: canonical, or refused with the canonical spelling.

import { canonicalTarget } from '../../sidecar/forward/path.ts'
import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'
import type { PathPattern, PathSegment } from './plan.ts'

/** Segments of a template; the look-up goes no deeper. */
export const MAX_SEGMENTS = 64

const PARAMETER = /^\{([A-Za-z]\w{0,63})\}$/

interface Complaint {
  readonly message: string
  readonly fix: string
}

/** The pattern of a template such as `/orders/{id}/*`, or null after a report. */
export function compilePath(template: string, at: ConfigPath, report: Report): PathPattern | null {
  const complaint =
    spellingComplaint(template) ?? starComplaint(template) ?? parameterComplaint(template)
  if (complaint !== null) {
    report({ severity: 'error', path: at, ...complaint })
    return null
  }
  const prefix = template.endsWith('/*')
  const fixed = prefix ? template.slice(0, -2) : template
  const segments = fixed === '' ? [] : fixed.slice(1).split('/').map(toSegment)
  if (segments.length > MAX_SEGMENTS) {
    report({
      severity: 'error',
      path: at,
      message: `path \`${template}\` has ${segments.length} segments`,
      fix: `write at most ${MAX_SEGMENTS} segments, and \`/*\` for the rest`,
    })
    return null
  }
  return { template, segments, prefix }
}

/** The prefix of a rewrite, `/` or `/x/y`, or null after a report. */
export function compilePrefix(prefix: string, at: ConfigPath, report: Report): string | null {
  const trimmed = prefix.replace(/\/+$/, '') || '/'
  const complaint =
    spellingComplaint(prefix) ??
    (/[*{}]/.test(prefix)
      ? {
          message: `prefix \`${prefix}\` holds \`*\` or a parameter`,
          fix: 'write a fixed path; what `*` stood for is appended',
        }
      : null) ??
    (trimmed === prefix
      ? null
      : { message: `prefix \`${prefix}\` ends in a slash`, fix: `write \`${trimmed}\`` })
  if (complaint === null) return prefix
  report({ severity: 'error', path: at, ...complaint })
  return null
}

function toSegment(text: string): PathSegment {
  const parameter = PARAMETER.exec(text)
  return parameter ? { kind: 'parameter', name: parameter[1]! } : { kind: 'literal', value: text }
}

/** Whether requests can spell the path like this at all. */
function spellingComplaint(template: string): Complaint | null {
  if (!template.startsWith('/')) {
    return {
      message: `path \`${template}\` does not start with a slash`,
      fix: `write \`/${template}\``,
    }
  }
  if (/[?#]/.test(template)) {
    return {
      message: `path \`${template}\` holds a query or a fragment`,
      fix: 'write only the path; query parameters belong in `query`',
    }
  }
  // Braces are the template's own; everything else must be spelled as requests arrive.
  const escaped = template.replace(/[\s\u0080-\uffff]+/g, encodeText)
  const result = canonicalTarget(escaped)
  if ('reason' in result) {
    return {
      message: `path \`${template}\` can never be requested (${result.reason})`,
      fix: 'write the path as it looks after decoding, without `.` and `..` segments',
    }
  }
  const canonical = withBraces(result.path, template)
  if (canonical === template) return null
  return {
    message: `path \`${template}\` is not how requests spell it`,
    fix: `write \`${canonical}\``,
  }
}

/** Puts the braces of `template` back where canonicalisation escaped them; escapes the template wrote itself stay. */
function withBraces(path: string, template: string): string {
  const spelled = template.match(/[{}]|%7[BD]/gi) ?? []
  let index = 0
  return path.replace(/%7[BD]/g, (escape) => {
    const original = spelled[index++]!
    return original.length === 1 ? original : escape
  })
}

/** Percent-encodes white space and non-ASCII text; what is no text at all (a lone surrogate) stays and is refused later. */
function encodeText(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text
}

function starComplaint(template: string): Complaint | null {
  const star = template.indexOf('*')
  if (star === -1 || (star === template.length - 1 && template.endsWith('/*'))) return null
  return {
    message: `path \`${template}\` has a \`*\` that is not its whole last segment`,
    fix: 'write `/*` at the end for everything below, or `{name}` for one segment',
  }
}

function parameterComplaint(template: string): Complaint | null {
  const seen = new Set<string>()
  for (const segment of template.split('/')) {
    if (!/[{}]/.test(segment)) continue
    const name = PARAMETER.exec(segment)?.[1]
    if (name === undefined) {
      return {
        message: `path \`${template}\` has a segment \`${segment}\` that is neither fixed nor a parameter`,
        fix: 'a parameter is a whole segment `{name}` of letters, digits and `_`',
      }
    }
    if (seen.has(name)) {
      return {
        message: `path \`${template}\` names the parameter \`${name}\` twice`,
        fix: 'give each parameter its own name',
      }
    }
    seen.add(name)
  }
  return null
}
