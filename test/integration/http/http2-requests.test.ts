// H001–H038 with frames of our own making: what is malformed in HTTP/2 never becomes an HTTP/1.1 request.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { StreamOutcome } from '../../support/http2-client.ts'
import { data, headers, resetStream } from '../../support/http2-frames.ts'
import { valuesOf } from '../../support/request-reader.ts'
import { startEdge, type EdgeUnderTest } from './edge-under-test.ts'
import { http2Cases, request, type Http2Case, type Http2Expectation } from './http2-cases.ts'
import { floods } from './http2-floods.ts'

const LIST = new URL('../../../../shared/corpora/security-cases.tsv', import.meta.url)
const PROTOCOL_ERROR = 1
const INTERNAL_ERROR = 2
const CANCEL = 8

let edge: EdgeUnderTest

before(async () => {
  edge = await startEdge()
})

after(() => edge.stop())

async function run({ fields, body }: Pick<Http2Case, 'fields' | 'body'>): Promise<StreamOutcome> {
  const client = await edge.connectHttp2()
  client.send(headers(1, fields, body === undefined))
  if (body !== undefined) client.send(data(1, body, true))
  const outcome = await client.outcomeOf(1)
  client.destroy()
  return outcome
}

function assertExpected(outcome: StreamOutcome, expect: Http2Expectation): void {
  const { upstream } = edge
  switch (expect.kind) {
    case 'malformed': {
      assert.equal(upstream.bytesReceived, 0, 'nothing reaches the upstream')
      assert.ok(outcome.kind === 'reset' || outcome.kind === 'connection-ended', outcome.kind)
      assert.equal(outcome.code, expect.code ?? PROTOCOL_ERROR)
      return
    }
    case 'local': {
      assert.equal(upstream.bytesReceived, 0, 'nothing reaches the upstream')
      assert.equal(outcome.kind, 'answered')
      assert.ok(expect.status.includes(outcome.status), String(outcome.status))
      return
    }
    case 'forwarded': {
      assert.equal(outcome.kind, 'answered')
      assert.equal(outcome.status, 200)
      assert.equal(outcome.body.toString(), 'ok')
      assert.equal(upstream.complete.length, 1)
      const seen = upstream.complete[0]!
      assert.equal(seen.body.toString(), expect.body ?? '')
      for (const [name, value] of Object.entries(expect.has ?? {})) {
        assert.deepEqual(valuesOf(seen.headers, name), [value])
      }
      for (const name of expect.lacks ?? []) assert.deepEqual(valuesOf(seen.headers, name), [])
    }
  }
}

interface Http2Exception {
  readonly reason: string
  readonly expect: Http2Expectation
}

/** The parser below Node's API drops such a field by itself, and no listener hears of it. */
const FIELD_DROPPED: Http2Exception = {
  reason: 'the parser drops the field and keeps the request',
  expect: { kind: 'forwarded', lacks: ['x-a', 'x-evil', 'x a', 'x-a:b'] },
}

const exceptions: Readonly<Record<string, Http2Exception>> = {
  H021: FIELD_DROPPED,
  H022: FIELD_DROPPED,
  H023: FIELD_DROPPED,
  H024: FIELD_DROPPED,
  H025: FIELD_DROPPED,
  H026: FIELD_DROPPED,
  H027: FIELD_DROPPED,
  H031: {
    reason: 'the parser gives up the whole connection, with INTERNAL_ERROR',
    expect: { kind: 'malformed', code: INTERNAL_ERROR },
  },
}

for (const [id, http2Case] of Object.entries(http2Cases)) {
  const exception = exceptions[id]
  const suffix = exception === undefined ? '' : ` (exception: ${exception.reason})`
  test(`${id} ${http2Case.what}${suffix}`, async () => {
    await edge.upstream.clear()
    assertExpected(await run(http2Case), exception?.expect ?? http2Case.expect)
    await edge.upstream.clear()
    await edge.assertVictimClean()
  })
}

test('a stream reset in the middle of a short body leaves its connection and the worker alone', async () => {
  await edge.upstream.clear()
  const client = await edge.connectHttp2()
  const upload = request({ ':method': 'POST' }, ['content-length', '10'])
  client.send(headers(1, upload, false), data(1, 'half', false), resetStream(1, CANCEL))
  client.send(headers(3, request({}), true))
  assert.equal((await client.outcomeOf(3)).kind, 'answered')
  assert.deepEqual(
    edge.upstream.requests.map(({ method }) => method),
    ['GET'],
  )
  client.destroy()
})

test('a value beyond ASCII arrives as over HTTP/1.1', async () => {
  await edge.upstream.clear()
  const outcome = await run({ fields: request({}, ['x-a', 'caf\xe9']) })
  assertExpected(outcome, { kind: 'forwarded', has: { 'x-a': 'caf\xe9' } })
})

test('every HTTP/2 case of the list is in the tables', (t) => {
  if (!existsSync(LIST)) return t.skip('the list of security cases is not here')
  const lines = readFileSync(LIST, 'utf8').split('\n')
  const listed = lines.map((line) => line.split('\t')[0]!).filter((id) => /^H\d+$/.test(id))
  assert.deepEqual(
    [...Object.keys(http2Cases), ...Object.keys(floods)].toSorted(),
    listed.toSorted(),
  )
})
