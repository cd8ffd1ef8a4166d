// What browsers make of CORS answers: the cases of the Fetch standard's CORS check and preflight, one by one.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  droppedHeaders,
  judge,
  preflightOf,
  sentMethod,
  type ScriptCall,
} from '../../../../gateway/control/policies/browser.ts'
import type { CorsAnswer } from '../../../../gateway/control/policies/cors-answers.ts'

const ORIGIN = 'https://app.example.com'

function scriptCall(more: Partial<ScriptCall> = {}): ScriptCall {
  return { origin: ORIGIN, method: 'GET', headers: [], credentials: false, ...more }
}

function answer(fields: Readonly<Record<string, string>>, status: number | null = 204): CorsAnswer {
  const headers = Object.entries(fields).map(([name, value]) => ({
    name: `access-control-${name}`,
    value,
  }))
  return { status, reason: 'ok', headers }
}

const OPEN = { 'allow-origin': ORIGIN, 'allow-credentials': 'true' }

suite('a preflight', () => {
  test('is spared for safelisted methods and fields alone', () => {
    for (const method of ['GET', 'HEAD', 'POST', 'post']) {
      assert.equal(preflightOf(scriptCall({ method })), null, method)
    }
    const plain = [{ name: 'content-type', value: 'text/plain; charset=utf-8' }]
    assert.equal(preflightOf(scriptCall({ method: 'POST', headers: plain })), null)
    assert.deepEqual(preflightOf(scriptCall({ method: 'delete' })), {
      method: 'DELETE',
      headers: null,
    })
  })

  test('names its fields in lower case and in order, and leaves out what no script may set', () => {
    const headers = [
      { name: 'x-b', value: null },
      { name: 'content-type', value: 'application/json' },
      { name: 'cookie', value: 'a=b' },
      { name: 'sec-fetch-site', value: 'x' },
      { name: 'authorization', value: 'Bearer x' },
      { name: 'x-b', value: null },
    ]
    const asked = scriptCall({ headers })
    assert.deepEqual(preflightOf(asked), {
      method: 'GET',
      headers: 'authorization,content-type,x-b',
    })
    assert.deepEqual(droppedHeaders(asked), ['cookie', 'sec-fetch-site'])
  })

  test('keeps `patch` in lower case, which no list of methods has', () => {
    assert.equal(sentMethod('patch'), 'patch')
    const asked = scriptCall({ method: 'patch' })
    const allowed = answer({ ...OPEN, 'allow-methods': 'GET, PATCH' })
    const { outcome, reason } = judge(asked, allowed, answer(OPEN, null))
    assert.deepEqual([outcome, reason], ['blocked', 'method_not_allowed'])
  })
})

suite('the verdict', () => {
  const cases: readonly (readonly [
    what: string,
    call: Partial<ScriptCall>,
    preflight: CorsAnswer | null,
    actual: CorsAnswer,
    expected: readonly [outcome: string, reason: string],
  ])[] = [
    ['the very origin', {}, null, answer(OPEN, null), ['readable', 'ok']],
    ['no field at all', {}, null, answer({}, null), ['unreadable', 'origin_not_allowed']],
    [
      'another origin',
      {},
      null,
      answer({ 'allow-origin': 'https://other.test' }, null),
      ['unreadable', 'origin_differs'],
    ],
    ['any origin', {}, null, answer({ 'allow-origin': '*' }, null), ['readable', 'ok']],
    [
      'any origin, with credentials',
      { credentials: true },
      null,
      answer({ 'allow-origin': '*', 'allow-credentials': 'true' }, null),
      ['unreadable', 'any_origin_with_credentials'],
    ],
    [
      'credentials that nobody allows',
      { credentials: true },
      null,
      answer({ 'allow-origin': ORIGIN }, null),
      ['unreadable', 'credentials_not_allowed'],
    ],
    [
      'credentials that are allowed in other letters',
      { credentials: true },
      null,
      answer({ 'allow-origin': ORIGIN, 'allow-credentials': 'True' }, null),
      ['unreadable', 'credentials_not_allowed'],
    ],
    [
      'a preflight that is not 2xx',
      { method: 'PUT' },
      answer({ ...OPEN, 'allow-methods': 'PUT' }, 403),
      answer(OPEN, null),
      ['blocked', 'preflight_status'],
    ],
    [
      'a method that is not listed',
      { method: 'PUT' },
      answer({ ...OPEN, 'allow-methods': 'GET' }),
      answer(OPEN, null),
      ['blocked', 'method_not_allowed'],
    ],
    [
      'any method, without credentials',
      { method: 'PUT' },
      answer({ 'allow-origin': '*', 'allow-methods': '*' }),
      answer({ 'allow-origin': '*' }, null),
      ['readable', 'ok'],
    ],
    [
      'any method, with credentials',
      { method: 'PUT', credentials: true },
      answer({ ...OPEN, 'allow-methods': '*' }),
      answer(OPEN, null),
      ['blocked', 'method_not_allowed'],
    ],
    [
      'a field that is not listed',
      { headers: [{ name: 'x-a', value: null }] },
      answer({ ...OPEN, 'allow-headers': 'x-b' }),
      answer(OPEN, null),
      ['blocked', 'header_not_allowed'],
    ],
    [
      'any field, which authorization is not',
      { headers: [{ name: 'authorization', value: null }] },
      answer({ ...OPEN, 'allow-headers': '*' }),
      answer(OPEN, null),
      ['blocked', 'header_not_allowed'],
    ],
    [
      'a method of the safelist that is not listed',
      { method: 'POST', headers: [{ name: 'x-a', value: null }] },
      answer({ ...OPEN, 'allow-methods': 'PUT', 'allow-headers': 'X-A' }),
      answer(OPEN, null),
      ['readable', 'ok'],
    ],
    ['TRACE', { method: 'trace' }, null, answer(OPEN, null), ['not_sendable', 'forbidden_method']],
  ]
  for (const [what, more, preflight, actual, expected] of cases) {
    test(`of ${what} is ${expected.join(', ')}`, () => {
      const { outcome, reason, detail } = judge(scriptCall(more), preflight, actual)
      assert.deepEqual([outcome, reason], expected)
      assert.ok(detail.length > 10)
    })
  }

  test('tells what the script may read, `*` for nothing where credentials go along', () => {
    const told = answer({ ...OPEN, 'expose-headers': 'ETag, *' }, null)
    assert.deepEqual(judge(scriptCall(), null, told).exposed, ['ETag', '*'])
    assert.deepEqual(judge(scriptCall({ credentials: true }), null, told).exposed, ['ETag'])
  })
})
