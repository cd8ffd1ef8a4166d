// A schema as a nested list: each field with its kind, whether it must be there, and what it is.

import { Prose } from '../../kit/prose.tsx'
import { useWords } from '../../language/words.ts'
import { kindOf, type Schema } from './spec.ts'
import { API_WORDS } from './words.ts'

/** Deeper ones are not written out. */
const MAX_DEPTH = 8

export function SchemaView({
  schema,
  depth = 0,
}: {
  readonly schema: Schema
  readonly depth?: number
}) {
  const t = useWords(API_WORDS)
  const inner = innerOf(schema)
  const fields = Object.entries(inner.properties ?? {})
  const branches = inner.anyOf ?? inner.oneOf ?? []
  const objects = branches.filter(({ properties }) => properties !== undefined)
  if (depth > MAX_DEPTH) return null
  if (fields.length === 0 && objects.length === 0) {
    return depth === 0 ? <p className="muted">{kindText(schema, t)}</p> : null
  }
  return (
    <ul className="schema">
      {fields.map(([name, field]) => (
        <li key={name}>
          <code>{name}</code>{' '}
          <span className="kind">
            {kindText(field, t)}
            {inner.required?.includes(name) === true ? '' : `, ${t.optional}`}
          </span>
          {field.description !== undefined && (
            <p className="hint">
              <Prose text={field.description} />
            </p>
          )}
          <SchemaView schema={field} depth={depth + 1} />
        </li>
      ))}
      {objects.map((branch, index) => (
        <li key={index}>
          <span className="kind">{t.oneOf}</span>
          <SchemaView schema={branch} depth={depth + 1} />
        </li>
      ))}
    </ul>
  )
}

/** Of a list, what it is a list of. */
function innerOf(schema: Schema): Schema {
  return schema.items === undefined ? schema : innerOf(schema.items)
}

function kindText(schema: Schema, t: (typeof API_WORDS)['en']): string {
  if (schema.items !== undefined) return t.listOf(kindText(schema.items, t))
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  const branches = schema.anyOf ?? schema.oneOf
  if (branches !== undefined) {
    return [...new Set(branches.map((branch) => kindText(branch, t)))].join(' | ')
  }
  const isEmpty = Object.keys(schema.properties ?? {}).length === 0
  const kind = kindOf(schema)
  return kind === 'object' && isEmpty ? `object (${t.noFields})` : kind
}
