// Edits change what they are for and not one byte more.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { appendEntry, removeEntry, setValue } from '../../../gateway/config/edit.ts'

const rule = { name: 'new', from: ['orders'], allow: ['api.example.com:443'] }
const path = ['egress', 'rules']
const written = '{ name: new, from: [ orders ], allow: [ api.example.com:443 ] }'

const cases: readonly (readonly [name: string, before: string, after: string])[] = [
  [
    'a block list, with comments',
    'a: 1 # one\negress:\n  rules:\n    # first\n    - name: old   # odd   spacing\n      from: [x]\n    # last word\nz: "9"\n',
    `a: 1 # one\negress:\n  rules:\n    # first\n    - name: old   # odd   spacing\n      from: [x]\n    - ${written}\n    # last word\nz: "9"\n`,
  ],
  [
    'a block list of flow entries',
    'egress:\n  rules:\n  - { name: old } # why\n  mode: enforce\n',
    `egress:\n  rules:\n  - { name: old } # why\n  - ${written}\n  mode: enforce\n`,
  ],
  [
    'a flow list',
    'egress: { rules: [ { name: old } ], mode: learn }\n',
    `egress: { rules: [ { name: old }, ${written} ], mode: learn }\n`,
  ],
  ['an empty flow list', 'egress:\n  rules: []\n', `egress:\n  rules: [ ${written} ]\n`],
  [
    'no list yet',
    'egress:\n  plain: 127.0.0.1:3128 # door\nroutes: []\n',
    `egress:\n  plain: 127.0.0.1:3128 # door\n  rules: [ ${written} ]\nroutes: []\n`,
  ],
  [
    'an empty key',
    'egress:\n  rules: # none\n  mode: learn\n',
    `egress:\n  rules: [ ${written} ] # none\n  mode: learn\n`,
  ],
  ['nothing at all', 'routes: []\n', `routes: []\negress: { rules: [ ${written} ] }\n`],
  ['no line end', 'routes: []', `routes: []\negress: { rules: [ ${written} ] }\n`],
  [
    'a flow map without it',
    'egress: { mode: learn }\n',
    `egress: { mode: learn, rules: [ ${written} ] }\n`,
  ],
]

for (const [name, before, after] of cases) {
  test(`an entry is added to ${name}`, () => {
    assert.equal(appendEntry(before, path, rule), after)
    const value = parse(after) as { egress: { rules: object[] } }
    assert.deepEqual(value.egress.rules.at(-1), rule)
  })
}

test('entries are removed from block and flow lists, with their own comments only', () => {
  const block =
    'rules:\n  # about a\n  - { name: a } # a\n  - name: b\n    from: [x]\n  - { name: c }\nz: 1\n'
  assert.equal(
    removeEntry(block, ['rules', 1]),
    'rules:\n  # about a\n  - { name: a } # a\n  - { name: c }\nz: 1\n',
  )
  assert.equal(
    removeEntry(block, ['rules', 2]),
    'rules:\n  # about a\n  - { name: a } # a\n  - name: b\n    from: [x]\nz: 1\n',
  )
  const flow = 'rules: [ { name: a }, { name: b }, { name: c } ]\n'
  assert.deepEqual(parse(removeEntry(flow, ['rules', 0])), {
    rules: [{ name: 'b' }, { name: 'c' }],
  })
  assert.equal(removeEntry(flow, ['rules', 2]), 'rules: [ { name: a }, { name: b } ]\n')
  assert.equal(removeEntry('a: 1\nb: 2 # two\nc: 3\n', ['b']), 'a: 1\nc: 3\n')
})

test('what is no list, or no YAML, is left to people', () => {
  for (const [text, where] of [
    ['egress: { rules: 5 }\n', path],
    ['egress: yes\n', path],
    ['egress: [\n', path],
    ['- a\n', path],
  ] as const) {
    assert.throws(() => appendEntry(text, where, rule), { code: 'not_editable' }, text)
  }
  assert.throws(() => removeEntry('a: 1\n', ['b']), { code: 'not_editable' })
})

test('a value with quotes, colons and line ends comes back as it was', () => {
  const value = { name: 'x: "y"', note: 'two\nlines # and more', list: ['[', '- a', 'ja: 設定'] }
  const text = appendEntry('list:\n  - 1\n', ['list'], value)
  assert.deepEqual((parse(text) as { list: unknown[] }).list[1], value)
})

test('a value is set, or its key made, and every other byte stays', () => {
  const text =
    'to:\n  - { service: a, weight:  90 } # most\n  - service: b   # some\n    weight: "5"\n  - service: c\n'
  const set = (at: number, value: number): string => setValue(text, ['to', at, 'weight'], value)
  assert.equal(set(0, 80), text.replace(' 90 ', ' 80 '))
  assert.equal(set(1, 20), text.replace('"5"', '20'))
  assert.equal(set(2, 0), `${text}    weight: 0\n`)
  assert.equal(
    setValue('to: [ { service: a } ]', ['to', 0, 'weight'], 1),
    'to: [ { service: a, weight: 1 } ]',
  )
  assert.throws(() => setValue(text, ['to', 9, 'weight'], 1), /edited by a program/)
})
