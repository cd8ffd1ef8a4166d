// Floods over HTTP/2 end their own connection or do nothing: another client is served, and memory stays bounded.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { replyOk } from '../../support/recorder.ts'
import type { Http2Client } from '../../support/http2-client.ts'
import { headers } from '../../support/http2-frames.ts'
import { startEdge, type EdgeUnderTest } from './edge-under-test.ts'
import { request } from './http2-cases.ts'
import { floods } from './http2-floods.ts'

/** The young generation alone may grow by 64 MiB; what a flood could cost without bounds is far more. */
const MAX_GROWTH_BYTES = 100 * 1024 * 1024
const LARGE = 1024 * 1024

let edge: EdgeUnderTest

before(async () => {
  edge = await startEdge()
})

after(() => edge.stop())

beforeEach(() => {
  edge.upstream.script((seen, socket) => {
    if (seen.target !== '/large') replyOk(seen, socket)
    else socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${LARGE}\r\n\r\n${'x'.repeat(LARGE)}`)
  })
})

/** Ten answers, one after the other, on a connection that was there before the flood. */
async function assertServed(client: Http2Client, firstStream: number): Promise<void> {
  for (let stream = firstStream; stream < firstStream + 20; stream += 2) {
    const startedMs = performance.now()
    client.send(headers(stream, request({}), true))
    const outcome = await client.outcomeOf(stream)
    assert.equal(outcome.kind, 'answered')
    assert.equal(outcome.status, 200)
    assert.ok(performance.now() - startedMs < 2000, 'within two seconds, even on a busy machine')
  }
}

for (const [id, { what, ends, settings, send }] of Object.entries(floods)) {
  test(`${id} ${what}`, async () => {
    const bystander = await edge.connectHttp2()
    await assertServed(bystander, 1)
    const before = edge.workerMemory()
    const attacker = await edge.connectHttp2(settings)
    send(attacker)
    await assertServed(bystander, 101)
    if (ends) {
      const ended = (): boolean => attacker.over || (attacker.goAwayCode ?? 0) !== 0
      await attacker.raw.waitFor('end of the flooded connection', ended, 2000)
    }
    const growth = edge.workerMemory() - before
    assert.ok(growth < MAX_GROWTH_BYTES, `${Math.round(growth / 1024)} KiB more than before`)
    attacker.destroy()
    bystander.destroy()
    await edge.upstream.waitFor('what the attacker left to be given up', () => !holdsLargeAnswers())
  })
}

/** Whether the gateway still holds an answer that nobody will read. */
function holdsLargeAnswers(): boolean {
  return edge.upstream.connections.some(({ bytes, closed }) => !closed && bytes.includes('/large'))
}

test('answers nobody opens a window for are given up after the idle time', async () => {
  const attacker = await edge.connectHttp2(floods['H047']!.settings, 'secure-short')
  floods['H047']!.send(attacker)
  await edge.upstream.waitFor('requests', holdsLargeAnswers)
  await edge.upstream.waitFor('them to be given up', () => !holdsLargeAnswers(), 8000)
  attacker.destroy()
})

test('a field block that is too large once unpacked is never answered with success', async () => {
  await edge.upstream.clear()
  const attacker = await edge.connectHttp2()
  floods['H044']!.send(attacker)
  const outcome = await attacker.outcomeOf(1)
  assert.ok(outcome.kind !== 'answered' || outcome.status === 431)
  assert.equal(edge.upstream.bytesReceived, 0)
  attacker.destroy()
})
