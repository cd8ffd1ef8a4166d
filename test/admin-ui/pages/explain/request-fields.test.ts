import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  describedOf,
  explainCommand,
  NEW_REQUEST,
  requestFaults,
} from '../../../../admin-ui/pages/explain/request-fields.ts'
import { questionOf } from '../../../../gateway/cli/explain.ts'

const FILLED = {
  ...NEW_REQUEST,
  method: 'POST',
  url: 'https://api.example.com/orders?x=1',
  headers: "origin: https://app.example.com\nx-note: it's",
  token: 'Bearer a.b.c',
  client: '203.0.113.9',
  listener: 'public',
  bodyBytes: '２０',
}

/** As a shell splits what is quoted as we quote. */
function shellWords(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|\\'|[^\s'])+/g)].map(([word]) =>
    word.replaceAll("'\\''", '\u0000').replaceAll("'", '').replaceAll('\u0000', "'"),
  )
}

suite('a request that is filled in', () => {
  test('is what the operation takes', () => {
    assert.deepEqual(describedOf(FILLED), {
      url: 'https://api.example.com/orders?x=1',
      method: 'POST',
      headers: [
        { name: 'origin', value: 'https://app.example.com' },
        { name: 'x-note', value: "it's" },
        { name: 'authorization', value: 'Bearer a.b.c' },
      ],
      http2: false,
      bodyBytes: 20,
      clientIp: '203.0.113.9',
      listener: 'public',
    })
    assert.deepEqual(describedOf({ ...NEW_REQUEST, url: ' a.test/x ' }), {
      url: 'a.test/x',
      method: 'GET',
      headers: [],
      http2: false,
    })
  })

  test('is the same on the command line, without its token', () => {
    const command = explainCommand(describedOf(FILLED))
    assert.ok(!command.includes('a.b.c'), command)
    const [, , , client, address, listener, name, , ...curl] = shellWords(command)
    assert.deepEqual(
      [client, address, listener, name],
      ['--client', '203.0.113.9', '--listener', 'public'],
    )
    const values = { client: '203.0.113.9', listener: 'public' }
    const { http } = questionOf({ values, positionals: curl }) as {
      http: { url: string; method: string; headers: { name: string; value: string }[] }
    }
    assert.equal(http.url, FILLED.url)
    assert.equal(http.method, 'POST')
    assert.deepEqual(http.headers.find((header) => header.name === 'x-note')?.value, "it's")
    assert.deepEqual(http.headers.find((header) => header.name === 'content-length')?.value, '20')
  })

  test('says what is missing or no field', () => {
    const wrong = { ...NEW_REQUEST, headers: 'no field', bodyBytes: 'many' }
    assert.deepEqual([...requestFaults(wrong)], ['url', 'headers', 'bodyBytes'])
    assert.equal(requestFaults(FILLED).size, 0)
  })
})
