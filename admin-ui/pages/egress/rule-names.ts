// The names that rules of the way out have in a text.

import { mapOf, parseConfig } from '../../config-text/parse.ts'

export function ruleNames(text: string): readonly string[] {
  const { rules } = mapOf(parseConfig(text).root['egress'])
  return Array.isArray(rules) ? rules.map((rule) => String(mapOf(rule)['name'])) : []
}
