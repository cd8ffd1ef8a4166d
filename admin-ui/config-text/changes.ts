// What two configuration texts differ in, told by the names of things and not by lines.

import { flowText, parseConfig, type YamlMap } from './parse.ts'

export interface Change {
  readonly kind: 'added' | 'removed' | 'changed'
  /** `['routes', 'orders', 'auth']` */
  readonly path: readonly string[]
  /** On one line; null where there is none. */
  readonly before: string | null
  readonly after: string | null
}

/** Below this the parts of a value are compared one by one: `routes`, the route, its key. */
const MAX_DEPTH = 4

/** In the order of the file; [] where they mean the same, and null where one of them is no YAML. */
export function changesBetween(before: string, after: string): readonly Change[] | null {
  const [a, b] = [parseConfig(before), parseConfig(after)]
  if (a.fault !== null || b.fault !== null) return null
  return compare(a.root, b.root, [])
}

function compare(before: unknown, after: unknown, path: readonly string[]): Change[] {
  if (isSame(before, after)) return []
  const [a, b] = [partsOf(before), partsOf(after)]
  if (a === null || b === null || path.length >= MAX_DEPTH)
    return [change('changed', path, before, after)]
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  const changes = names.flatMap((name) => {
    const at = [...path, name]
    if (!(name in a))
      return isGroup(b[name]) && path.length === 0
        ? compare({}, b[name], at)
        : [change('added', at, null, b[name])]
    if (!(name in b)) return [change('removed', at, a[name], null)]
    return compare(a[name], b[name], at)
  })
  return changes.length > 0 ? changes : [change('changed', path, before, after)]
}

/** By name: keys of a map, or the entries of a list that have one. */
function partsOf(value: unknown): YamlMap | null {
  if (Array.isArray(value)) {
    const names = value.map((item: unknown) => (item as { name?: unknown } | null)?.name)
    const isNamed = names.every((name) => typeof name === 'string')
    return isNamed && new Set(names).size === names.length
      ? Object.fromEntries(value.map((item: unknown, index) => [String(names[index]), item]))
      : null
  }
  return typeof value === 'object' && value !== null ? (value as YamlMap) : null
}

/** A section that is new altogether is told by what stands in it. */
function isGroup(value: unknown): boolean {
  return Array.isArray(value) && partsOf(value) !== null
}

function change(
  kind: Change['kind'],
  path: readonly string[],
  before: unknown,
  after: unknown,
): Change {
  return {
    kind,
    path,
    before: kind === 'added' ? null : flowText(before),
    after: kind === 'removed' ? null : flowText(after),
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
