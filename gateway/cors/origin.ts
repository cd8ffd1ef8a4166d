// One origin of a `cors:`: accepted only as browsers serialise it (RFC 6454 section 6.2), else refused with what to write.

import type { ConfigPath, Report } from '../../sidecar/runtime/problem.ts'

/** `wildcard`: `prefix` + exactly one label + `suffix`. */
export type OriginPattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly origin: string }
  | { readonly kind: 'wildcard'; readonly prefix: string; readonly suffix: string }

type Verdict = OriginPattern | { readonly message: string; readonly fix: string }

const REGULAR_EXPRESSION = /^[/^]|[\\^$()|+?]|\.\*/
const WEB_SCHEME = /^https?:\/\//i
// Apps and extensions have origins of their own; browsers serialise them as scheme and host.
const APP_ORIGIN = /^[a-z][a-z0-9.+-]*:\/\/[A-Za-z0-9._-]+(?::[1-9]\d{0,4})?$/
const BARE_HOST = /^[^\s:/]+(?::\d+)?$/
const HOST_NAME = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/

/** The pattern `text` stands for, or null after a report. */
export function compileOrigin(text: string, at: ConfigPath, report: Report): OriginPattern | null {
  const verdict = judgeOrigin(text)
  if ('kind' in verdict) return verdict
  report({ severity: 'error', path: at, ...verdict })
  return null
}

function judgeOrigin(text: string): Verdict {
  if (text === '*') return { kind: 'any' }
  if (text.toLowerCase() === 'null') {
    return {
      message: 'origin `null` is what sandboxed frames of any site send',
      fix: 'list the real origins of the pages',
    }
  }
  if (/^file:/i.test(text)) {
    return {
      message: `origin \`${text}\` never arrives: pages from files send \`null\``,
      fix: 'serve the page over https and list its origin',
    }
  }
  if (WEB_SCHEME.test(text)) return judgeWebOrigin(text)
  if (APP_ORIGIN.test(text)) return { kind: 'exact', origin: text }
  if (REGULAR_EXPRESSION.test(text)) return regularExpression(text)
  if (!BARE_HOST.test(text)) return notAnOrigin(text)
  return {
    message: `origin \`${text}\` has no scheme`,
    fix: `write \`https://${text}\``,
  }
}

function judgeWebOrigin(text: string): Verdict {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null)
    return REGULAR_EXPRESSION.test(text) ? regularExpression(text) : notAnOrigin(text)
  // URL parsing says what a browser would make of it; whatever it had to change could never equal an Origin field.
  const canonical = url.origin
  if (canonical === text) return judgeHost(text, url)
  if (url.username !== '' || url.password !== '')
    return notCanonical(text, 'names a user', canonical)
  if (/[?#]/.test(text) && !/[\\^$()|+]/.test(text)) {
    return notCanonical(text, 'holds a query or a fragment', canonical)
  }
  if (REGULAR_EXPRESSION.test(text)) return regularExpression(text)
  if (text === `${canonical}/`) return notCanonical(text, 'ends in a slash', canonical)
  if (url.pathname !== '/') return notCanonical(text, 'holds a path', canonical)
  if (text.toLowerCase() === canonical) return notCanonical(text, 'is not lower case', canonical)
  if (/:(?:80|443)\/?$/.test(text) && url.port === '') {
    return notCanonical(text, 'names the default port, which browsers leave out', canonical)
  }
  return notCanonical(text, 'is not how browsers spell it', canonical)
}

/** `text` is what URL parsing makes of itself; what is left is which hosts we accept. */
function judgeHost(text: string, url: URL): Verdict {
  const host = url.hostname
  if (host.endsWith('.')) {
    return notCanonical(
      text,
      'has a host that ends in a dot',
      text.replace(host, host.slice(0, -1)),
    )
  }
  if (host.startsWith('*.')) {
    const rest = host.slice(2)
    if (HOST_NAME.test(rest) && rest.includes('.')) {
      const [prefix = '', suffix = ''] = text.split('*')
      return { kind: 'wildcard', prefix, suffix }
    }
  }
  if (host.includes('*')) {
    return {
      message: `origin \`${text}\` has a \`*\` where none may stand`,
      fix: 'write `*` for the whole first label, with at least two labels behind it: `https://*.example.com`',
    }
  }
  if (host.startsWith('[') || HOST_NAME.test(host)) return { kind: 'exact', origin: text }
  return REGULAR_EXPRESSION.test(text) ? regularExpression(text) : notAnOrigin(text)
}

function notCanonical(text: string, what: string, canonical: string): Verdict {
  return { message: `origin \`${text}\` ${what}`, fix: `write \`${canonical}\`` }
}

function regularExpression(text: string): Verdict {
  return {
    message: `origin \`${text}\` looks like a regular expression; origins are compared exactly`,
    fix: 'list the origins, or write `https://*.example.com` for every name of one label more',
  }
}

function notAnOrigin(text: string): Verdict {
  return {
    message: `\`${text}\` is not an origin`,
    fix: 'write scheme, host and port only, as in `https://app.example.com`',
  }
}
