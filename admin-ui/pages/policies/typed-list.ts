// A list that somebody types: separated by spaces, lines or commas, those of a Japanese keyboard too.

import { plainText } from '../../language/typed-text.ts'

export function typedList(text: string): readonly string[] {
  return plainText(text)
    .split(/[\s,、]+/)
    .filter((word) => word !== '')
}
