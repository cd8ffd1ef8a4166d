// Finds the sentences that the sources may show to people: every string that reads like prose, `{}` where a value stands.

import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseSync } from 'vite'

export const ROOT = resolve(import.meta.dirname, '../../..')

export interface FoundText {
  readonly file: string
  readonly line: number
  readonly text: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [field: string]: unknown
}

/** Two words, or a word and a value, of which one begins in lower case. */
const PROSE =
  /(?:^|[\s(`"'])[a-z'’]{2,}[,:;]? (?=[A-Za-z0-9`"'({«<*-])|[`}"'] [a-z]{2,}(?: |$)|^[a-z]{2,} \{\}/
/** More than so many ways to read one template are not looked at apart. */
const MAX_VARIANTS = 24
/** Of calls: their texts go to logs, which stay English. */
const LOGGING = /^(?:log|trace|debug|info|warn)$/
/** Of objects and of JSON Schema: read by programs, or in the API's documentation alone. */
const DOCUMENTATION = new Set(['summary', 'description', 'title', 'usage', 'pattern'])

/** Each once per place, in the order of the files. */
export function textsInSources(patterns: readonly string[]): readonly FoundText[] {
  const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).toSorted()
  return files.flatMap((file) => textsOf(file, readFileSync(join(ROOT, file), 'utf8')))
}

export function textsOf(file: string, source: string): readonly FoundText[] {
  const found: FoundText[] = []
  const visit = (node: Node): void => {
    const read = isString(node) ? variants(node) : []
    for (const text of read.map((one) => one.replace(/\n$/, ''))) {
      if (!PROSE.test(text)) continue
      const line = source.slice(0, node.start).split('\n').length
      found.push({ file, line, text })
    }
    for (const child of children(node)) visit(child)
  }
  visit(parseSync(file, source).program as unknown as Node)
  return found
}

function isString(node: Node): boolean {
  if (node.type === 'Literal') return typeof node['value'] === 'string'
  return node.type === 'TemplateLiteral' || isJoined(node)
}

function isJoined(node: Node): boolean {
  if (node.type !== 'BinaryExpression' || node['operator'] !== '+') return false
  return isString(node['left'] as Node) || isString(node['right'] as Node)
}

/** All readings of a text; one for each way its choices go. */
function variants(node: Node): readonly string[] {
  if (node.type === 'Literal') return [String(node['value'])]
  if (node.type === 'ConditionalExpression') {
    const ways = [node['consequent'], node['alternate']] as Node[]
    if (ways.every(isChosen)) return ways.flatMap(variants)
  }
  if (isJoined(node))
    return products([variants(node['left'] as Node), variants(node['right'] as Node)])
  if (node.type !== 'TemplateLiteral') return ['{}']
  const quasis = node['quasis'] as { value: { cooked: string } }[]
  const places = (node['expressions'] as Node[]).map(variants)
  return products(
    quasis.flatMap(({ value }, at) => [[value.cooked], ...(places[at] ? [places[at]] : [])]),
  )
}

/** A choice between texts is read both ways. */
function isChosen(node: Node): boolean {
  return (
    isString(node) ||
    (node.type === 'ConditionalExpression' && isChosen(node['consequent'] as Node))
  )
}

function products(parts: readonly (readonly string[])[]): readonly string[] {
  let read: readonly string[] = ['']
  for (const part of parts) {
    const ways = read.length * part.length > MAX_VARIANTS ? ['{}'] : part
    read = read.flatMap((before) => ways.map((way) => before + way))
  }
  return read
}

function children(node: Node): readonly Node[] {
  if (isSilent(node)) return []
  const inner = isString(node) ? placesOf(node) : Object.values(node)
  return inner.flat().filter(isNode)
}

/** What stands in a text as a value may hold texts of its own; what was read as a part of it is not read again. */
function placesOf(node: Node): readonly unknown[] {
  if (node.type === 'Literal') return []
  if (isJoined(node))
    return [node['left'], node['right']].flatMap((one) =>
      isString(one as Node) ? placesOf(one as Node) : [one],
    )
  return (node['expressions'] as Node[]).flatMap((one) =>
    variants(one).join('') === '{}' ? [one] : conditions(one),
  )
}

function conditions(node: Node): readonly unknown[] {
  if (node.type === 'ConditionalExpression')
    return [
      node['test'],
      ...[node['consequent'], node['alternate']].flatMap((way) => conditions(way as Node)),
    ]
  return isString(node) ? placesOf(node) : [node]
}

function isSilent(node: Node): boolean {
  if (node.type.startsWith('TS') && !/^TS(?:As|Satisfies|NonNull)Expression$/.test(node.type))
    return true
  if (node.type === 'ImportDeclaration') return true
  if (node.type === 'Property') return DOCUMENTATION.has(nameOf(node['key']))
  if (node.type !== 'CallExpression') return false
  const { property, object } = node['callee'] as { property?: unknown; object?: unknown }
  return (
    LOGGING.test(nameOf(property)) ||
    /^#?log$/.test(nameOf(object)) ||
    /^log$/.test(nameOf(node['callee'])) ||
    /^#?log$/.test(nameOf((object as { property?: unknown } | undefined)?.property))
  )
}

function nameOf(node: unknown): string {
  const { name, value } = (node ?? {}) as { name?: unknown; value?: unknown }
  return typeof name === 'string' ? name : typeof value === 'string' ? value : ''
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}
