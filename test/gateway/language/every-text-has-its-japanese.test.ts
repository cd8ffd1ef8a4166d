// Whatever the sources say to people is there in Japanese, and nothing is there that they say no longer.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigSchema } from '../../../gateway/config/schema.ts'
import { CATALOGUE, FURTHER_CATALOGUE } from '../../../gateway/language/catalogue.ts'
import { inLanguage } from '../../../gateway/language/in-language.ts'
import {
  COUNT_TEXTS,
  FRAME_TEXTS,
  LIST_TEXTS,
  SEAM_TEXTS,
  WORD_TEXTS,
} from '../../../gateway/language/joint-texts.ts'
import type { Schema } from '../../../sidecar/runtime/schema-words.ts'
import { isEnglishLeft } from './english-left.ts'
import { schemaTexts } from './schema-texts.ts'
import { textsInSources, textsOf } from './texts-in-sources.ts'

/** All that may reach a person by a problem, a check, the admin API or the command line's refusals. */
const SOURCES = [
  'gateway/{allow,auth,config,cors,decide,limit,route}/**/*.ts',
  'gateway/control/**/*.ts',
  'gateway/cli/*.ts',
  'gateway/changes.ts',
  'sidecar/{policy,runtime}/**/*.ts',
  'sidecar/upstream/compile*.ts',
]
/** Whose words are no sentences to people, or are in both languages already. */
const ELSEWHERE = new RegExp(
  [
    // Keys of the configuration and of the API: read from the schemas themselves.
    '/(?:[a-z]+-)?options\\.ts$',
    'config/schema\\.ts$',
    // For logs alone, or a program for the store.
    'config/watch\\.ts$',
    'limit/(?:fastify-store|keys|lane|redis-store|remote-store|take-script)\\.ts$',
    'fleet/scripts\\.ts$',
    // For sidecars and identity providers, which are programs.
    'control/mesh/(?:requests|shared-[a-z]+)\\.ts$',
    // Written to a terminal once, or into a file, before anybody could choose a language.
    'control/setup/initial-admin\\.ts$',
    'control/admin/network\\.ts$',
    'control/audit/csv\\.ts$',
    'control/ca/join-tokens\\.ts$',
    'config/text-diff\\.ts$',
    'console/static-files\\.ts$',
    // Documentation of the API.
    'admin/openapi\\.ts$',
    // For hosts that are called, whatever language we speak.
    'allow/client-hello\\.ts$',
    'admin/(?:local-socket|console-certificate)\\.ts$',
    // In both languages by their own dictionaries.
    'check-words(?:-en|-ja)?\\.ts$',
    'cli/(?:help|completion[a-z-]*|commands)\\.ts$',
    'access/known-passwords\\.ts$',
    'auth/reserved-headers\\.ts$',
  ].join('|'),
)
/** Read like a sentence and are none. */
const NO_SENTENCES = new Set([
  'openid profile email',
  'session/(unknown name)',
  'csrf of {}',
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'attachment; filename="audit.{}"',
  '{} mesh {}',
  'sentinel {} {}',
  'cluster {}',
  '{} {} ms',
  // Thrown where a program is wrong, not its input.
  'nobody knows {}',
  'schema type {} is not understood',
  // Summaries of operations.
  'Makes another development root and announces it to every sidecar; nothing is issued below it yet.',
  'Issues below the announced root from now on; refused until every sidecar believes it.',
  'Takes back an announced root.',
  'return 1',
])

/** What is typed, what is shown as it is, and how a command begins what it says. */
const USAGE =
  /^\s*sallyport:? |^(?:ls \||\[--)|^`ls`|^`denied`|^[a-z-]+ \d$|^usage: |^\{\} ms$|^\s+(?:of|on) \{\}(?:\{\})?$|^(?:not after|next try|used by|other route)$/

const found = textsInSources(SOURCES).filter(
  ({ file, text }) =>
    !ELSEWHERE.test(file) && !NO_SENTENCES.has(text) && !USAGE.test(text) && !text.includes('\n'),
)

suite('every text has its Japanese', () => {
  test('each sentence of the sources is in the catalogue', () => {
    const missing = found.filter(({ text }) => !Object.hasOwn(CATALOGUE, text))
    const lines = missing.map(({ file, line, text }) => `${file}:${line}  ${text}`)
    assert.deepEqual(lines, [])
  })

  test('each key of the configuration is explained', () => {
    const texts = new Set(schemaTexts(ConfigSchema as unknown as Schema))
    assert.ok(texts.size > 250)
    assert.deepEqual(
      [...texts].filter((text) => isEnglishLeft(inLanguage(text, 'ja'))),
      [],
    )
  })

  test('nothing in the catalogue is said no longer', () => {
    const said = new Set(textsInSources(SOURCES).map(({ text }) => text))
    assert.deepEqual(
      Object.keys(CATALOGUE).filter((text) => !said.has(text)),
      [],
    )
  })

  test('the Japanese names only values that there are', () => {
    // What others say may be said with less.
    const all = { ...CATALOGUE, ...COUNT_TEXTS, ...FRAME_TEXTS, ...LIST_TEXTS, ...SEAM_TEXTS }
    for (const [english, japanese] of Object.entries(all)) {
      const count = english.split('{}').length - 1
      const named = [...japanese.matchAll(/\{(\d+)w?\}/g)].map(([, number]) => Number(number))
      assert.ok(
        named.every((number) => number >= 1 && number <= count),
        english,
      )
      assert.equal(new Set(named).size, named.length, `${english} says a value twice`)
      const bare = english.replaceAll('{}', '')
      if (count > 0 && named.length < count)
        assert.fail(`${english} loses a value in Japanese: ${bare}`)
    }
  })

  test('the Japanese is Japanese', () => {
    const all = { ...CATALOGUE, ...FURTHER_CATALOGUE, ...COUNT_TEXTS, ...WORD_TEXTS }
    for (const [english, japanese] of Object.entries(all)) {
      assert.ok(!isEnglishLeft(japanese), `${english} → ${japanese}`)
      assert.doesNotMatch(japanese, /[。．]$|\s$|^\s|[，！]|、、|。。/, english)
    }
  })

  test('a sentence that is new is found wherever it stands', () => {
    const source = [
      "throw new ApiError('conflict', `${name} was never seen before`)",
      "const fault = { message: isFar ? 'it is far away' : `it is ${count === 1 ? 'one step' : 'some steps'} off` }",
      "log.info('a line of the log')",
      "report(error(at, 'this and ' + what + ' do not fit', 'write another'))",
    ].join('\n')
    assert.deepEqual(
      textsOf('new.ts', source).map(({ line, text }) => `${line} ${text}`),
      [
        '1 {} was never seen before',
        '2 it is far away',
        '2 it is one step off',
        '2 it is some steps off',
        '4 this and {} do not fit',
        '4 write another',
      ],
    )
  })
})
