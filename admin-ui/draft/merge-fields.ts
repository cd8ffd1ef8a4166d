// Two people changed one configuration in the same place: what each did to what, and one text of what is chosen.

import { changesBetween } from '../config-text/changes.ts'
import { addItemAt, removeItem, removeKey, setKey, type EditPath } from '../config-text/edit.ts'
import { flowText, mapOf, parseConfig } from '../config-text/parse.ts'

/** By names: `['routes', 'orders', 'limits']`. */
export type FieldPath = readonly string[]

/** Changed by both, to different ends. A value that is not there is undefined. */
export interface Conflict {
  readonly path: FieldPath
  readonly base: unknown
  readonly mine: unknown
  readonly theirs: unknown
}

export interface FieldMerge {
  readonly conflicts: readonly Conflict[]
  /** What only I changed: it is put over theirs. */
  readonly mine: readonly FieldPath[]
  /** What only they changed: it stays. */
  readonly theirs: readonly FieldPath[]
}

export interface Texts {
  readonly base: string
  readonly mine: string
  readonly theirs: string
}

/** null where one of the texts is no YAML. */
export function mergeFields({ base, mine, theirs }: Texts): FieldMerge | null {
  const [ours, others] = [changesBetween(base, mine), changesBetween(base, theirs)]
  if (ours === null || others === null) return null
  const roots = { base: rootOf(base), mine: rootOf(mine), theirs: rootOf(theirs) }
  const paths: FieldPath[] = []
  for (const { path: a } of ours) {
    for (const { path: b } of others) {
      if (!isWithin(a, b) && !isWithin(b, a)) continue
      const shorter = a.length <= b.length ? a : b
      if (!paths.some((path) => isWithin(shorter, path))) paths.push(shorter)
    }
  }
  const outer = paths.filter((path) => !paths.some((one) => one !== path && isWithin(path, one)))
  const conflicts = outer
    .map((path) => ({
      path,
      base: valueAt(roots.base, path),
      mine: valueAt(roots.mine, path),
      theirs: valueAt(roots.theirs, path),
    }))
    .filter((conflict) => !isSame(conflict.mine, conflict.theirs))
  const alone = (path: FieldPath): boolean => !outer.some((one) => isWithin(path, one))
  return {
    conflicts,
    mine: ours.map(({ path }) => path).filter(alone),
    theirs: others.map(({ path }) => path).filter(alone),
  }
}

/**
 * Theirs with all that only I changed, and with those conflicts that are chosen (by `pathKey`). Throws NotEditable where
 * a program cannot put something there.
 */
export function mergedText(
  { mine, theirs }: Pick<Texts, 'mine' | 'theirs'>,
  merge: FieldMerge,
  chosen: ReadonlySet<string>,
): string {
  const root = rootOf(mine)
  const paths = [
    ...merge.mine,
    ...merge.conflicts.map(({ path }) => path).filter((path) => chosen.has(pathKey(path))),
  ]
  return paths.reduce((text, path) => withValue(text, path, valueAt(root, path)), theirs)
}

export function pathKey(path: FieldPath): string {
  return JSON.stringify(path)
}

function withValue(text: string, path: FieldPath, value: unknown): string {
  const root = rootOf(text)
  const at = editPath(root, path)
  const parent = valueAt(root, path.slice(0, -1))
  const isThere = valueAt(root, path) !== undefined
  if (!Array.isArray(parent)) {
    if (value !== undefined) return setKey(text, at, value)
    return isThere ? removeKey(text, at) : text
  }
  if (value === undefined) return isThere ? removeItem(text, at) : text
  // An entry that both have is set key by key, so that its place and its comments stay.
  if (isThere) return withKeys(text, at, mapOf(valueAt(root, path)), mapOf(value))
  return addItemAt(text, at.slice(0, -1), mapOf(value))
}

function withKeys(
  text: string,
  at: EditPath,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string {
  const gone = Object.keys(before).filter((key) => !(key in after))
  const other = Object.entries(after).filter(([key, value]) => !isSame(before[key], value))
  const without = gone.reduce((now, key) => removeKey(now, [...at, key]), text)
  return other.reduce((now, [key, value]) => setKey(now, [...at, key], value), without)
}

/** Names of entries become their indexes; one that is not there is put at the end. */
function editPath(root: unknown, path: FieldPath): EditPath {
  const at: (string | number)[] = []
  let value = root
  for (const name of path) {
    if (Array.isArray(value)) {
      const index = value.findIndex((item) => mapOf(item)['name'] === name)
      at.push(index === -1 ? value.length : index)
    } else at.push(name)
    value = partOf(value, name)
  }
  return at
}

function valueAt(root: unknown, path: FieldPath): unknown {
  return path.reduce(partOf, root)
}

function partOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.find((item) => mapOf(item)['name'] === name) as unknown
  return mapOf(value)[name]
}

function rootOf(text: string): unknown {
  return parseConfig(text).root
}

function isWithin(path: FieldPath, outer: FieldPath): boolean {
  return outer.every((part, index) => path[index] === part)
}

function isSame(a: unknown, b: unknown): boolean {
  return flowText(a ?? null) === flowText(b ?? null) && (a === undefined) === (b === undefined)
}
