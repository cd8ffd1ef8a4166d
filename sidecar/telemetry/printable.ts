// Text from strangers, made safe for a log line and a terminal.

// C0 and C1 controls, DEL, line separators, and the marks that reorder text on a screen.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** `text` with unsafe characters written as escapes, cut at `maxLength` characters. */
export function printable(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
  if (cut.search(UNSAFE) === -1) return cut
  return cut.replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
