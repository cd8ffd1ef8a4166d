// The life of an issuer's keys through refreshes, failures, outages and restarts.

import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createFetchJson } from '../../../gateway/auth/fetch-json.ts'
import {
  COOLDOWN_MS,
  DEFAULT_STALE_FOR_MS,
  KeySource,
  REFRESH_MS,
} from '../../../gateway/auth/key-source.ts'
import { systemClock } from '../../../sidecar/runtime/clock.ts'
import { authPolicy, createKey, ecKey, issuerPlan, rsaKey, signToken } from './fixture.ts'
import { ManualClock, settled } from './manual-clock.ts'
import { createFleet, DOWN, FakeProvider, HANGS, startProvider } from './provider.ts'

const HOUR_MS = 3_600_000

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

function createSource(
  provider: FakeProvider,
  options: { dataDir?: string; clock?: ManualClock; plan?: ReturnType<typeof issuerPlan> } = {},
) {
  const { dataDir = null, clock = new ManualClock(), plan = issuerPlan() } = options
  const source = new KeySource(plan, {
    clock,
    random: () => 0.5,
    fetchJson: provider.fetchJson,
    dataDir,
  })
  return { source, clock }
}

test('start does not wait for the network', async () => {
  const provider = new FakeProvider()
  provider.answer = HANGS
  const { source } = createSource(provider)
  await source.start()
  assert.equal(source.health().state, 'loading')
  assert.equal(provider.fetched.length, 1)
  await source.close()
})

test('a question that comes while the source starts shares the first fetch', async () => {
  const provider = new FakeProvider()
  provider.answer = HANGS
  const { source } = createSource(provider)
  const starting = source.start()
  const asking = source.refreshFor('unknown')
  await starting
  assert.equal(provider.fetched.length, 1)
  await source.close()
  await asking
})

test('keys are fetched at the start and refreshed every ten minutes', async () => {
  const provider = new FakeProvider()
  const { source, clock } = createSource(provider)
  await source.start()
  await settled()
  assert.deepEqual(
    { ...source.health(), lastSuccessMs: 0 },
    { state: 'fresh', lastSuccessMs: 0, lastError: null, keys: 1, refusedKeys: [], fetches: 1 },
  )
  await clock.advance(HOUR_MS)
  assert.equal(provider.fetched.length, 1 + HOUR_MS / REFRESH_MS)
  await source.close()
  await clock.advance(HOUR_MS)
  assert.equal(provider.fetched.length, 1 + HOUR_MS / REFRESH_MS)
  assert.equal(clock.pending, 0)
})

test('listeners hear of keys that changed, and of nothing else', async () => {
  const provider = new FakeProvider()
  const { source, clock } = createSource(provider)
  const versions: (string | undefined)[] = []
  source.onChange((keys) => versions.push(keys?.version))
  await source.start()
  await settled()
  provider.answer = { keys: [{ ...rsaKey.jwk, x5c: ['irrelevant'] }] }
  await clock.advance(REFRESH_MS)
  assert.equal(versions.length, 1)
  provider.answer = { keys: [rsaKey.jwk, ecKey.jwk] }
  await clock.advance(REFRESH_MS)
  provider.answer = { keys: [ecKey.jwk, rsaKey.jwk] }
  await clock.advance(REFRESH_MS)
  assert.equal(versions.length, 2)
  assert.notEqual(versions[0], versions[1])
  await source.close()
})

test('while there are no keys, retries back off from a second to five minutes', async () => {
  const provider = new FakeProvider()
  provider.answer = DOWN
  const { source, clock } = createSource(provider)
  await source.start()
  await settled()
  assert.equal(source.health().state, 'failed')
  assert.match(source.health().lastError!, /status 500/)
  await clock.advance(10_000)
  assert.equal(provider.fetched.length, 4)
  await clock.advance(HOUR_MS)
  const inAnHour = provider.fetched.length
  await clock.advance(HOUR_MS)
  const perHour = provider.fetched.length - inAnHour
  assert.ok(perHour >= 8 && perHour <= 12, `${perHour} fetches in an hour`)
  provider.answer = { keys: [rsaKey.jwk] }
  await clock.advance(400_000)
  assert.equal(source.health().state, 'fresh')
  await source.close()
})

const badAnswers: readonly [string, unknown, RegExp][] = [
  ['an empty key list', { keys: [] }, /empty/],
  ['keys of which none is usable', { keys: [{ kty: 'oct', k: 'AAAA' }] }, /symmetric/],
  ['something else', { error: 'maintenance' }, /not a key set/],
  ['null', null, /not a key set/],
  ['a failure', DOWN, /500/],
]
for (const [what, answer, error] of badAnswers) {
  test(`${what} does not replace the keys of before`, async () => {
    const provider = new FakeProvider()
    const { source, clock } = createSource(provider)
    await source.start()
    await settled()
    const before = source.current
    provider.answer = answer
    await clock.advance(REFRESH_MS)
    assert.match(source.health().lastError!, error)
    assert.equal(source.health().state, 'stale')
    assert.deepEqual(source.current, before)
    await source.close()
  })
}

test('an unknown key causes a fetch, and then none for the cooldown, whether that one went well or not', async () => {
  for (const outcome of [{ keys: [rsaKey.jwk] }, DOWN]) {
    const provider = new FakeProvider()
    const { source, clock } = createSource(provider)
    await source.start()
    await settled()
    await clock.advance(COOLDOWN_MS)
    provider.answer = outcome
    provider.fetched.length = 0
    await Promise.all(Array.from({ length: 1000 }, (_, i) => source.refreshFor(`unknown-${i}`)))
    assert.equal(provider.fetched.length, 1)
    await source.refreshFor('unknown')
    assert.equal(provider.fetched.length, 1)
    await clock.advance(COOLDOWN_MS - 1)
    await source.refreshFor('unknown')
    assert.equal(provider.fetched.length, 1)
    await source.close()
  }
})

test('a key that is known here causes no fetch', async () => {
  const provider = new FakeProvider()
  const { source, clock } = createSource(provider)
  await source.start()
  await settled()
  await clock.advance(COOLDOWN_MS)
  await source.refreshFor(rsaKey.kid)
  assert.equal(provider.fetched.length, 1)
  await source.close()
})

test('a token of a new key is good at once', async () => {
  const provider = new FakeProvider()
  const fleet = await createFleet(provider)
  await settled()
  await fleet.gateway.clock.advance(COOLDOWN_MS)
  provider.answer = { keys: [rsaKey.jwk, ecKey.jwk] }
  const decision = await fleet.gateway.decide(signToken(ecKey, fleet.gateway.claims()))
  assert.equal(decision.verdict, 'allow')
  await fleet.source.close()
})

test('good tokens pass while the identity provider is down for an hour', async () => {
  const provider = new FakeProvider()
  const fleet = await createFleet(provider)
  await settled()
  provider.answer = DOWN
  for (let minute = 0; minute < 60; minute += 1) {
    await fleet.gateway.clock.advance(60_000)
    const decision = await fleet.gateway.decide(signToken(rsaKey, fleet.gateway.claims()))
    assert.equal(decision.verdict, 'allow', `minute ${minute}`)
  }
  assert.equal(fleet.source.health().state, 'stale')
  await fleet.source.close()
})

test('keys of disk serve a restart while the identity provider is down, up to their age', async (t) => {
  const dataDir = await temporaryFolder(t)
  const provider = new FakeProvider()
  const first = createSource(provider, { dataDir })
  await first.source.start()
  await first.source.refreshFor(null)
  await first.source.close()
  const file = join(dataDir, 'jwks-idp.json')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(dataDir), ['jwks-idp.json'])

  provider.answer = DOWN
  const { clock } = first
  await clock.advance(DEFAULT_STALE_FOR_MS - HOUR_MS)
  const second = createSource(provider, { dataDir, clock })
  await second.source.start()
  assert.equal(second.source.health().keys, 1)
  await settled()
  assert.equal(second.source.health().state, 'stale')
  await clock.advance(HOUR_MS)
  assert.equal(second.source.current, null, 'the age counts from the fetch, not from the restart')
  await second.source.close()
  const third = createSource(provider, { dataDir, clock })
  await third.source.start()
  assert.equal(third.source.current, null)
  await third.source.close()
})

test('a stored file is ignored that is torn, changed, from the future, or of another issuer', async (t) => {
  const dataDir = await temporaryFolder(t)
  const provider = new FakeProvider()
  const first = createSource(provider, { dataDir })
  await first.source.start()
  await first.source.refreshFor(null)
  await first.source.close()
  const file = join(dataDir, 'jwks-idp.json')
  const whole = await readFile(file, 'utf8')
  provider.answer = HANGS
  const keysAfter = async (text: string, plan = issuerPlan(), clock = new ManualClock()) => {
    await writeFile(file, text)
    const { source } = createSource(provider, { dataDir, plan, clock })
    await source.start()
    const { keys } = source.health()
    await source.close()
    return keys
  }
  assert.equal(await keysAfter(whole), 1)
  assert.equal(await keysAfter(whole.slice(0, -20)), 0)
  assert.equal(await keysAfter(whole.replace(rsaKey.kid, 'rsa-2')), 0)
  assert.equal(await keysAfter(''), 0)
  assert.equal(await keysAfter(whole, issuerPlan({ issuer: 'https://other.test/' })), 0)
  assert.equal(await keysAfter(whole, issuerPlan({ jwks: { kind: 'discovery' } })), 0)
  assert.equal(await keysAfter(whole, issuerPlan(), new ManualClock(Date.UTC(2029, 0, 1))), 0)
})

test('a folder that cannot be written to costs nothing but the stored keys', async (t) => {
  const dataDir = await temporaryFolder(t)
  await writeFile(join(dataDir, 'file'), '')
  const { source } = createSource(new FakeProvider(), { dataDir: join(dataDir, 'file') })
  await source.start()
  await source.refreshFor(null)
  assert.equal(source.health().state, 'fresh')
  assert.match(source.health().lastError!, /could not be stored/)
  await source.close()
})

test('discovery finds the keys, and asks where they are again at every scheduled refresh', async () => {
  const provider = new FakeProvider()
  const { source, clock } = createSource(provider, {
    plan: issuerPlan({ jwks: { kind: 'discovery' } }),
  })
  const metadata = { issuer: 'https://idp.test/', jwks_uri: 'https://keys.test/jwks' }
  const documents = [metadata, { keys: [rsaKey.jwk] }]
  Object.defineProperty(provider, 'answer', {
    get: () => documents[(provider.fetched.length + 1) % 2],
  })
  await source.start()
  await settled()
  assert.deepEqual(provider.fetched, [
    'https://idp.test/.well-known/openid-configuration',
    'https://keys.test/jwks',
  ])
  await clock.advance(REFRESH_MS)
  assert.equal(provider.fetched.length, 4)
  assert.equal(source.health().state, 'fresh')
  await source.close()
})

test('with a real server: discovery, keys, a token, and the server going away', async (t) => {
  const server = await startProvider([rsaKey.jwk])
  t.after(() => server.close())
  const plan = issuerPlan({ issuer: `${server.url}/`, jwks: { kind: 'discovery' } })
  const fleet = await createFleet({ fetchJson: createFetchJson(systemClock) }, plan)
  await fleet.source.refreshFor(null)
  assert.deepEqual(server.hits, ['/.well-known/openid-configuration', '/jwks'])
  const decide = () =>
    fleet.gateway.decide(
      signToken(rsaKey, fleet.gateway.claims({ iss: plan.issuer })),
      authPolicy({ issuers: [plan] }),
    )
  assert.equal((await decide()).verdict, 'allow')
  await server.close()
  await fleet.gateway.clock.advance(COOLDOWN_MS)
  await fleet.source.refreshFor('unknown')
  assert.equal(fleet.source.health().state, 'stale')
  assert.equal((await decide()).verdict, 'allow')
  await fleet.source.close()
})

test('inline keys are there at once and are never fetched', async () => {
  const provider = new FakeProvider()
  const keys = [createKey('ES384', 'k').jwk as Record<string, unknown>]
  const { source, clock } = createSource(provider, {
    plan: issuerPlan({ jwks: { kind: 'inline', jwks: { keys } } }),
  })
  await source.start()
  assert.equal(source.health().state, 'fresh')
  await source.refreshFor('unknown')
  await clock.advance(HOUR_MS)
  assert.equal(provider.fetched.length, 0)
})
