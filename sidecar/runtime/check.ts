// Checks a value against a schema and reports everything that is wrong, in the words of the person who wrote the value.

import type { TSchema } from 'typebox'
import type { ConfigPath, Problem, Report } from './problem.ts'
import {
  constants,
  expectation,
  explanation,
  fixFor,
  flatten,
  isOfType,
  matches,
  quoted,
  shown,
  type Schema,
} from './schema-words.ts'
import { closest } from './suggest.ts'

/**
 * Reports every problem of `value`, never just the first, and answers whether there was none.
 * A missing key is reported at the path it would have. Of a union, the branch is taken that the value was most likely
 * meant for, so that the problems are about that branch and not about all of them.
 */
export function check(
  schema: TSchema,
  value: unknown,
  report: Report,
  at: ConfigPath = [],
): boolean {
  let sound = true
  checkNode(schema, value, at, (problem) => {
    sound = false
    report(problem)
  })
  return sound
}

function checkNode(schema: Schema, value: unknown, at: ConfigPath, report: Report): void {
  if (schema.anyOf !== undefined) return checkUnion(schema, value, at, report)
  if (schema.const !== undefined || schema.enum !== undefined) {
    const accepted = constants(schema)
    if (!accepted.includes(value)) report(mismatch(schema, value, at))
    return
  }
  if (!isOfType(schema, value)) return report(mismatch(schema, value, at))
  switch (schema.type) {
    case 'object':
      return checkObject(schema, value as Record<string, unknown>, at, report)
    case 'array':
      return checkArray(schema, value as readonly unknown[], at, report)
    case 'string':
      return checkString(schema, value as string, at, report)
    case 'number':
    case 'integer':
      return checkNumber(schema, value as number, at, report)
    default:
  }
}

function checkUnion(schema: Schema, value: unknown, at: ConfigPath, report: Report): void {
  const branches = flatten(schema).filter((branch) => isOfType(branch, value))
  const attempts: Problem[][] = []
  for (const branch of branches) {
    const problems: Problem[] = []
    checkNode(branch, value, at, (problem) => problems.push(problem))
    if (problems.length === 0) return
    attempts.push(problems)
  }
  const isWord = typeof value === 'string' && constants(schema).length > 0
  if (attempts.length === 0 || isWord) return report(mismatch(schema, value, at))
  const best = attempts.reduce((a, b) => (b.length < a.length ? b : a))
  best.forEach(report)
}

function checkObject(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  at: ConfigPath,
  report: Report,
): void {
  const { properties = {}, patternProperties = {}, required = [] } = schema
  for (const key of required) {
    if (value[key] === undefined || !Object.hasOwn(value, key)) {
      const fix = `add \`${key}\`: ${explanation(properties[key] ?? {})}`
      report(error([...at, key], `missing key \`${key}\``, fix))
    }
  }
  const patterns = Object.entries(patternProperties)
  for (const key of Object.keys(value)) {
    if (value[key] === undefined) continue
    const path = [...at, key]
    const known = Object.hasOwn(properties, key)
      ? properties[key]
      : patterns.find(([pattern]) => matches(pattern, key))?.[1]
    if (known !== undefined) checkNode(known, value[key], path, report)
    else if (schema.additionalProperties === false) {
      report({ ...unknownKey(key, properties, patterns.length > 0), path, atKey: true })
    }
  }
  const count = Object.keys(value).length
  checkRange(count, schema.minProperties, schema.maxProperties, 'entry', at, report)
}

function checkArray(
  schema: Schema,
  value: readonly unknown[],
  at: ConfigPath,
  report: Report,
): void {
  checkRange(value.length, schema.minItems, schema.maxItems, 'entry', at, report)
  const { items } = schema
  if (items !== undefined) {
    value.forEach((item, index) => checkNode(items, item, [...at, index], report))
  }
}

function checkString(schema: Schema, value: string, at: ConfigPath, report: Report): void {
  if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
    const wanted = expectation(schema)
    const what = wanted === 'text' ? 'of the form that belongs here' : wanted
    report(error(at, `${shown(value)} is not ${what}`, fixFor(schema, value)))
    return
  }
  checkRange(value.length, schema.minLength, schema.maxLength, 'character', at, report)
}

function checkNumber(schema: Schema, value: number, at: ConfigPath, report: Report): void {
  const { minimum = -Infinity, maximum = Infinity } = schema
  if (value >= minimum && value <= maximum) return
  const range = rangeText(schema.minimum, schema.maximum)
  report(error(at, `${value} is out of range`, `write ${range}`))
}

function checkRange(
  count: number,
  minimum: number | undefined,
  maximum: number | undefined,
  noun: 'entry' | 'character',
  at: ConfigPath,
  report: Report,
): void {
  if (count >= (minimum ?? 0) && count <= (maximum ?? Infinity)) return
  const message = count === 0 ? 'this is empty' : `this has ${count} ${plural(noun, count)}`
  const bound = plural(noun, maximum ?? minimum ?? 0)
  report(error(at, message, `write ${rangeText(minimum, maximum)} ${bound}`))
}

function rangeText(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum === undefined) return `at most ${maximum}`
  if (maximum === undefined) return `at least ${minimum}`
  return `${minimum} to ${maximum}`
}

function plural(noun: 'entry' | 'character', count: number): string {
  if (count === 1) return noun
  return noun === 'entry' ? 'entries' : 'characters'
}

function unknownKey(
  key: string,
  properties: Readonly<Record<string, Schema>>,
  isRecord: boolean,
): Problem {
  const names = Object.keys(properties)
  const near = closest(key, names)
  if (near !== null) {
    return error(
      [],
      `unknown key ${quoted(key)}; did you mean \`${near}\`?`,
      `rename it to \`${near}\``,
    )
  }
  if (isRecord) {
    const fix = 'write letters, digits, `-`, `_` and `.`, beginning with a letter or digit'
    return error([], `${quoted(key)} cannot be used as a name here`, fix)
  }
  return error([], `unknown key ${quoted(key)}`, `remove it; the keys here are ${names.join(', ')}`)
}

function mismatch(schema: Schema, value: unknown, at: ConfigPath): Problem {
  return error(at, `expected ${expectation(schema)}, got ${shown(value)}`, fixFor(schema, value))
}

function error(path: ConfigPath, message: string, fix: string): Problem {
  return { severity: 'error', path, message, fix }
}
