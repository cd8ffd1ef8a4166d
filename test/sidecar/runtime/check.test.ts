import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type, type TSchema } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { DURATION_PATTERN, SIZE_PATTERN } from '../../../sidecar/runtime/units.ts'

const CLOSED = { additionalProperties: false }

function problems(schema: TSchema, value: unknown): Problem[] {
  const found: Problem[] = []
  const sound = check(schema, value, (problem) => found.push(problem))
  assert.equal(sound, found.length === 0)
  return found
}

/** `path: message → fix` of the only problem. */
function only(schema: TSchema, value: unknown): string {
  const found = problems(schema, value)
  assert.equal(found.length, 1, JSON.stringify(found))
  const { path, message, fix } = found[0]!
  return `${path.join('.')}: ${message} → ${fix}`
}

const Server = Type.Object(
  {
    name: Type.String({ description: 'Unique name.' }),
    timeout: Type.Optional(Type.String({ pattern: DURATION_PATTERN })),
    size: Type.Optional(
      Type.Union([Type.String({ pattern: SIZE_PATTERN }), Type.Literal('unlimited')]),
    ),
    mode: Type.Optional(Type.Enum(['none', 'cookie'])),
    on: Type.Optional(Type.Boolean()),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
    tags: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 2 })),
    labels: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.String(), CLOSED)),
    auth: Type.Optional(
      Type.Union([
        Type.Literal('public'),
        Type.Object({ issuer: Type.String(), audience: Type.String() }, CLOSED),
      ]),
    ),
    to: Type.Optional(
      Type.Union([
        Type.Object({ service: Type.String(), weight: Type.Optional(Type.Integer()) }, CLOSED),
        Type.Object({ url: Type.String() }, CLOSED),
      ]),
    ),
    jwk: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  CLOSED,
)

test('a value that fits has no problems', () => {
  const value = {
    name: 'a',
    timeout: '1.5s',
    size: 'unlimited',
    mode: 'cookie',
    on: false,
    count: 9,
    tags: ['x'],
    labels: { a: 'b' },
    auth: { issuer: 'i', audience: 'a' },
    to: { url: 'u' },
    jwk: { e: 1, x5c: [null] },
  }
  assert.deepEqual(problems(Server, value), [])
})

const cases: [name: string, value: Record<string, unknown>, told: string][] = [
  [
    'a misspelt key suggests the right one',
    { tiemout: '5s' },
    'tiemout: unknown key `tiemout`; did you mean `timeout`? → rename it to `timeout`',
  ],
  [
    'a key like no other lists the keys there are',
    { zzzzz: 1 },
    'zzzzz: unknown key `zzzzz` → remove it; the keys here are name, timeout, size, mode, on, count, tags, labels, auth, to, jwk',
  ],
  [
    'a key that is no name in a record',
    { labels: { 'A B': 'x' } },
    'labels.A B: `A B` cannot be used as a name here → write letters, digits, `-`, `_` and `.`, beginning with a letter or digit',
  ],
  [
    'a number where a duration belongs',
    { timeout: 5 },
    'timeout: expected a duration like `250ms`, `15s` or `1h`, got 5 → add the unit, for example `5s`',
  ],
  [
    'a duration with a space',
    { timeout: '5 S' },
    'timeout: "5 S" is not a duration like `250ms`, `15s` or `1h` → write `5s`',
  ],
  [
    'a size in decimal units',
    { size: '10MB' },
    'size: expected a size like `16KiB` or `10MiB` or `unlimited`, got "10MB" → write `10MiB`',
  ],
  [
    'a word near to an accepted one',
    { mode: 'coockie' },
    'mode: expected `none` or `cookie`, got "coockie" → did you mean `cookie`?',
  ],
  [
    'the yes of YAML 1.1',
    { on: 'yes' },
    'on: expected `true` or `false`, got "yes" → write `true`',
  ],
  [
    'the off of YAML 1.1',
    { on: 'off' },
    'on: expected `true` or `false`, got "off" → write `false`',
  ],
  ['a number out of range', { count: 10 }, 'count: 10 is out of range → write 1 to 9'],
  [
    'a fraction where a whole number belongs',
    { count: 1.5 },
    'count: expected a whole number, got 1.5 → write a whole number',
  ],
  [
    'a number in quotes',
    { count: '3' },
    'count: expected a whole number, got "3" → remove the quotes',
  ],
  [
    'a number where text belongs',
    { tags: [2] },
    'tags.0: expected text, got 2 → put it in quotes: "2"',
  ],
  ['an empty list', { tags: [] }, 'tags: this is empty → write 1 to 2 entries'],
  [
    'a list that is too long',
    { tags: ['a', 'b', 'c'] },
    'tags: this has 3 entries → write 1 to 2 entries',
  ],
  ['an empty text', { tags: [''] }, 'tags.0: this is empty → write at least 1 character'],
  [
    'a key without a value',
    { timeout: null },
    'timeout: expected a duration like `250ms`, `15s` or `1h`, got nothing → write a duration like `250ms`, `15s` or `1h`, or remove the key',
  ],
  [
    'a word where a word or keys belong',
    { auth: 'pubic' },
    'auth: expected `public` or keys with values, got "pubic" → did you mean `public`?',
  ],
  [
    'a value that fits no branch at all',
    { auth: [] },
    'auth: expected `public` or keys with values, got a list → write `public` or keys with values',
  ],
  [
    'a union reports the branch that was meant',
    { auth: { issuer: 'i' } },
    'auth.audience: missing key `audience` → add `audience`: write text',
  ],
  [
    'a union of objects reports the nearest of them',
    { to: { service: 's', weight: 'x' } },
    'to.weight: expected a whole number, got "x" → write a whole number',
  ],
  [
    'a very long text is not repeated in full',
    { mode: 'x'.repeat(100) },
    `mode: expected \`none\` or \`cookie\`, got "${'x'.repeat(60)}…" → write \`none\` or \`cookie\``,
  ],
]

for (const [name, value, told] of cases) {
  test(name, () => assert.equal(only(Server, { name: 'a', ...value }), told))
}

test('every problem is reported, not just the first', () => {
  const found = problems(Server, { timeout: 5, count: 0, mode: 'x', extra: 1 })
  assert.deepEqual(found.map(({ path }) => path.join('.')).toSorted(), [
    'count',
    'extra',
    'mode',
    'name',
    'timeout',
  ])
})

test('a missing key is told with its description, at the path it would have', () => {
  assert.equal(only(Server, {}), 'name: missing key `name` → add `name`: unique name')
})

test('what every object inherits is neither a value nor a known key', () => {
  const Loose = Type.Object({ toString: Type.String() }, CLOSED)
  assert.equal(problems(Loose, {}).length, 1)
  const found = problems(Server, { name: 'a', constructor: 1 })
  assert.match(found[0]!.message, /unknown key `constructor`/)
  const proto = JSON.parse('{"name":"a","__proto__":{}}') as unknown
  assert.match(problems(Server, proto)[0]!.message, /unknown key `__proto__`/)
})

test('an unknown key is marked as a problem with the key, a wrong value is not', () => {
  assert.equal(problems(Server, { name: 'a', x: 1 })[0]!.atKey, true)
  assert.equal(problems(Server, { name: 1 })[0]!.atKey, undefined)
})

test('a schema that is not understood throws instead of accepting everything', () => {
  assert.throws(() => problems(Type.Unsafe({ type: 'bigint' }), 1), /bigint is not understood/)
})
