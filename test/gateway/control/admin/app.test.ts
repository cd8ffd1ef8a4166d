// The admin API's own manners: who may, what is checked, what is told, and what every refusal looks like.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Type } from 'typebox'
import { createAdminApp, type ApiEvent } from '../../../../gateway/control/admin/app.ts'
import { ApiError } from '../../../../gateway/control/admin/api-error.ts'
import { openApi } from '../../../../gateway/control/admin/openapi.ts'
import {
  ANYONE,
  mayAct,
  type Operation,
  type Role,
} from '../../../../gateway/control/admin/operation.ts'
import { SallyportError } from '../../../../sidecar/runtime/errors.ts'

const Thing = Type.Object({ size: Type.Integer({ minimum: 1 }) }, { additionalProperties: false })
const operations: readonly Operation[] = [
  {
    id: 'weighThing',
    method: 'POST',
    isReading: true,
    path: '/api/v1/things::weigh',
    role: 'viewer',
    summary: 'Weighs a thing.',
    body: Thing,
    answer: Thing,
    run: ({ body }) => body,
  },
  {
    id: 'readThing',
    method: 'GET',
    path: '/api/v1/things/:name',
    role: 'viewer',
    summary: 'Reads a thing.',
    answer: Thing,
    query: Type.Object(
      { deep: Type.Optional(Type.String({ pattern: '^(yes|no)$' })) },
      { additionalProperties: false },
    ),
    run: ({ params, query }) => ({ ...params, ...query }),
  },
  {
    id: 'writeThing',
    method: 'PUT',
    path: '/api/v1/things/:name',
    role: 'operator',
    summary: 'Writes a thing.',
    body: Thing,
    answer: Thing,
    status: 201,
    run: ({ params, body, change }) => {
      change({ target: `thing/${params['name']}`, after: body })
      if (params['name'] === 'broken') throw new Error('inner words')
      if (params['name'] === 'odd') return { size: 1n }
      if (params['name'] === 'taken') throw new ApiError('conflict', 'it is taken')
      return body
    },
  },
]

async function start(role: Role | null, audit: () => void = () => {}) {
  const events: ApiEvent[] = []
  const logged: string[] = []
  let ids = 0
  const app = await createAdminApp({
    operations,
    authenticate: () => ({
      principal: role === null ? ANYONE : { ...ANYONE, kind: 'user', name: 'sato', role },
      sessionId: null,
    }),
    newId: () => `r${++ids}`,
    beforeChange: audit,
    onEvent: (event) => events.push(event),
    log: { info() {}, warn() {}, error: (message) => void logged.push(message) },
  })
  const ask = async (method: 'GET' | 'PUT' | 'POST', url: string, payload?: object | string) => {
    const headers = payload === undefined ? {} : { 'content-type': 'application/json' }
    const body = payload === undefined ? {} : { payload }
    const {
      statusCode,
      headers: got,
      body: text,
    } = await app.inject({ method, url, headers, ...body })
    return { status: statusCode, headers: got, body: JSON.parse(text) as Record<string, unknown> }
  }
  return { ask, events, logged }
}

suite('the admin API', () => {
  test('answers whoever may, and tells nobody of it', async () => {
    const { ask, events } = await start('viewer')
    const { status, headers, body } = await ask('GET', '/api/v1/things/a%2Fb?deep=yes')
    assert.equal(status, 200)
    assert.deepEqual(body, { name: 'a/b', deep: 'yes' })
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-request-id'], 'r1')
    assert.deepEqual(events, [])
  })

  test('refuses strangers and those of a lesser role, and tells that', async () => {
    for (const [role, status, code] of [
      [null, 401, 'not_signed_in'],
      ['viewer', 403, 'not_permitted'],
    ] as const) {
      const { ask, events } = await start(role)
      const answer = await ask('PUT', '/api/v1/things/a', { size: 1 })
      assert.equal(answer.status, status)
      assert.equal(answer.headers['content-type'], 'application/problem+json')
      assert.equal(answer.body['code'], code)
      assert.equal(answer.body['requestId'], 'r1')
      assert.deepEqual(
        events.map(({ operation, result }) => [operation, result]),
        [['writeThing', code]],
      )
    }
  })

  test('names every fault of a body by its pointer', async () => {
    const { ask } = await start('admin')
    const { status, body } = await ask('PUT', '/api/v1/things/a', { size: 0, colour: 'red' })
    assert.equal(status, 422)
    const errors = body['errors'] as { pointer: string }[]
    assert.deepEqual(errors.map(({ pointer }) => pointer).toSorted(), ['/colour', '/size'])
  })

  test('refuses unknown query fields, broken JSON, other media types and large bodies', async () => {
    const { ask } = await start('admin')
    assert.equal((await ask('GET', '/api/v1/things/a?deep=perhaps')).status, 422)
    assert.equal((await ask('GET', '/api/v1/things/a?other=1')).status, 422)
    assert.equal((await ask('PUT', '/api/v1/things/a', '{')).status, 400)
    assert.equal((await ask('PUT', '/api/v1/things/a', 'x'.repeat(2_000_000))).status, 413)
    const post = await ask('POST', '/api/v1/things/a', {})
    assert.equal(post.status, 405)
    assert.equal(post.headers['allow'], 'GET, PUT')
    assert.equal((await ask('GET', '/api/v1/things')).status, 404)
  })

  test('tells every change with what was changed, also one that failed', async () => {
    const { ask, events, logged } = await start('operator')
    assert.equal((await ask('PUT', '/api/v1/things/a', { size: 2 })).status, 201)
    assert.equal((await ask('PUT', '/api/v1/things/taken', { size: 2 })).status, 409)
    const broken = await ask('PUT', '/api/v1/things/broken', { size: 2 })
    assert.equal(broken.status, 500)
    assert.doesNotMatch(JSON.stringify(broken.body), /inner words/)
    assert.equal(logged.length, 1)
    assert.deepEqual(
      events.map(({ change, result }) => [change?.target, result]),
      [
        ['thing/a', 'ok'],
        ['thing/taken', 'conflict'],
        ['thing/broken', 'internal_error'],
      ],
    )
  })

  test('tells a change once, also where its answer cannot be written', async () => {
    const { ask, events } = await start('operator')
    assert.equal((await ask('PUT', '/api/v1/things/odd', { size: 2 })).status, 500)
    assert.deepEqual(
      events.map(({ result }) => result),
      ['ok'],
    )
  })

  test('changes nothing that could not be written down', async () => {
    const { ask, events } = await start('admin', () => {
      throw new SallyportError('audit_unavailable', 'the disk is full')
    })
    const { status, body } = await ask('PUT', '/api/v1/things/a', { size: 2 })
    assert.equal(status, 503)
    assert.equal(body['detail'], 'the disk is full')
    assert.equal(events[0]?.change, null)
    assert.equal((await ask('GET', '/api/v1/things/a')).status, 200)
  })

  test('a POST that only reads is not told, and needs no room in the audit', async () => {
    const { ask, events } = await start('viewer', () => {
      throw new SallyportError('audit_unavailable', 'the disk is full')
    })
    assert.equal((await ask('POST', '/api/v1/things:weigh', { size: 2 })).status, 200)
    assert.deepEqual(events, [])
    assert.equal((await ask('POST', '/api/v1/things:weigh', { size: 0 })).status, 422)
    assert.equal(events.length, 1)
  })

  test('describes itself', () => {
    const document = openApi(operations, '1.2.3') as {
      paths: Record<string, Record<string, { operationId: string; parameters: object[] }>>
    }
    const { get, put } = document.paths['/api/v1/things/{name}']!
    assert.equal(get?.operationId, 'readThing')
    assert.equal(get.parameters.length, 2)
    assert.ok(put && 'requestBody' in put)
  })

  test('roles contain those before them', () => {
    assert.ok(mayAct('admin', 'viewer') && mayAct('operator', 'operator'))
    assert.ok(!mayAct('viewer', 'operator') && !mayAct('operator', 'admin'))
  })
})
