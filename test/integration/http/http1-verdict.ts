// Sends the bytes of one HTTP/1.1 case and holds what the client and the upstream saw against what was expected.

import assert from 'node:assert/strict'
import { valuesOf, type ReadRequest } from '../../support/request-reader.ts'
import type { EdgeUnderTest } from './edge-under-test.ts'
import type { Expectation, Forwarded } from './http1-case.ts'

/** `steps` are sent one after the other on one connection; the upstream must have been cleared before. */
export async function assertOutcome(
  edge: EdgeUnderTest,
  steps: readonly (string | Buffer)[],
  expect: Expectation,
): Promise<void> {
  const { upstream } = edge
  const client = await edge.connect()
  for (const step of steps) client.send(step)
  const methods = expect.kind === 'forwarded' ? [expect.method] : []
  const finals = (): readonly number[] =>
    client
      .responses(methods)
      .filter(({ status, complete }) => complete && status >= 200)
      .map(({ status }) => status)
  switch (expect.kind) {
    case 'forwarded': {
      await client.answers(1, methods)
      assert.deepEqual(finals(), [200])
      assertForwarded(upstream.complete, expect)
      break
    }
    case 'local': {
      await client.waitFor('an answer', () => finals().length > 0 || client.closed)
      assertStatus(finals(), expect.status, false)
      assert.equal(upstream.bytesReceived, 0, 'nothing reaches the upstream')
      break
    }
    case 'refused':
    case 'broken': {
      await client.waitForClose()
      assertStatus(finals(), expect.status, true)
      assert.equal(upstream.complete.length, 0, 'nothing complete reaches the upstream')
      if (expect.kind === 'refused') assert.equal(upstream.bytesReceived, 0, 'not even a byte')
      break
    }
  }
  client.destroy()
  if (expect.kind === 'broken') {
    await upstream.waitFor('the broken request to be given up', () =>
      upstream.connections.every(({ closed, reader }) => closed || reader.atBoundary),
    )
  }
  await edge.assertVictimClean(expect.kind === 'forwarded' ? 1 : 0)
}

function assertStatus(got: readonly number[], wanted: readonly number[], orNone: boolean): void {
  if (orNone && got.length === 0) return
  assert.equal(got.length, 1, `one answer, not ${got.join(', ')}`)
  assert.ok(wanted.includes(got[0]!), `${got[0]}, not ${wanted.join(' or ')}`)
}

function assertForwarded(complete: readonly ReadRequest[], expect: Forwarded): void {
  assert.equal(complete.length, 1, 'exactly one request reaches the upstream')
  const request = complete[0]!
  assert.equal(request.method, expect.method)
  assert.equal(request.target, expect.target)
  assert.equal(request.body.toString('latin1'), expect.body)
  assert.deepEqual(request.trailers, expect.trailers)
  for (const [name, value] of Object.entries(expect.has)) {
    assert.deepEqual(valuesOf(request.headers, name), [value], name)
  }
  for (const name of expect.lacks) assert.deepEqual(valuesOf(request.headers, name), [], name)
}
