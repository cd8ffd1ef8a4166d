// A word of the gateway in the words of people, or itself where it is a newer one.

export function wordFor(words: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(words, key) ? words[key]! : key
}
