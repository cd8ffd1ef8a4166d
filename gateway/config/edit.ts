// Edits of the configuration text that leave every other byte of it alone: comments, order, quotes and blank lines.

import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { SallyportError } from '../../sidecar/runtime/errors.ts'

/** Keys and indexes from the root. */
export type EditPath = readonly (string | number)[]

/**
 * Adds an entry to the list at `path`, which is made where it is not there yet, together with what it stands in.
 * Throws SallyportError `not_editable` where something else stands there, or the text is no YAML.
 */
export function appendEntry(text: string, path: EditPath, value: unknown): string {
  const root = rootOf(text)
  let parent: YAMLMap | YAMLSeq = root
  for (const [depth, key] of path.entries()) {
    const next = childOf(parent, key)
    if (next === null) return addPair(text, parent, key, path.slice(depth + 1), [value])
    if (isSeq(next) && depth === path.length - 1) return addItem(text, next, value)
    if (!isMap(next) && !isSeq(next)) throw notEditable(path.slice(0, depth + 1))
    parent = next
  }
  throw notEditable(path)
}

/** Removes the entry of the list, or the pair of the map, at `path`. Throws as `appendEntry`. */
export function removeEntry(text: string, path: EditPath): string {
  const [from, to] = extentOf(text, parentAt(text, path), path.at(-1)!)
  return text.slice(0, from) + text.slice(to)
}

/** Sets the value of a key of the map at `path`; the key is made where it is not there yet. Throws as `appendEntry`. */
export function setValue(text: string, path: EditPath, value: unknown): string {
  const parent = parentAt(text, path)
  const key = path.at(-1)!
  const child = isMap(parent) ? childOf(parent, key) : null
  if (child === null) return addPair(text, parent, key, [], value)
  const [from, to] = child.range!
  return text.slice(0, from) + flow(value) + text.slice(to)
}

function rootOf(text: string): YAMLMap {
  const document = parseDocument(text, { keepSourceTokens: true, uniqueKeys: false })
  if (document.errors.length > 0 || !isMap(document.contents)) throw notEditable([])
  return document.contents
}

/** What the last key stands in. */
function parentAt(text: string, path: EditPath): YAMLMap | YAMLSeq {
  const parentPath = path.slice(0, -1)
  let parent: YAMLMap | YAMLSeq = rootOf(text)
  for (const key of parentPath) {
    const next = childOf(parent, key)
    if (!isMap(next) && !isSeq(next)) throw notEditable(parentPath)
    parent = next
  }
  return parent
}

function childOf(parent: YAMLMap | YAMLSeq, key: string | number): Node | null {
  const child = parent.get(key, true)
  if (child === undefined || child === null) return null
  // `rules:` with nothing behind it is as good as none.
  return isScalar(child) && child.value === null ? null : child
}

function addItem(text: string, list: YAMLSeq, value: unknown): string {
  const last = list.items.at(-1) as Node | undefined
  if (list.flow === true)
    return insertInFlow(text, endOf(list) - 1, flow(value), last !== undefined)
  const [start, end] = last!.range!
  const indent = indentAt(text, text.lastIndexOf('-', start))
  return insertLine(text, end, `${indent}- ${flow(value)}`)
}

/** `rest`: keys below `key` that are made, too. */
function addPair(
  text: string,
  parent: YAMLMap | YAMLSeq,
  key: string | number,
  rest: EditPath,
  innermost: unknown,
): string {
  if (!isMap(parent) || typeof key === 'number') throw notEditable([key])
  const value = rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), innermost)
  const empty = parent.items.find(({ key: name }) => isScalar(name) && name.value === key)
  if (empty !== undefined) return fillPair(text, empty, value)
  if (parent.flow === true) {
    const pair = flow({ [key]: value })
      .slice(1, -1)
      .trim()
    return insertInFlow(text, endOf(parent) - 1, pair, parent.items.length > 0)
  }
  const last = parent.items.at(-1)
  const first = parent.items[0]
  if (last === undefined || first === undefined) throw notEditable([key])
  const indent = indentAt(text, (first.key as Node).range![0])
  return insertLine(text, endOfPair(text, last), `${indent}${key}: ${flow(value)}`)
}

/** Behind the colon of a pair without a value (or with `null` or `~` for one). */
function fillPair(text: string, { key, value: none }: Pair, value: unknown): string {
  const colon = text.indexOf(':', (key as Node).range![1]) + 1
  const [from, to] = (none as Node | null)?.range ?? [colon, colon]
  const rest = to > from && from >= colon ? text.slice(to) : text.slice(colon)
  return `${text.slice(0, colon)} ${flow(value)}${rest}`
}

function insertInFlow(text: string, at: number, item: string, isBehind: boolean): string {
  const before = text.slice(0, at).trimEnd()
  const separator = isBehind && !before.endsWith(',') ? ', ' : ' '
  return `${before}${separator}${item} ${text.slice(at)}`
}

/** Below the line in which `end` stands, comment and all. */
function insertLine(text: string, end: number, line: string): string {
  const at = text.indexOf('\n', lineStop(text, end))
  return at === -1
    ? `${text.replace(/\n*$/, '')}\n${line}\n`
    : `${text.slice(0, at)}\n${line}${text.slice(at)}`
}

/** A block value may count the line end behind it as its own. */
function lineStop(text: string, end: number): number {
  return end > 0 && text[end - 1] === '\n' ? end - 1 : end
}

function extentOf(
  text: string,
  parent: YAMLMap | YAMLSeq,
  key: string | number,
): readonly [from: number, to: number] {
  const index = isMap(parent)
    ? parent.items.findIndex(({ key: name }) => isScalar(name) && name.value === key)
    : Number(key)
  const item = parent.items[index]
  if (item === undefined) throw notEditable([key])
  const node = isMap(parent) ? ((item as Pair).key as Node) : (item as Node)
  const end = isMap(parent) ? endOfPair(text, item as Pair) : (item as Node).range![1]
  const [start] = node.range!
  if (parent.flow === true) return flowExtent(text, start, end, index > 0)
  const from = isMap(parent) ? start : text.lastIndexOf('-', start)
  const lineStart = text.lastIndexOf('\n', from - 1) + 1
  if (parent.items.length === 1 || text.slice(lineStart, from).trim() !== '') {
    throw notEditable([key])
  }
  const lineEnd = text.indexOf('\n', lineStop(text, end))
  return [lineStart, lineEnd === -1 ? text.length : lineEnd + 1]
}

/** With the comma before it, or for the first one the comma behind it. */
function flowExtent(
  text: string,
  start: number,
  end: number,
  hasBefore: boolean,
): [number, number] {
  if (hasBefore) return [text.lastIndexOf(',', start), end]
  const comma = /^\s*,\s*/.exec(text.slice(end))
  return [start, end + (comma?.[0].length ?? 0)]
}

function endOf(node: Node): number {
  return node.range![1]
}

function endOfPair(text: string, { key, value }: Pair): number {
  const node = value as Node | null
  return node?.range ? node.range[1] : text.indexOf(':', (key as Node).range![1]) + 1
}

function indentAt(text: string, at: number): string {
  return ' '.repeat(at - text.lastIndexOf('\n', at - 1) - 1)
}

/** On one line, as it can stand anywhere. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}

function notEditable(path: EditPath): SallyportError {
  const where = path.length === 0 ? 'the file' : `\`${path.join('.')}\``
  return new SallyportError(
    'not_editable',
    `${where} cannot be edited by a program: edit the file by hand`,
  )
}
