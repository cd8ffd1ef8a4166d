// Two people changed one text: what both did, line by line, or that they touched the same lines.

/** Beyond so many compared pairs of lines everything between the common ends counts as changed. */
const MAX_PAIRS = 4_000_000

/** Lines [from, to) of the base become `lines`. */
interface Edit {
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
}

export type Merge =
  | { readonly kind: 'merged'; readonly text: string }
  /** Both changed these lines of the base (1-based) in different ways. */
  | { readonly kind: 'conflict'; readonly fromLine: number; readonly toLine: number }

export function merge(base: string, ours: string, theirs: string): Merge {
  const lines = base.split('\n')
  const a = editsOf(lines, ours.split('\n'))
  const b = editsOf(lines, theirs.split('\n'))
  const result: string[] = []
  let at = 0
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]]
    if (x !== undefined && y !== undefined && isSame(x, y)) j++
    else if (x !== undefined && y !== undefined && touch(x, y)) {
      return {
        kind: 'conflict',
        fromLine: Math.min(x.from, y.from) + 1,
        toLine: Math.max(x.to, y.to),
      }
    }
    const isOurs =
      y === undefined || j === b.length || (x !== undefined && x.from <= y.from) || isSame(x, y)
    const next = isOurs && x !== undefined ? x : y!
    if (next === x) i++
    else j++
    result.push(...lines.slice(at, next.from), ...next.lines)
    at = next.to
  }
  result.push(...lines.slice(at))
  return { kind: 'merged', text: result.join('\n') }
}

/** Edits that meet at one line cannot be told apart from edits of the same line. */
function touch(a: Edit, b: Edit): boolean {
  return a.from <= b.to && b.from <= a.to
}

function isSame(a: Edit | undefined, b: Edit | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function editsOf(base: readonly string[], other: readonly string[]): readonly Edit[] {
  let start = 0
  while (start < base.length && start < other.length && base[start] === other[start]) start++
  let end = 0
  const most = Math.min(base.length, other.length) - start
  while (end < most && base[base.length - 1 - end] === other[other.length - 1 - end]) end++
  const a = base.slice(start, base.length - end)
  const b = other.slice(start, other.length - end)
  if (a.length === 0 && b.length === 0) return []
  if (a.length * b.length > MAX_PAIRS) return [{ from: start, to: start + a.length, lines: b }]
  return betweenMatches(a, b, matches(a, b), start)
}

/** Pairs of indexes of a longest common subsequence, in order. */
function matches(
  a: readonly string[],
  b: readonly string[],
): readonly (readonly [number, number])[] {
  const width = b.length + 1
  const longest = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!)
    }
  }
  const pairs: (readonly [number, number])[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++
    else j++
  }
  return pairs
}

function betweenMatches(
  a: readonly string[],
  b: readonly string[],
  pairs: readonly (readonly [number, number])[],
  offset: number,
): readonly Edit[] {
  const edits: Edit[] = []
  let [i, j] = [0, 0]
  for (const [x, y] of [...pairs, [a.length, b.length] as const]) {
    if (x > i || y > j) edits.push({ from: offset + i, to: offset + x, lines: b.slice(j, y) })
    i = x + 1
    j = y + 1
  }
  return edits
}
