// What people type, as the gateway reads it: full-width letters, digits and signs of a Japanese keyboard become plain ones.

/** NFKC without the spaces around it. */
export function plainText(text: string): string {
  return text.normalize('NFKC').trim()
}

/** As `plainText`; host names are lower case, and an ideographic full stop is a dot. */
export function plainHost(text: string): string {
  return plainText(text).replaceAll(/[。｡]/g, '.').toLowerCase()
}
