// The admin API in the language of who asks: problems and findings, never codes, places, the audit or the logs.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Type } from 'typebox'
import { ConfigSchema } from '../../../gateway/config/schema.ts'
import { EGRESS_KEY_TEXTS } from '../../../gateway/language/egress-key-texts.ts'
import { FIELD_TEXTS } from '../../../gateway/language/field-texts.ts'
import { inLanguage } from '../../../gateway/language/in-language.ts'
import { KEY_TEXTS } from '../../../gateway/language/key-texts.ts'
import type { Schema } from '../../../sidecar/runtime/schema-words.ts'
import { schemaTexts } from '../../gateway/language/schema-texts.ts'
import { isEnglishLeft } from '../../gateway/language/english-left.ts'
import { startConsole, type Answered, type Session, type TestConsole } from './console.ts'

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}]/u

suite('the admin API is asked in Japanese', () => {
  let world: TestConsole
  let admin: Session

  before(async () => {
    world = await startConsole({
      operations: [
        {
          id: 'warn',
          method: 'GET',
          path: '/api/v1/warn',
          role: 'viewer',
          summary: 'Warns.',
          answer: Type.Unknown(),
          run: () => ({
            warnings: [{ pointer: '/routes/0', detail: 'remove it', hint: 'write `a`', line: 3 }],
            message: 'remove it',
          }),
        },
      ],
    })
    admin = await world.setUp()
  })
  after(() => world.stop())

  const ask = (path: string, language: string | null, more: object = {}): Promise<Answered> =>
    world.ask(path, {
      ...more,
      headers: { ...admin, ...(language === null ? {} : { 'accept-language': language }) },
    })
  const bad = { method: 'POST', body: { name: 'X y', password: 5, colour: 1 } }

  test('a refusal says what is wrong in Japanese, and its codes as ever', async () => {
    const [ja, en] = await Promise.all([
      ask('/api/v1/users', 'ja-JP,ja;q=0.9,en;q=0.8', bad),
      ask('/api/v1/users', 'en', bad),
    ])
    assert.equal(ja.status, 422)
    assert.equal(ja.headers['content-language'], 'ja')
    assert.match(String(ja.headers['vary']), /accept-language/)
    assert.equal(ja.headers['content-type'], 'application/problem+json')
    for (const field of ['type', 'code', 'status'] as const) {
      assert.equal(ja.body[field], en.body[field])
    }
    assert.match(ja.body['title'], JAPANESE)
    assert.match(ja.body['detail'], JAPANESE)
    assert.deepEqual(
      ja.body['errors'].map((one: { pointer: string }) => one.pointer),
      en.body['errors'].map((one: { pointer: string }) => one.pointer),
    )
    for (const { detail, hint } of ja.body['errors']) {
      assert.match(detail, JAPANESE)
      assert.ok(!isEnglishLeft(detail) && !isEnglishLeft(hint), `${detail} ${hint}`)
    }
    assert.equal(en.headers['content-language'], 'en')
    assert.doesNotMatch(en.text, JAPANESE)
  })

  test('nobody who asks for nothing gets anything but English', async () => {
    for (const language of [null, 'fr', 'ja;q=0, *', 'zh-Hant']) {
      const { text } = await ask('/api/v1/users/nobody', language, { method: 'DELETE' })
      assert.match(text, /no user nobody/)
    }
  })

  test('also before anybody is known, and where there is nothing', async () => {
    const headers = { 'accept-language': 'ja' }
    const stranger = await world.ask('/api/v1/users', { headers })
    assert.equal(stranger.status, 401)
    assert.match(stranger.body['detail'], JAPANESE)
    const nowhere = await world.ask('/api/v1/nowhere', { headers })
    assert.equal(nowhere.body['detail'], 'ここには何もありません')
    const method = await world.ask('/api/v1/users', { method: 'DELETE', headers })
    assert.equal(method.body['detail'], 'ここではDELETEを使えません')
  })

  test('warnings of an answer that went well are said, too; what people wrote is not', async () => {
    const { body, headers } = await ask('/api/v1/warn', 'ja')
    assert.deepEqual(body, {
      warnings: [
        { pointer: '/routes/0', detail: '削除してください', hint: '`a` と書いてください', line: 3 },
      ],
      message: 'remove it',
    })
    assert.match(String(headers['vary']), /accept-language/)
  })

  test('every field that may be sent is explained, and none that there is no longer', () => {
    const fields = world.operations.flatMap(({ body, query }) =>
      [body, query].flatMap((schema) =>
        schema === undefined ? [] : schemaTexts(schema as Schema),
      ),
    )
    const unsaid = [...new Set(fields)].filter((text) => {
      const said = inLanguage(text, 'ja')
      return isEnglishLeft(said) || (said === text && /[a-z] [a-z]/.test(text))
    })
    assert.deepEqual(unsaid, [])
    const all = new Set([...fields, ...schemaTexts(ConfigSchema as unknown as Schema)])
    const known = Object.keys({ ...KEY_TEXTS, ...EGRESS_KEY_TEXTS, ...FIELD_TEXTS })
    // A word of a list stands in the text of the whole list.
    const dead = known.filter(
      (text) => !all.has(text) && ![...all].some((one) => one.includes(text)),
    )
    assert.deepEqual(dead, [])
  })

  test('the audit is the same for everybody, and the log is English', async () => {
    await ask('/api/v1/users', 'ja', bad)
    const [ja, en] = await Promise.all([ask('/api/v1/audit', 'ja'), ask('/api/v1/audit', 'en')])
    assert.deepEqual(ja.body['items'], en.body['items'])
    assert.doesNotMatch(JSON.stringify([ja.body, world.logged]), JAPANESE)
  })
})
