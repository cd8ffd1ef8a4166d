import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { linesOf, MAX_ROWS, TailRows } from '../../../../admin-ui/pages/tail/rows.ts'

const request = (id: string) => ({ name: 'request', data: { id } })
const shown = ({ rows }: TailRows): readonly string[] =>
  rows.map((row) => (row.kind === 'request' ? row.request.id : row.kind))

suite('the rows of the tail', () => {
  test('show the newest first, and keep their order through a pause', () => {
    const rows = new TailRows()
    rows.hear(request('a'), 0, 0)
    rows.flush()
    rows.hear(request('b'), 0, 0)
    rows.hear(request('c'), 0, 0)
    assert.deepEqual(shown(rows), ['a'])
    assert.equal(rows.waiting, 2)
    rows.flush()
    assert.deepEqual(shown(rows), ['c', 'b', 'a'])
  })

  test('say where something is missing', () => {
    const rows = new TailRows()
    rows.hear({ name: 'gap', data: { missed: null } }, 0, 0)
    rows.hear(request('a'), 0, 0)
    rows.flush()
    assert.deepEqual(shown(rows), ['a', 'gap'])
  })

  test('say for how long, once there was a request before', () => {
    const rows = new TailRows()
    rows.hear({ name: 'request', data: { id: 'a', atMs: 1000 } }, 0, 1500)
    rows.hear({ name: 'gap', data: { missed: 7 } }, 0, 31_000)
    rows.flush()
    const [gap] = rows.rows
    assert.deepEqual(gap, { kind: 'gap', key: '2', missed: 7, forMs: 30_000 })
  })

  test('are bounded, and what was dropped in a long pause is counted', () => {
    const rows = new TailRows()
    for (let i = 0; i < 2100; i++) rows.hear(request(String(i)), 0, 0)
    assert.equal(rows.waiting, 2100)
    rows.flush()
    assert.equal(rows.rows.length, MAX_ROWS)
    assert.equal(shown(rows)[0], '2099')
    rows.clear()
    assert.equal(rows.rows.length, 0)
  })

  test('tell how many of how many are shown', () => {
    const rows = new TailRows()
    for (let i = 0; i < 30; i++) rows.hear(request(String(i)), 1000, 0)
    rows.hear({ name: 'sampled', data: { skipped: 270 } }, 1000, 0)
    assert.deepEqual(rows.rates(2000), { shown: 10, all: 100 })
    assert.deepEqual(rows.rates(9000), { shown: 0, all: 0 })
  })

  test('stand in the order in which they ended, whichever worker told first', () => {
    const rows = new TailRows()
    const ended = (id: string, atMs: number) => ({ name: 'request', data: { id, atMs } })
    for (const one of [ended('a', 10), ended('c', 30), ended('b', 20)]) rows.hear(one, 0, 0)
    rows.hear({ name: 'gap', data: { missed: 1 } }, 0, 40)
    rows.hear(ended('late', 5), 0, 50)
    rows.flush()
    assert.deepEqual(shown(rows), ['late', 'gap', 'c', 'b', 'a'])
    const saved = linesOf(rows.rows)
    assert.deepEqual(
      saved
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { id: string }).id])),
      ['a', 'b', 'c', 'late'],
    )
  })
})
