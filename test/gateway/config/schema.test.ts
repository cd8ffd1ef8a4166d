import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Compile } from 'typebox/compile'
import { readDocument } from '../../../gateway/config/document.ts'
import { ConfigSchema, jsonSchema } from '../../../gateway/config/schema.ts'
import { check } from '../../../sidecar/runtime/check.ts'

const exampleFile = new URL('../../../deploy/config/sallyport.yaml', import.meta.url)
const example = readDocument(readFileSync(exampleFile, 'utf8')).value

const UNDERSTOOD = new Set(
  (
    'type const enum anyOf properties patternProperties additionalProperties required ' +
    'minProperties maxProperties items minItems maxItems pattern minLength maxLength ' +
    'minimum maximum title description default'
  ).split(' '),
)

type Json = Record<string, unknown>

/** Every schema in `node`, with where it is. */
function* schemasOf(node: Json, path = ''): Generator<[path: string, schema: Json]> {
  yield [path, node]
  for (const key of ['properties', 'patternProperties']) {
    for (const [name, child] of Object.entries((node[key] ?? {}) as Record<string, Json>)) {
      yield* schemasOf(child, `${path}.${name}`)
    }
  }
  for (const child of (node['anyOf'] ?? []) as Json[]) yield* schemasOf(child, path)
  if (node['items'] !== undefined) yield* schemasOf(node['items'] as Json, `${path}[]`)
}

test('the schema uses only keywords the check understands', () => {
  for (const [path, schema] of schemasOf(jsonSchema())) {
    const { $schema: _, ...rest } = schema
    const foreign = Object.keys(rest).filter((keyword) => !UNDERSTOOD.has(keyword))
    assert.deepEqual(foreign, [], path)
  }
})

test('every key that can be written has a description', () => {
  for (const [path, schema] of schemasOf(jsonSchema())) {
    for (const [key, child] of Object.entries(
      (schema['properties'] ?? {}) as Record<string, Json>,
    )) {
      const texts = [child, ...((child['anyOf'] ?? []) as Json[])].map((one) => one['description'])
      assert.ok(
        texts.some((text) => typeof text === 'string' && text !== ''),
        `${path}.${key}`,
      )
    }
  }
})

test('every object refuses unknown keys, except where a person chooses the keys', () => {
  for (const [path, schema] of schemasOf(jsonSchema())) {
    if (schema['properties'] !== undefined) {
      assert.equal(schema['additionalProperties'], false, path)
    }
  }
})

test('the JSON Schema document says what it is', () => {
  const document = jsonSchema()
  assert.equal(document['$schema'], 'https://json-schema.org/draft/2020-12/schema')
  assert.equal(document['title'], 'Sallyport configuration')
  assert.match(String(document['description']), /configuration file/)
  assert.deepEqual(document, JSON.parse(JSON.stringify(document)))
})

test('the check and the schema library agree on a thousand mutations of the example', () => {
  const reference = Compile(ConfigSchema)
  assert.ok(reference.Check(example))
  let refused = 0
  const random = createRandom(20_250_101)
  for (let round = 0; round < 1000; round++) {
    const mutant = mutate(structuredClone(example), random)
    const sound = check(ConfigSchema, mutant, () => undefined)
    assert.equal(sound, reference.Check(mutant), JSON.stringify(mutant))
    if (!sound) refused += 1
  }
  assert.ok(refused > 300 && refused < 1000, `${refused} refused`)
})

const STRANGE: readonly unknown[] = [
  null,
  0,
  1,
  -1,
  1.5,
  1e9,
  true,
  false,
  '',
  'off',
  'none',
  'public',
  'embedded',
  '5s',
  '10MiB',
  'header:x',
  'unlimited',
  '1%',
  '127.0.0.1:1',
  [],
  [1],
  ['x'],
  {},
  { x: 1 },
  [{ service: 'x' }],
  { sample: '101%' },
]

/** A copy of `root` with one or two places replaced, removed or added to. */
function mutate(root: unknown, random: () => number): unknown {
  const places = [...placesIn(root)]
  for (let count = 1 + Math.floor(random() * 2); count > 0; count--) {
    const { holder, key } = places[Math.floor(random() * places.length)]!
    const strange = structuredClone(STRANGE[Math.floor(random() * STRANGE.length)])
    const action = random()
    if (action < 0.6) holder[key] = strange
    else if (Array.isArray(holder)) holder.push(strange)
    else if (action < 0.8) delete holder[key]
    else holder[`${key}x`] = strange
  }
  return root
}

function* placesIn(node: unknown): Generator<{ holder: Json; key: string }> {
  if (typeof node !== 'object' || node === null) return
  for (const [key, value] of Object.entries(node)) {
    yield { holder: node as Json, key }
    yield* placesIn(value)
  }
}

/** Mulberry32: small, seeded, good enough for choosing mutations. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
