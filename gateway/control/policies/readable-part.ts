// Whether the start of a body is a text that people may look at, and that text.

const TEXT_TYPE =
  /^(?:text\/[\w.+-]+|application\/(?:(?:[\w.-]+\+)?(?:json|xml|yaml)|javascript|x-ndjson|x-www-form-urlencoded|graphql))\s*(?:;|$)/i
/** Other control characters than tab and line ends stand in no text. */
const BINARY = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/

/** null: no text. A character that `isCut` split at the end is left out. */
export function readablePart(
  bytes: Uint8Array,
  contentType: string,
  isCut: boolean,
): string | null {
  if (bytes.length === 0) return ''
  if (contentType !== '' && !TEXT_TYPE.test(contentType.trim())) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
    return BINARY.test(text) ? null : text
  } catch {
    return null
  }
}
