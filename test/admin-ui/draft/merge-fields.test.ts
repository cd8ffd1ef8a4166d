import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  mergedText,
  mergeFields,
  pathKey,
  type Texts,
} from '../../../admin-ui/draft/merge-fields.ts'
import { parseConfig } from '../../../admin-ui/config-text/parse.ts'

const BASE = `# the shop
routes:
  - name: orders # keep me
    match: /orders/*
    to: http://127.0.0.1:1
    limits: [ 1/s per ip ]
  - name: hello
    match: /hello
    to: http://127.0.0.1:2
`

function texts(mine: string, theirs: string): Texts {
  return { base: BASE, mine, theirs }
}

const replaced = (from: string, to: string): string => {
  assert.ok(BASE.includes(from))
  return BASE.replace(from, to)
}

function keysOf(all: Texts, chosen: readonly (readonly string[])[] = []): string {
  const merge = mergeFields(all)!
  return mergedText(all, merge, new Set(chosen.map(pathKey)))
}

const LIMITS = ['routes', 'orders', 'limits']

suite('a merge by fields', () => {
  test('takes neighbouring fields of one route from both, and asks nobody', () => {
    const all = texts(
      replaced('to: http://127.0.0.1:1', 'to: http://127.0.0.1:9'),
      replaced('limits: [ 1/s per ip ]', 'limits: [ 2/s per ip ]'),
    )
    assert.deepEqual(mergeFields(all)?.conflicts, [])
    const text = keysOf(all)
    assert.match(text, /to: http:\/\/127\.0\.0\.1:9\n {4}limits: \[ 2\/s per ip \]/)
    assert.match(text, /^# the shop\n/)
    assert.match(text, /# keep me/)
  })

  test('asks where both changed one field, and takes what is chosen', () => {
    const all = texts(
      replaced('[ 1/s per ip ]', '[ 2/s per ip ]'),
      replaced('[ 1/s per ip ]', '[ 3/s per ip ]'),
    )
    const { conflicts } = mergeFields(all)!
    assert.deepEqual(conflicts, [
      { path: LIMITS, base: ['1/s per ip'], mine: ['2/s per ip'], theirs: ['3/s per ip'] },
    ])
    assert.match(keysOf(all), /3\/s per ip/)
    assert.match(keysOf(all, [LIMITS]), /2\/s per ip/)
  })

  test('asks nobody where both did the same', () => {
    const same = replaced('[ 1/s per ip ]', '[ 2/s per ip ]')
    const mine = same.replace('match: /hello', 'match: /hi')
    const merge = mergeFields(texts(mine, same))!
    assert.deepEqual(merge.conflicts, [])
    assert.deepEqual(merge.mine, [['routes', 'hello', 'match']])
  })

  test('asks for the whole route where one removed it and the other changed it', () => {
    const removed = BASE.slice(0, BASE.indexOf('  - name: hello'))
    const changed = replaced('match: /hello', 'match: /hi')
    const path = ['routes', 'hello']
    const all = texts(changed, removed)
    assert.deepEqual(
      mergeFields(all)?.conflicts.map((one) => one.path),
      [path],
    )
    const nameOf = (text: string): unknown[] => parseConfig(text).routes.map(({ name }) => name)
    assert.deepEqual(nameOf(keysOf(all)), ['orders'])
    const kept = keysOf(all, [path])
    assert.deepEqual(nameOf(kept), ['orders', 'hello'])
    assert.match(kept, /match: \/hi/)
    const other = texts(removed, changed)
    assert.deepEqual(nameOf(keysOf(other, [path])), ['orders'])
    assert.deepEqual(nameOf(keysOf(other)), ['orders', 'hello'])
  })

  test('keeps both of two routes that were added at the same place', () => {
    const added = (name: string): string => `${BASE}  - { name: ${name}, match: /${name} }\n`
    const all = texts(added('mine'), added('theirs'))
    assert.deepEqual(mergeFields(all)?.conflicts, [])
    assert.deepEqual(
      parseConfig(keysOf(all)).routes.map(({ name }) => name),
      ['orders', 'hello', 'theirs', 'mine'],
    )
  })

  test('lets a person choose between two routes of one name', () => {
    const added = (path: string): string => `${BASE}  - { name: new, match: /${path} }\n`
    const all = texts(added('mine'), added('theirs'))
    const path = ['routes', 'new']
    assert.deepEqual(
      mergeFields(all)?.conflicts.map((one) => one.path),
      [path],
    )
    assert.match(keysOf(all), /match: \/theirs/)
    assert.match(keysOf(all, [path]), /match: \/mine/)
    assert.doesNotMatch(keysOf(all, [path]), /match: \/theirs/)
  })

  test('says that it cannot where a text is no YAML', () => {
    assert.equal(mergeFields(texts('routes: [', BASE)), null)
  })
})
