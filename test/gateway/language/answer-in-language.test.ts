// Answers in the language of the reader: texts alone change, and nothing a stranger writes makes it slow or wrong.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  answerInLanguage,
  problemInLanguage,
} from '../../../gateway/language/answer-in-language.ts'
import { inLanguage } from '../../../gateway/language/in-language.ts'
import { preferredLanguage } from '../../../gateway/language/preferred-language.ts'
import { problemTitle } from '../../../gateway/language/problem-titles.ts'
import { problemsOfRoute } from '../../../admin-ui/pages/routes/route-problems.ts'

suite('which language is wanted', () => {
  const cases: Readonly<Record<string, 'en' | 'ja'>> = {
    '': 'en',
    ja: 'ja',
    'ja-JP,ja;q=0.9,en;q=0.8': 'ja',
    JA: 'ja',
    'en, ja': 'en',
    'en;q=0.1, ja;q=0.2': 'ja',
    'ja;q=0, en;q=0.1': 'en',
    'ja;q=0': 'en',
    'fr, de;q=0.9': 'en',
    'fr, ja;q=0.1': 'ja',
    '*': 'en',
    '*, ja;q=0.5': 'en',
    'jav, jam': 'en',
    'ja;q=2': 'en',
    'ja;q=nonsense, en;q=0.1': 'en',
    ';;;,,,': 'en',
  }
  for (const [field, wanted] of Object.entries(cases)) {
    test(`${field === '' ? 'an empty field' : field} → ${wanted}`, () => {
      assert.equal(preferredLanguage(field), wanted)
    })
  }
  test('no field', () => assert.equal(preferredLanguage(undefined), 'en'))
})

suite('a text in another language', () => {
  test('values stay as they are, whatever they hold', () => {
    assert.equal(inLanguage('`remove it` is not a URL', 'ja'), '`remove it` はURLではありません')
    assert.equal(inLanguage('no user service', 'ja'), 'ユーザーserviceはいません')
    assert.equal(inLanguage('`{1}{2}` is not a URL', 'ja'), '`{1}{2}` はURLではありません')
  })

  test('texts within texts are said, too', () => {
    assert.equal(
      inLanguage('revision 7 could not be put to work on edge-1: the file is empty', 'ja'),
      'リビジョン7をedge-1で適用できませんでした：ファイルが空です',
    )
    assert.equal(
      inLanguage(
        'the configuration is not valid: service `x` is not used by any route (and 2 more)',
        'ja',
      ),
      '設定が正しくありません：サービス `x` を使うルートがありません（ほか2件）',
    )
  })

  test('how many more there are is said behind the whole of the first', () => {
    const first = 'unknown key `tiemout`; did you mean `timeout`?'
    assert.equal(
      inLanguage(`the configuration is not valid: ${first} (and 3 more)`, 'ja'),
      '設定が正しくありません：不明なキー `tiemout` です。`timeout` の間違いではありませんか？（ほか3件）',
    )
  })

  test('what nobody has written in Japanese stays English, and data stays data', () => {
    for (const text of ['it did what nobody knows', 'a, b', 'GET /x: y', 'a: b; c (d)', '', '`']) {
      assert.equal(inLanguage(text, 'ja'), text)
    }
  })

  test('nothing changes in English', () => {
    assert.equal(inLanguage('the file is empty', 'en'), 'the file is empty')
  })

  test('a text that fits in a great many ways is not thought about for long', () => {
    const hostile = ['a: ', 'x or ', '`x` is ', 'write ', '; ', '{} '].map((part) =>
      part.repeat(Math.floor(3900 / part.length)),
    )
    const before = process.cpuUsage().user
    for (const text of hostile) inLanguage(text, 'ja')
    assert.ok(process.cpuUsage().user - before < 2_000_000)
    const long = `\`${'x'.repeat(5000)}\` is not a URL`
    assert.equal(inLanguage(long, 'ja'), long)
  })
})

suite('an answer in another language', () => {
  const problem = {
    type: 'urn:sallyport:problem:invalid',
    title: 'Unprocessable Content',
    status: 422,
    code: 'invalid',
    detail: 'body: missing key `name`',
    requestId: 'the file is empty',
    errors: [
      { pointer: '/the file is empty', detail: 'missing key `name`', hint: 'remove it', line: 3 },
    ],
  }

  test('of a problem the texts change, and nothing that programs read', () => {
    assert.deepEqual(problemInLanguage(problem, 'ja'), {
      ...problem,
      title: '入力が正しくありません',
      detail: '本文：キー `name` がありません',
      errors: [
        { ...problem.errors[0], detail: 'キー `name` がありません', hint: '削除してください' },
      ],
    })
    assert.equal(problemInLanguage(problem, 'en'), problem)
  })

  test('of an answer only sentences change', () => {
    const answer = {
      message: 'remove it',
      text: 'the file is empty',
      steps: [{ step: 'route', detail: 'the route is public', value: 'remove it' }],
      nothing: null,
      at: new Date(0),
    }
    assert.deepEqual(answerInLanguage(answer, 'ja'), {
      ...answer,
      steps: [{ ...answer.steps[0], detail: '公開ルートです' }],
    })
    assert.equal(answerInLanguage(answer, 'en'), answer)
  })

  test('every code of the API has its title', () => {
    const codes = [
      'second_factor_needed',
      'second_factor_required',
      'reauthentication_needed',
      'stale',
    ]
    for (const code of codes) assert.match(problemTitle(code, 'ja') ?? '', /\p{Script=Han}/u)
    assert.equal(problemTitle('of a newer gateway', 'ja'), null)
  })

  test('the form of a route knows of which field a problem is in both languages', () => {
    for (const language of ['en', 'ja'] as const) {
      const detail = inLanguage('host `A` is not lower case', language)
      const problem = { pointer: '/routes/1/match', detail, hint: '' }
      const { byField } = problemsOfRoute([problem], 1, new Map())
      assert.deepEqual(Object.keys(byField), ['hosts'], detail)
    }
  })
})
