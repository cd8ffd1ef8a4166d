// What a command says line by line, in the language of its user; how it begins each stays as it is typed.

import { inLanguage } from '../../language/in-language.ts'
import type { Language } from './language.ts'

const LINE = /^(\s*(?:sallyport(?: [a-z-]+)?: )?)(.*?)(\s*)$/s

export function spoken(text: string, language: Language): string {
  if (language === 'en') return text
  return text
    .split('\n')
    .map((line) => {
      const [, before = '', said = '', after = ''] = LINE.exec(line) ?? []
      return before + inLanguage(said, language) + after
    })
    .join('\n')
}
