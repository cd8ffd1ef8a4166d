// What changed between two texts, line by line, in unified form (Myers' greedy algorithm, bounded).

type Edit = { readonly kind: ' ' | '-' | '+'; readonly line: string }

const CONTEXT = 3
/** Beyond so many differing lines everything between the common ends is shown as replaced. */
const MAX_DISTANCE = 500
/** As other tools say it. */
const NO_END = '\\ No newline at end of file'

/** '' where the texts are equal. `before`, `after`: names for the head. */
export function unifiedDiff(
  old: string,
  text: string,
  names: { readonly before: string; readonly after: string },
): string {
  if (old === text) return ''
  const hunks = hunksOf(editsBetween(linesOf(old), linesOf(text)))
  return [`--- ${names.before}`, `+++ ${names.after}`, ...hunks, ''].join('\n')
}

/** A last line without an end is another one than the same with it. */
function linesOf(text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop()
  return last === undefined || last === '' ? lines : [...lines, `${last}\n${NO_END}`]
}

function editsBetween(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  const most = Math.min(a.length, b.length) - start
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const same = (line: string): Edit => ({ kind: ' ', line })
  return [
    ...a.slice(0, start).map(same),
    ...shortest(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ]
}

/** E. Myers, "An O(ND) Difference Algorithm", 1986: the furthest point of each diagonal for each number of edits. */
function shortest(a: readonly string[], b: readonly string[]): Edit[] {
  const replaced = (): Edit[] => [
    ...a.map((line): Edit => ({ kind: '-', line })),
    ...b.map((line): Edit => ({ kind: '+', line })),
  ]
  const rounds: Map<number, number>[] = []
  let furthest = new Map<number, number>([[1, 0]])
  for (let edits = 0; edits <= Math.min(a.length + b.length, MAX_DISTANCE); edits++) {
    rounds.push(furthest)
    furthest = new Map(furthest)
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = firstX(furthest, diagonal, edits)
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++
      furthest.set(diagonal, x)
      if (x >= a.length && x - diagonal >= b.length) return walkBack(a, b, rounds, edits)
    }
  }
  return replaced()
}

function firstX(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  const below = furthest.get(diagonal - 1) ?? -1
  const above = furthest.get(diagonal + 1) ?? -1
  const goesDown = diagonal === -edits || (diagonal !== edits && below < above)
  return goesDown ? above : below + 1
}

function walkBack(
  a: readonly string[],
  b: readonly string[],
  rounds: readonly ReadonlyMap<number, number>[],
  edits: number,
): Edit[] {
  const reversed: Edit[] = []
  let x = a.length
  let y = b.length
  for (let round = edits; round >= 0; round--) {
    const furthest = rounds[round]!
    const diagonal = x - y
    const start = firstX(furthest, diagonal, round)
    while (x > start && y > start - diagonal) {
      reversed.push({ kind: ' ', line: a[--x]! })
      y--
    }
    if (round === 0) break
    const isDown = start === (furthest.get(diagonal + 1) ?? -1)
    if (isDown && y > 0) reversed.push({ kind: '+', line: b[--y]! })
    else if (x > 0) reversed.push({ kind: '-', line: a[--x]! })
  }
  return reversed.toReversed()
}

function hunksOf(edits: readonly Edit[]): string[] {
  const wanted = edits.map((_, index) =>
    edits.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== ' '),
  )
  const lines: string[] = []
  let [oldLine, newLine] = [1, 1]
  for (let index = 0; index < edits.length;) {
    if (wanted[index] !== true) {
      index++
      oldLine++
      newLine++
      continue
    }
    let end = index
    while (end < edits.length && wanted[end] === true) end++
    const hunk = edits.slice(index, end)
    const olds = hunk.filter(({ kind }) => kind !== '+').length
    const news = hunk.filter(({ kind }) => kind !== '-').length
    lines.push(`@@ -${rangeOf(oldLine, olds)} +${rangeOf(newLine, news)} @@`)
    // One by one: as arguments of one call so many could not be passed.
    for (const { kind, line } of hunk) lines.push(kind + line)
    oldLine += olds
    newLine += news
    index = end
  }
  return lines
}

/** An empty range stands behind the line before it. */
function rangeOf(first: number, count: number): string {
  return `${count === 0 ? first - 1 : first},${count}`
}
