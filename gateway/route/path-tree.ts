// Path templates of one host as a tree by segment, walked so that the most specific template comes first.

import type { PathPattern } from './plan.ts'

/**
 * One place in the tree. `exact` holds what ends here, `prefix` what ends here with `/*`; both in the order in which
 * they are to be tried.
 */
export interface PathNode<T> {
  readonly literals: Map<string, PathNode<T>>
  parameter: PathNode<T> | null
  readonly exact: T[]
  readonly prefix: T[]
}

/** Who walks the tree and what it looks for. */
export interface Visitor<T, F> {
  /** Places looked at so far. */
  visits: number
  /** Judges the templates of one place; null: walk on. */
  consider(candidates: readonly T[]): F | null
}

export function emptyNode<T>(): PathNode<T> {
  return { literals: new Map(), parameter: null, exact: [], prefix: [] }
}

/** The list of the template's place, made where there is none: templates that differ only in parameter names share it. */
export function placeOf<T>(root: PathNode<T>, pattern: PathPattern): T[] {
  let node = root
  for (const segment of pattern.segments) {
    if (segment.kind === 'parameter') {
      node = node.parameter ??= emptyNode()
      continue
    }
    let child = node.literals.get(segment.value)
    if (child === undefined) {
      child = emptyNode()
      node.literals.set(segment.value, child)
    }
    node = child
  }
  return pattern.prefix ? node.prefix : node.exact
}

/**
 * Offers `visitor` the templates that match `path` from `start` on (the first character of a segment), most specific
 * first: segment by segment literal before parameter before `/*`. A parameter is never empty. The walk goes as deep as
 * the longest template, however long the path is.
 */
export function walk<T, F>(
  node: PathNode<T>,
  path: string,
  start: number,
  visitor: Visitor<T, F>,
): F | null {
  visitor.visits++
  if (start > path.length) {
    const found = node.exact.length === 0 ? null : visitor.consider(node.exact)
    if (found !== null) return found
  } else {
    const slash = path.indexOf('/', start)
    const end = slash === -1 ? path.length : slash
    const literal = node.literals.get(path.slice(start, end))
    if (literal !== undefined) {
      const found = walk(literal, path, end + 1, visitor)
      if (found !== null) return found
    }
    if (node.parameter !== null && end > start) {
      const found = walk(node.parameter, path, end + 1, visitor)
      if (found !== null) return found
    }
  }
  return node.prefix.length === 0 ? null : visitor.consider(node.prefix)
}
