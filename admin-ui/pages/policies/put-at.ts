// Writes one value of the configuration text, or takes it out, with the maps above it made and removed as needed.

import { NotEditable, removeKey, setKey, type EditPath } from '../../config-text/edit.ts'
import { mapOf, parseConfig } from '../../config-text/parse.ts'

/** `value` undefined: nothing shall stand there. Throws NotEditable. */
export function putAt(text: string, path: EditPath, value: unknown): string {
  const parentPath = path.slice(0, -1)
  const key = String(path.at(-1))
  const parent = valueAt(text, parentPath)
  const isMap = typeof parent === 'object' && parent !== null && !Array.isArray(parent)
  if (!isMap) {
    if (value === undefined) return text
    if (parent !== undefined && parent !== null) throw new NotEditable(parentPath.join('.'))
    return putAt(text, parentPath, { [key]: value })
  }
  if (value !== undefined) return setKey(text, path, value)
  const others = Object.keys(mapOf(parent)).filter((one) => one !== key)
  return others.length === 0 && parentPath.length > 0
    ? putAt(text, parentPath, undefined)
    : removeKey(text, path)
}

function valueAt(text: string, path: EditPath): unknown {
  let value: unknown = parseConfig(text).root
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string | number, unknown>)[key]
  }
  return value
}
