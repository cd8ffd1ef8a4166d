// The description of the API as the page reads it.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  curlOf,
  exampleOf,
  kindOf,
  operationsOf,
  searched,
  targetOf,
  type OpenApi,
} from '../../../../admin-ui/pages/api-docs/spec.ts'

const answer = { '200': { content: { 'application/json': { schema: { type: 'object' } } } } }
const SPEC: OpenApi = {
  openapi: '3.1.0',
  paths: {
    '/openapi.json': { get: { operationId: 'readOpenApi', 'x-role': 'viewer', responses: answer } },
    '/api/v1/routes/{name}:drain': {
      post: {
        operationId: 'drain',
        summary: 'Takes no new requests.',
        'x-role': 'operator',
        parameters: [
          { name: 'name', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'after', in: 'query', required: false, schema: { type: 'string' } },
        ],
        responses: { '201': {}, default: {} },
      },
    },
    '/api/v1/config:try': {
      post: { operationId: 'tryConfig', 'x-role': 'viewer', 'x-reading': true, responses: answer },
    },
  },
}

suite('the description of the API', () => {
  const operations = operationsOf(SPEC)
  const drain = operations.find(({ id }) => id === 'drain')!

  test('is read into operations, by the part of the gateway they are about', () => {
    assert.deepEqual(
      operations.map(({ id, part, isReading, status }) => [id, part, isReading, status]),
      [
        ['readOpenApi', 'about', true, '200'],
        ['tryConfig', 'config', true, '200'],
        ['drain', 'routes', false, '201'],
      ],
    )
  })

  test('is searched by words of id, path and summary, however they were typed', () => {
    const found = (typed: string) => searched(operations, typed).map(({ id }) => id)
    assert.deepEqual(found('new REQUESTS'), ['drain'])
    assert.deepEqual(found('ｃｏｎｆｉｇ'), ['tryConfig'])
    assert.deepEqual(found('nothing'), [])
    assert.equal(found('').length, 3)
  })

  test('fills a path and a query in such a way that nothing breaks out of them', () => {
    assert.equal(
      targetOf(drain, { name: 'a/../b', after: '1&x=2' }),
      '/api/v1/routes/a%2F..%2Fb:drain?after=1%26x%3D2',
    )
    assert.equal(targetOf(drain, {}), '/api/v1/routes/{name}:drain')
  })

  test('gives an example with every required field', () => {
    const schema = {
      type: 'object',
      required: ['text', 'count', 'on', 'list', 'role', 'either'],
      properties: {
        text: { type: 'string' },
        count: { type: 'integer', minimum: 3 },
        on: { type: 'boolean' },
        list: { type: 'array', items: { type: 'string' } },
        role: { enum: ['viewer', 'admin'] },
        either: { anyOf: [{ const: 5 }, { type: 'null' }] },
        optional: { type: 'string' },
      },
    }
    assert.deepEqual(exampleOf(schema), {
      text: '',
      count: 3,
      on: false,
      list: [],
      role: 'viewer',
      either: 5,
    })
    assert.equal(kindOf({ type: ['string', 'null'] }), 'string | null')
    assert.equal(kindOf({}), 'any')
  })

  test('becomes curl that a shell reads as it is meant, whatever was typed', () => {
    const body = `{"name":"it's"}`
    const text = curlOf(drain, 'https://gw/api', body, 'abc')
    assert.match(text, /^curl -X POST 'https:\/\/gw\/api'/)
    assert.match(text, /-H 'if-match: "abc"'/)
    assert.ok(text.includes(String.raw`-d '{"name":"it'\''s"}'`))
    assert.ok(!curlOf({ method: 'GET' }, 'https://gw/', null, '').includes('-X'))
  })
})
