// The bounds on what an identity provider can do to the process that asks it.

import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createFetchJson, FETCH_TIMEOUT_MS } from '../../../gateway/auth/fetch-json.ts'
import { createTestCa } from '../../support/certificates.ts'
import { ManualClock } from './manual-clock.ts'
import { startProvider, until, type Behaviour } from './provider.ts'

const never = new AbortController().signal

async function provider(t: TestContext, behaviour: Behaviour) {
  const server = await startProvider()
  t.after(() => server.close())
  server.behaviour = behaviour
  const clock = new ManualClock()
  const fetchJson = createFetchJson(clock)
  return {
    server,
    clock,
    fetch: (signal = never) => fetchJson(`${server.url}/jwks`, { caPem: null, signal }),
  }
}

test('a document is read', async (t) => {
  const { fetch, clock } = await provider(t, 'good')
  assert.ok(Array.isArray(((await fetch()) as { keys: unknown }).keys))
  assert.equal(clock.pending, 0, 'no timer is left behind')
})

const failures: readonly [Behaviour, string][] = [
  ['error', 'fetch_status'],
  ['redirect', 'fetch_status'],
  ['huge', 'fetch_too_large'],
  ['html', 'fetch_not_json'],
  ['compressed', 'fetch_not_json'],
]
for (const [behaviour, code] of failures) {
  test(`an answer of kind ${behaviour} is ${code}, after one request`, async (t) => {
    const { server, clock, fetch } = await provider(t, behaviour)
    await assert.rejects(fetch(), { code })
    assert.deepEqual(server.hits, ['/jwks'])
    assert.equal(clock.pending, 0)
  })
}

for (const behaviour of ['hang', 'drip'] as const) {
  test(`a server that ${behaviour}s is given up after the whole time, not after a pause`, async (t) => {
    const { server, clock, fetch } = await provider(t, behaviour)
    const failed = assert.rejects(fetch(), { code: 'fetch_timeout' })
    await until(() => server.hits.length === 1)
    await clock.advance(FETCH_TIMEOUT_MS)
    await failed
  })
}

test('a fetch that is given up ends at once', async (t) => {
  const { server, fetch } = await provider(t, 'hang')
  const controller = new AbortController()
  const failed = assert.rejects(fetch(controller.signal), { code: 'fetch_aborted' })
  await until(() => server.hits.length === 1)
  controller.abort()
  await failed
  await assert.rejects(fetch(controller.signal), { code: 'fetch_aborted' })
})

test('an address that nobody serves is fetch_failed', async (t) => {
  const { server, fetch } = await provider(t, 'good')
  await server.close()
  await assert.rejects(fetch(), { code: 'fetch_failed' })
})

test('http is refused off loopback', async () => {
  const fetchJson = createFetchJson(new ManualClock())
  await assert.rejects(fetchJson('http://idp.test/jwks', { caPem: null, signal: never }), {
    code: 'fetch_insecure',
  })
})

test('TLS is verified, against the CA given and no other', async (t) => {
  const ca = await createTestCa('idp')
  const { certPem, keyPem } = await ca.issue(['localhost'])
  const server = createServer({ cert: certPem, key: keyPem }, (_, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const fetchJson = createFetchJson(new ManualClock())
  const { port } = server.address() as AddressInfo
  const url = `https://localhost:${port}/jwks`
  assert.deepEqual(await fetchJson(url, { caPem: ca.certPem, signal: never }), {})
  await assert.rejects(fetchJson(url, { caPem: null, signal: never }), { code: 'fetch_failed' })
  const other = await createTestCa('other')
  await assert.rejects(fetchJson(url, { caPem: other.certPem, signal: never }), {
    code: 'fetch_failed',
  })
  await assert.rejects(
    fetchJson(`https://127.0.0.1:${port}/`, { caPem: ca.certPem, signal: never }),
    {
      code: 'fetch_failed',
    },
  )
})
