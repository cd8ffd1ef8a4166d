// Edits of the configuration text that change what they are about and leave every other byte alone.

import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { flowText } from './parse.ts'

/** Keys and indexes from the root. */
export type EditPath = readonly (string | number)[]

/** The text cannot be edited by a program there; a person can. */
export class NotEditable extends Error {}

/** Sets the value of a key of a map that exists; the key is made where it is not there yet. */
export function setKey(text: string, path: EditPath, value: unknown): string {
  const map = mapAt(text, path.slice(0, -1))
  const key = String(path.at(-1))
  const pair = pairOf(map, key)
  if (pair === null) return addPair(text, map, `${flowText(key)}: ${flowText(value)}`)
  const colon = text.indexOf(':', (pair.key as Node).range![1]) + 1
  const [start, end] = extentOf(text, pair.value as Node | null, colon)
  const space = start === colon || /\s$/.test(text.slice(colon, start)) === false ? ' ' : ''
  const isBelow = text.slice(colon, start).includes('\n')
  const from = isBelow ? colon : start
  return `${text.slice(0, from)}${isBelow ? ' ' : space}${flowText(value)}${text.slice(end)}`
}

/** Removes a key of a map; a text without it stays as it is. */
export function removeKey(text: string, path: EditPath): string {
  const map = mapAt(text, path.slice(0, -1))
  const key = String(path.at(-1))
  const pair = pairOf(map, key)
  if (pair === null) return text
  const start = (pair.key as Node).range![0]
  const colon = text.indexOf(':', (pair.key as Node).range![1]) + 1
  const [, end] = extentOf(text, pair.value as Node | null, colon)
  return removeEntry(text, map, map.items.indexOf(pair), start, end)
}

/** Adds an entry to the list at `path`, which is made where only its own key is missing: block form, one key on each line. */
export function addItemAt(
  text: string,
  path: EditPath,
  value: Readonly<Record<string, unknown>>,
): string {
  const parent = mapAt(text, path.slice(0, -1))
  const key = String(path.at(-1))
  const pair = pairOf(parent, key)
  const list = pair === null ? null : (pair.value as Node | null)
  if (pair === null) {
    if (path.length > 1) return addPair(text, parent, `${flowText(key)}: [ ${flowText(value)} ]`)
    return `${ended(text)}\n${key}:\n${blockItem(value, '  ')}`
  }
  if (list === null || (isScalar(list) && list.value === null)) {
    return setKey(text, path, [value])
  }
  if (!isSeq(list)) throw new NotEditable(key)
  const last = list.items.at(-1) as Node | undefined
  if (list.flow === true) {
    const close = list.range![1] - 1
    const before = text.slice(0, close).trimEnd()
    const comma = last === undefined || before.endsWith(',') ? ' ' : ', '
    return `${before}${comma}${flowText(value)} ${text.slice(close)}`
  }
  const dash = text.lastIndexOf('-', last!.range![0])
  const indent = ' '.repeat(dash - text.lastIndexOf('\n', dash - 1) - 1)
  const [, end] = extentOf(text, last!, last!.range![0])
  const at = text.indexOf('\n', end)
  const item = blockItem(value, indent)
  return at === -1
    ? `${ended(text)}${item}`
    : `${text.slice(0, at + 1)}${item}${text.slice(at + 1)}`
}

/** Removes an entry of a list. */
export function removeItem(text: string, path: EditPath): string {
  const list = nodeAt(text, path.slice(0, -1))
  const index = Number(path.at(-1))
  if (!isSeq(list)) throw new NotEditable(path.join('.'))
  const item = list.items[index] as Node | undefined
  if (item === undefined) throw new NotEditable(path.join('.'))
  const start = list.flow === true ? item.range![0] : text.lastIndexOf('-', item.range![0])
  const [, end] = extentOf(text, item, item.range![0])
  return removeEntry(text, list, index, start, end)
}

function removeEntry(
  text: string,
  { flow, items }: YAMLMap | YAMLSeq,
  index: number,
  start: number,
  end: number,
): string {
  if (flow === true) {
    if (index > 0) return text.slice(0, text.lastIndexOf(',', start)) + text.slice(end)
    const comma = /^\s*,\s*/.exec(text.slice(end))
    return text.slice(0, start) + text.slice(end + (comma?.[0].length ?? 0))
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  // The first key of an entry stands behind its dash, and the last entry would leave nothing behind.
  if (items.length === 1 || text.slice(lineStart, start).trim() !== '') throw new NotEditable('')
  const lineEnd = text.indexOf('\n', end)
  return text.slice(0, lineStart) + (lineEnd === -1 ? '' : text.slice(lineEnd + 1))
}

function addPair(text: string, map: YAMLMap, pair: string): string {
  const first = map.items[0]
  const last = map.items.at(-1)
  if (map.flow === true) {
    const close = map.range![1] - 1
    const before = text.slice(0, close).trimEnd()
    return `${before}${last === undefined || before.endsWith(',') ? ' ' : ', '}${pair} ${text.slice(close)}`
  }
  if (first === undefined || last === undefined) throw new NotEditable(pair)
  const start = (first.key as Node).range![0]
  const indent = ' '.repeat(start - text.lastIndexOf('\n', start - 1) - 1)
  const colon = text.indexOf(':', (last.key as Node).range![1]) + 1
  const [, end] = extentOf(text, last.value as Node | null, colon)
  const at = text.indexOf('\n', end)
  return at === -1
    ? `${ended(text)}${indent}${pair}\n`
    : `${text.slice(0, at + 1)}${indent}${pair}\n${text.slice(at + 1)}`
}

/** Without the line ends that a block counts as its own. */
function extentOf(text: string, node: Node | null, otherwise: number): readonly [number, number] {
  if (node?.range == null) return [otherwise, otherwise]
  const [start, end] = node.range
  return [start, start + text.slice(start, end).trimEnd().length]
}

function pairOf(map: YAMLMap, key: string): Pair | null {
  return map.items.find(({ key: name }) => isScalar(name) && String(name.value) === key) ?? null
}

function mapAt(text: string, path: EditPath): YAMLMap {
  const node = nodeAt(text, path)
  if (isMap(node)) return node
  throw new NotEditable(path.join('.'))
}

function nodeAt(text: string, path: EditPath): Node | null {
  const document = parseDocument(text, { uniqueKeys: false })
  if (document.errors.length > 0) throw new NotEditable(document.errors[0]!.message)
  return path.length === 0
    ? document.contents
    : ((document.getIn(path, true) as Node | undefined) ?? null)
}

function blockItem(value: Readonly<Record<string, unknown>>, indent: string): string {
  const lines = Object.entries(value).map(([key, part]) => `${flowText(key)}: ${flowText(part)}`)
  return `${indent}- ${lines.join(`\n${indent}  `)}\n`
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
