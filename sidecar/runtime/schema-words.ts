// The words in which a schema is explained: what was expected, what was found, what to write instead.

import { closest } from './suggest.ts'
import { DURATION_PATTERN, SIZE_PATTERN } from './units.ts'

/** The part of JSON Schema that is understood; anything else in a schema is a mistake of ours and throws. */
export interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean
  readonly required?: readonly string[]
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  /** What the value is called in messages: `a name`, `a URL`. */
  readonly title?: string
  readonly description?: string
}

// Patterns are the schema's own constants, so their number is bounded by the program's text.
const compiledPatterns = new Map<string, RegExp>()

const SHOWN_LENGTH = 60
const YES = new Set(['yes', 'on', 'y', 'true'])
const NO = new Set(['no', 'off', 'n', 'false'])

/** What to write instead: a near word, the spelling YAML needs, else the key's own description. */
export function fixFor(schema: Schema, value: unknown): string {
  const branches = flatten(schema)
  if (value === null) return `write ${expectation(schema)}, or remove the key`
  if (typeof value === 'string') {
    const words = constants(schema).filter((word) => typeof word === 'string')
    const near = closest(value, words)
    if (near !== null) return `did you mean \`${near}\`?`
    const accepts = (type: string) => branches.some((branch) => branch.type === type)
    if (accepts('boolean') && YES.has(value.toLowerCase())) return 'write `true`'
    if (accepts('boolean') && NO.has(value.toLowerCase())) return 'write `false`'
    const isNumeric = value.trim() !== '' && Number.isFinite(Number(value))
    if (isNumeric && (accepts('number') || accepts('integer'))) return 'remove the quotes'
    const respelled = branches.map((branch) => respell(branch, value)).find((text) => text !== null)
    if (respelled !== undefined) return `write \`${respelled}\``
  } else if (typeof value === 'number' || typeof value === 'boolean') {
    if (branches.some(isDuration)) return `add the unit, for example \`${String(value)}s\``
    if (branches.some(isSize)) return `add the unit, for example \`${String(value)}KiB\``
    const takesText = ({ type, const: word, pattern = '' }: Schema) =>
      type === 'string' && word === undefined && matches(pattern, String(value))
    if (branches.some(takesText)) return `put it in quotes: "${String(value)}"`
  }
  return explanation(schema)
}

/** The description as part of a sentence. */
export function explanation(schema: Schema): string {
  const { description } = schema
  if (description === undefined) return `write ${expectation(schema)}`
  const isAcronym = /^[A-Z]{2}/.test(description)
  const first = isAcronym ? description.charAt(0) : description.charAt(0).toLowerCase()
  return first + description.slice(1).replace(/\.$/, '')
}

export function expectation(schema: Schema): string {
  if (schema.anyOf !== undefined) {
    return schema.title ?? [...new Set(schema.anyOf.map(expectation))].join(' or ')
  }
  if (schema.enum !== undefined || schema.const !== undefined) {
    return constants(schema)
      .map((word) => `\`${String(word)}\``)
      .join(' or ')
  }
  if (isDuration(schema)) return 'a duration like `250ms`, `15s` or `1h`'
  if (isSize(schema)) return 'a size like `16KiB` or `10MiB`'
  if (schema.title !== undefined) return schema.title
  switch (schema.type) {
    case 'object':
      return 'keys with values'
    case 'array':
      return 'a list'
    case 'string':
      return 'text'
    case 'boolean':
      return '`true` or `false`'
    case 'integer':
      return 'a whole number'
    case 'number':
      return 'a number'
    default:
      return 'a value'
  }
}

export function isOfType(schema: Schema, value: unknown): boolean {
  if (schema.const !== undefined) return typeof schema.const === typeof value
  if (schema.enum !== undefined) return schema.enum.some((word) => typeof word === typeof value)
  switch (schema.type) {
    case undefined:
      return true
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'number':
      return Number.isFinite(value)
    case 'null':
      return value === null
    case 'string':
    case 'boolean':
      return typeof value === schema.type
    default:
      throw new TypeError(`schema type ${schema.type} is not understood`)
  }
}

/** The branches of a union and of the unions in it; a schema that is no union is its own only branch. */
export function flatten(schema: Schema): readonly Schema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(flatten)
}

export function constants(schema: Schema): readonly unknown[] {
  return flatten(schema).flatMap(
    (branch) => branch.enum ?? (branch.const === undefined ? [] : [branch.const]),
  )
}

/** `10 s` as `10s`, and `10MB` or `10m` as `10MiB`; null where that is not what was meant. */
function respell(schema: Schema, text: string): string | null {
  const [, digits, unit] = /^(\d+)\s*([a-z]*)$/i.exec(text) ?? []
  if (digits === undefined || unit === undefined) return null
  if (isDuration(schema)) {
    const compact = digits + unit.toLowerCase()
    return matches(DURATION_PATTERN, compact) ? compact : null
  }
  const prefix = /^[kmg]/i.exec(unit)?.[0].toUpperCase()
  if (!isSize(schema) || prefix === undefined) return null
  return `${digits}${prefix}iB`
}

function isDuration(schema: Schema): boolean {
  return schema.pattern === DURATION_PATTERN
}

function isSize(schema: Schema): boolean {
  return schema.pattern === SIZE_PATTERN
}

export function shown(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'keys with values'
  return JSON.stringify(typeof value === 'string' ? shortened(value) : value)
}

export function quoted(key: string): string {
  return `\`${shortened(key)}\``
}

function shortened(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}

export function matches(pattern: string, text: string): boolean {
  let expression = compiledPatterns.get(pattern)
  if (expression === undefined) {
    expression = new RegExp(pattern, 'u')
    compiledPatterns.set(pattern, expression)
  }
  return expression.test(text)
}
