// JSON objects of a token read so that no two parsers can see different things in them.

/** Deepest nesting of objects and arrays that is read. */
export const MAX_JSON_DEPTH = 64

export type StrictJsonReason = 'json' | 'duplicate_member' | 'forbidden_member' | 'too_deep'

export type StrictJson =
  | { readonly kind: 'object'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly reason: StrictJsonReason }

// Names that change an object's nature when a careless consumer copies or merges it.
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads one JSON object (RFC 8259) from UTF-8 bytes and freezes it to its depths. Refused: invalid UTF-8, a byte order
 * mark, anything but an object, a member name twice in one object, names that touch prototypes, nesting deeper than
 * {@link MAX_JSON_DEPTH}. Never throws.
 */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  try {
    const text = utf8.decode(bytes)
    const fault = findFault(text)
    if (fault !== null) return { kind: 'refused', reason: fault }
    const value: unknown = JSON.parse(text, (_name, member: unknown) => Object.freeze(member))
    if (!isJsonObject(value)) return { kind: 'refused', reason: 'json' }
    return { kind: 'object', value }
  } catch {
    return { kind: 'refused', reason: 'json' }
  }
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const QUOTE = 0x22
const COLON = 0x3a

/** Looks at structure and names only: whether the text is JSON at all is left to JSON.parse. */
function findFault(text: string): Exclude<StrictJsonReason, 'json'> | null {
  // One entry for each open container: the names seen in an object, null for an array.
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
      case '[':
        if (open.length === MAX_JSON_DEPTH) return 'too_deep'
        open.push(text[at] === '{' ? new Set() : null)
        break
      case '}':
      case ']':
        open.pop()
        break
      case '"': {
        const end = stringEnd(text, at)
        const names = open.at(-1)
        if (names && text.charCodeAt(skipSpace(text, end)) === COLON) {
          const name = JSON.parse(text.slice(at, end)) as string
          if (names.has(name)) return 'duplicate_member'
          if (FORBIDDEN.has(name)) return 'forbidden_member'
          names.add(name)
        }
        at = end - 1
        break
      }
    }
  }
  return null
}

/** The index behind the closing quote of the string that starts at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1
  return at
}
