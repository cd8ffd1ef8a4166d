// A diff leads from the one text to the other, whatever they are, and is as short as it can be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unifiedDiff } from '../../../../gateway/control/config/text-diff.ts'

const NAMES = { before: 'old', after: 'new' }
const diff = (old: string, text: string): string => unifiedDiff(old, text, NAMES)

/** What `patch` would make of it. */
function patched(old: string, changes: string): string {
  if (changes === '') return old
  const source = old.split('\n')
  const result: string[] = []
  let at = 0
  let isOpen = false
  const lines = changes.split('\n').slice(2, -1)
  for (const [index, line] of lines.entries()) {
    const hunk = /^@@ -(\d+),(\d+) \+(\d+),\d+ @@$/.exec(line)
    if (hunk !== null) {
      const first = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1)
      while (at < first) result.push(source[at++]!)
      const news = Number(hunk[3])
      if (!line.includes(',0 @@')) assert.equal(news, result.length + 1)
    } else if (line.startsWith('\\')) {
      if (!lines[index - 1]!.startsWith('-')) isOpen = true
    } else if (line.startsWith('+')) result.push(line.slice(1))
    else {
      assert.equal(line.slice(1), source[at++])
      if (line.startsWith(' ')) result.push(line.slice(1))
    }
  }
  if (isOpen) return result.join('\n')
  return [...result, ...source.slice(at, -1), source.length > at ? source.at(-1)! : ''].join('\n')
}

/** Numbers that are the same in every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * below)
  }
}

test('equal texts have no difference', () => {
  assert.equal(diff('', ''), '')
  assert.equal(diff('a\nb\n', 'a\nb\n'), '')
})

test('a changed line is shown with three lines around it', () => {
  const old = Array.from({ length: 12 }, (_, i) => `line ${i + 1}\n`).join('')
  assert.equal(
    diff(old, old.replace('line 6\n', 'six\n')),
    `--- old
+++ new
@@ -3,7 +3,7 @@
 line 3
 line 4
 line 5
-line 6
+six
 line 7
 line 8
 line 9
`,
  )
})

test('changes far apart are apart, and a text that begins or goes is all new or gone', () => {
  const old = Array.from({ length: 30 }, (_, i) => `${i}\n`).join('')
  const text = old.replace('2\n', '').replace('27\n', '27\nmore\n')
  assert.deepEqual(diff(old, text).match(/^@@.*$/gm), ['@@ -1,6 +1,5 @@', '@@ -26,5 +25,6 @@'])
  assert.equal(diff('', 'a\nb\n'), '--- old\n+++ new\n@@ -0,0 +1,2 @@\n+a\n+b\n')
  assert.equal(diff('a\n', ''), '--- old\n+++ new\n@@ -1,1 +0,0 @@\n-a\n')
})

test('a missing end of the last line is a difference that can be seen', () => {
  assert.equal(
    diff('a\nb', 'a\nb\n'),
    '--- old\n+++ new\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n',
  )
})

test('it leads from any text to any other, in as few lines as there are', () => {
  const random = sequence(7)
  for (let round = 0; round < 500; round++) {
    const make = (): string[] => Array.from({ length: random(12) }, () => 'abc'[random(3)]!)
    const [a, b] = [make(), make()]
    const [old, text] = [a, b].map((lines) => lines.map((line) => `${line}\n`).join('')) as [
      string,
      string,
    ]
    const changes = diff(old, text)
    assert.equal(patched(old, changes), text, changes)
    const edits = changes
      .split('\n')
      .slice(2)
      .filter((line) => /^[-+]/.test(line)).length
    assert.equal(edits, distance(a, b))
  }
})

test('texts that have little in common are compared in bounded time', () => {
  const make = (word: string): string => {
    return Array.from({ length: 10_000 }, (_, i) => `${word} ${i}\n${i % 7}\n`).join('')
  }
  const [old, text] = [make('old'), make('new')]
  const begunMs = performance.now()
  assert.equal(patched(old, diff(old, text)), text)
  assert.ok(performance.now() - begunMs < 5000)
})

/** Fewest insertions and deletions. */
function distance(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, index) => index + 1)
  row.unshift(0)
  for (const [i, line] of a.entries()) {
    const next = [i + 1]
    for (const [j, other] of b.entries()) {
      next.push(line === other ? row[j]! : Math.min(row[j + 1]!, next[j]!) + 1)
    }
    row = next
  }
  return row.at(-1)!
}
