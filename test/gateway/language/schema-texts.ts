// The words in which a schema says what it takes, of all its parts.

import { expectation, explanation, type Schema } from '../../../sidecar/runtime/schema-words.ts'

export function schemaTexts(schema: Schema): readonly string[] {
  const parts = [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.patternProperties ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ]
  return [expectation(schema), explanation(schema), ...parts.flatMap(schemaTexts)]
}
