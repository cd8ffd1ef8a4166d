// The one spelling of a request target: what routing, policy and the upstream all see, so that no two of them can read it differently.

/** Why a target was refused; the word is also the log field and the problem code. */
export type TargetReason =
  | 'target_invalid'
  | 'path_backslash'
  | 'path_invalid_encoding'
  | 'path_encoded_control'
  | 'path_encoded_slash'
  | 'path_encoded_backslash'
  | 'path_double_encoded'
  | 'path_dot_segment'

/** `path` starts with `/`; `query` is without `?` and '' where there is none. */
export type CanonicalTarget =
  | { readonly path: string; readonly query: string }
  | { readonly reason: TargetReason }

// Segments that start with no dot and hold no escape are canonical already: nearly every request of every client.
const SEGMENT = "[\\w~!$&'()*+,;=:@-][\\w.~!$&'()*+,;=:@-]*"
const QUERY = '[!-"$-~]*'
const PLAIN_TARGET = new RegExp(`^/(?:${SEGMENT}(?:/${SEGMENT})*/?)?(?:\\?${QUERY})?$`)

const VISIBLE_ASCII = /^\/[!-"$-~]*$/
const VALID_QUERY = new RegExp(`^${QUERY}$`)
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/
const ENCODED_CONTROL = /%(?:[01][0-9A-Fa-f]|7[Ff])/
const ENCODED_SLASH = /%2[Ff]/
const ENCODED_BACKSLASH = /%5[Cc]/
const ESCAPE = /%[0-9A-Fa-f]{2}/g
const UNRESERVED = /^[\w.~-]$/
const DOUBLE_ENCODED = /%25[0-9A-Fa-f]{2}/
const ENCODED_NON_ASCII = /%[89A-F]/
// Clients send these raw although RFC 3986 has no place for them.
const TOLERATED_RAW = /["<>^`{|}]/g
const REPEATED_SLASHES = /\/{2,}/g
// `..;x` is `..` to a server that cuts path parameters off before it resolves dots.
const DOT_SEGMENT = /\/(?:\.{1,2}(?:\/|$)|\.+(?:;|%3B))/

/**
 * The canonical form of an origin-form target (RFC 9112 section 3.2.1), or why there is none. Escapes of unreserved
 * characters are decoded once, the others get upper-case digits, repeated slashes merge, raw `"<>^`{|}` are encoded;
 * path parameters (`;`) and the query stay as they are. Applying it twice changes nothing.
 */
export function canonicalTarget(target: string): CanonicalTarget {
  const mark = target.indexOf('?')
  const rawPath = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  if (PLAIN_TARGET.test(target)) return { path: rawPath, query }
  if (!VISIBLE_ASCII.test(rawPath) || !VALID_QUERY.test(query)) return { reason: 'target_invalid' }
  if (rawPath.includes('\\')) return { reason: 'path_backslash' }
  let path = rawPath
  if (path.includes('%')) {
    const reason = forbiddenEscape(path)
    if (reason !== null) return { reason }
    path = path.replace(ESCAPE, canonicalEscape)
    // Only now: `%25%32%65` becomes `%252e` by the decoding above.
    if (DOUBLE_ENCODED.test(path)) return { reason: 'path_double_encoded' }
    if (ENCODED_NON_ASCII.test(path) && !isUtf8(path)) return { reason: 'path_invalid_encoding' }
  }
  path = path.replace(TOLERATED_RAW, encodeURIComponent).replace(REPEATED_SLASHES, '/')
  if (DOT_SEGMENT.test(path)) return { reason: 'path_dot_segment' }
  return { path, query }
}

function forbiddenEscape(path: string): TargetReason | null {
  if (BROKEN_ESCAPE.test(path)) return 'path_invalid_encoding'
  if (ENCODED_CONTROL.test(path)) return 'path_encoded_control'
  if (ENCODED_SLASH.test(path)) return 'path_encoded_slash'
  if (ENCODED_BACKSLASH.test(path)) return 'path_encoded_backslash'
  return null
}

function canonicalEscape(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return UNRESERVED.test(character) ? character : escape.toUpperCase()
}

/** Whether the escapes of `path` spell valid UTF-8: no overlong forms, surrogates or stray bytes. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
