// Whether a text still speaks English, besides names, addresses and what stands in quotes.

const QUOTED = /`[^`]*`|"[^"]*"|'[^']*'|\{[^}]*\}|\[[^\]]*\]|https?:\/\/\S+/g
const RUN = /(?:^|[^\w.:/-])(?:[a-z’']{2,} ){2}[a-z’']{2,}(?![\w.:/-])/

/** Three words in a row in lower case. */
export function isEnglishLeft(text: string): boolean {
  return RUN.test(text.replaceAll(QUOTED, ' ~ '))
}
