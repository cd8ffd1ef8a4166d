// J081 to J095: an issuer's keys under attack and under failure.

import assert from 'node:assert/strict'
import type { JsonWebKey } from 'node:crypto'
import { createFetchJson } from '../../../gateway/auth/fetch-json.ts'
import { importKeySet } from '../../../gateway/auth/key-set.ts'
import { COOLDOWN_MS, DEFAULT_STALE_FOR_MS, REFRESH_MS } from '../../../gateway/auth/key-source.ts'
import {
  authPolicy,
  createGateway,
  createKey,
  ecKey,
  issuerPlan,
  rsaKey,
  signToken,
} from './fixture.ts'
import { settled } from './manual-clock.ts'
import {
  createFleet,
  DOWN,
  FakeProvider,
  HANGS,
  startProvider,
  until,
  type Behaviour,
  type Fleet,
} from './provider.ts'
import type { SecurityCase } from './security-cases-kinds.ts'

/** A key published in a form that must not be used: it is refused for `reason`, and a good one beside it is kept. */
function refusesKey(what: string, reason: string, jwk: JsonWebKey): SecurityCase {
  return {
    what,
    async run() {
      const imported = importKeySet({ keys: [jwk, rsaKey.jwk] })!
      assert.deepEqual(
        imported.refused.map((key) => key.reason),
        [reason],
      )
      assert.equal(imported.keySet.keys.length, 1)
    },
  }
}

const tokenBy = ({ gateway }: Fleet, key = rsaKey, header = {}): string =>
  signToken(key, gateway.claims(), header)

async function floodUnknownKeys(
  { gateway }: Fleet,
  seconds: number,
  perSecond: number,
): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    const tokens = Array.from({ length: perSecond }, (_, i) =>
      signToken(ecKey, gateway.claims(), { kid: `unknown-${second}-${i}` }),
    )
    const decisions = tokens.map((token) => gateway.decide(token))
    await settled()
    await gateway.clock.advance(1000)
    for (const decision of await Promise.all(decisions)) assert.equal(decision.verdict, 'deny')
  }
}

/** With a real server that answers badly, keys of before go on to be used, and the server is not asked twice. */
function keepsKeys(what: string, behaviour: Behaviour, error: RegExp): SecurityCase {
  return {
    what,
    async run() {
      const server = await startProvider()
      const plan = issuerPlan({
        issuer: `${server.url}/`,
        jwks: { kind: 'url', url: `${server.url}/jwks` },
      })
      const clockless = { after: () => () => {}, wallMs: () => 0, monotonicMs: () => 0 }
      const fleet = await createFleet({ fetchJson: createFetchJson(clockless) }, plan)
      try {
        await until(() => fleet.source.health().state === 'fresh')
        server.behaviour = behaviour
        server.hits.length = 0
        await fleet.gateway.clock.advance(REFRESH_MS)
        await until(() => fleet.source.health().lastError !== null)
        assert.match(fleet.source.health().lastError!, error)
        assert.equal(fleet.source.health().state, 'stale')
        assert.deepEqual(server.hits, ['/jwks'])
        const token = signToken(rsaKey, fleet.gateway.claims({ iss: plan.issuer }))
        const decision = await fleet.gateway.decide(token, authPolicy({ issuers: [plan] }))
        assert.equal(decision.verdict, 'allow')
      } finally {
        await fleet.source.close()
        await server.close()
      }
    },
  }
}

export const keyCases: Readonly<Record<string, SecurityCase>> = {
  J081: {
    what: '1,000 unknown kids a second cause at most one fetch in a cooldown',
    async run() {
      const provider = new FakeProvider()
      const fleet = await createFleet(provider)
      await floodUnknownKeys(fleet, 1, 1000)
      await floodUnknownKeys(fleet, 60, 10)
      assert.ok(provider.fetched.length >= 2, 'unknown keys are looked for')
      assert.ok(
        provider.fetched.length <= 1 + Math.ceil(61_000 / COOLDOWN_MS),
        `${provider.fetched.length} fetches`,
      )
      await fleet.source.close()
    },
  },
  J082: {
    what: 'an endpoint that fails is not asked more often',
    async run() {
      const provider = new FakeProvider()
      const fleet = await createFleet(provider)
      await settled()
      provider.answer = DOWN
      provider.fetched.length = 0
      await floodUnknownKeys(fleet, 90, 10)
      assert.ok(provider.fetched.length >= 2)
      assert.ok(
        provider.fetched.length <= 90_000 / COOLDOWN_MS,
        `${provider.fetched.length} fetches`,
      )
      await fleet.source.close()
    },
  },
  J083: {
    what: 'an endpoint that hangs holds a request for a second at most',
    async run() {
      const provider = new FakeProvider()
      provider.answer = HANGS
      const fleet = await createFleet(provider)
      const withoutKeys = fleet.gateway.decide(tokenBy(fleet))
      await fleet.gateway.clock.advance(1000)
      assert.equal((await withoutKeys).reason, 'keys_unavailable')
      const imported = importKeySet({ keys: [rsaKey.jwk] })!
      fleet.gateway.rings.update(fleet.source.id, imported.document, imported.keySet.version)
      await fleet.gateway.clock.advance(1000)
      const unknownKey = fleet.gateway.decide(tokenBy(fleet, ecKey))
      await fleet.gateway.clock.advance(1000)
      assert.equal((await unknownKey).reason, 'unknown_key')
      await fleet.source.close()
    },
  },
  J084: keepsKeys('a redirect is not followed', 'redirect', /status 302/),
  J085: keepsKeys('10 MB are not read', 'huge', /larger than/),
  J086: keepsKeys('HTML is not taken for keys', 'html', /not JSON/),
  J087: {
    what: 'an outage is survived for a day, then tokens are answered 503',
    async run() {
      const provider = new FakeProvider()
      const fleet = await createFleet(provider)
      await settled()
      provider.answer = DOWN
      for (let hour = 1; hour < DEFAULT_STALE_FOR_MS / 3_600_000; hour += 1) {
        await fleet.gateway.clock.advance(3_600_000)
        assert.equal((await fleet.gateway.decide(tokenBy(fleet))).verdict, 'allow', `hour ${hour}`)
      }
      await fleet.gateway.clock.advance(3_600_000)
      const decision = await fleet.gateway.decide(tokenBy(fleet))
      assert.ok(decision.verdict === 'deny')
      assert.deepEqual([decision.status, decision.reason], [503, 'keys_unavailable'])
      assert.equal(fleet.source.health().state, 'failed')
      await fleet.source.close()
    },
  },
  J088: {
    what: 'tokens of a key that was removed fail with the next refresh',
    async run() {
      const provider = new FakeProvider()
      provider.answer = { keys: [rsaKey.jwk, ecKey.jwk] }
      const fleet = await createFleet(provider)
      await settled()
      const token = signToken(
        ecKey,
        fleet.gateway.claims({ exp: fleet.gateway.clock.wallMs() / 1000 + 3600 }),
      )
      assert.equal((await fleet.gateway.decide(token)).verdict, 'allow')
      provider.answer = { keys: [rsaKey.jwk] }
      await fleet.gateway.clock.advance(REFRESH_MS)
      assert.equal((await fleet.gateway.decide(token)).reason, 'unknown_key')
      await fleet.source.close()
    },
  },
  J089: {
    what: 'two keys with one kid: each may sign, others may not',
    async run() {
      const [first, second, stranger] = [
        createKey('ES256', 'k'),
        createKey('ES256', 'k'),
        createKey('ES256', 'k'),
      ]
      const gateway = createGateway({ keys: [first.jwk, second.jwk] })
      for (const key of [first, second]) {
        assert.equal((await gateway.decide(signToken(key, gateway.claims()))).verdict, 'allow')
      }
      const decision = await gateway.decide(signToken(stranger, gateway.claims()))
      assert.ok(decision.verdict === 'deny')
      assert.deepEqual([decision.status, decision.reason], [401, 'signature_invalid'])
    },
  },
  J090: refusesKey('oct key', 'symmetric', { kty: 'oct', k: 'AAAA', kid: 'hs' }),
  J091: refusesKey('RSA of 1024 bits', 'rsa_too_small', createKey('RS256', 'small', 1024).jwk),
  J092: refusesKey('RSA with e = 1', 'rsa_bad_exponent', { ...rsaKey.jwk, e: 'AQ' }),
  J093: refusesKey('RSA modulus with the ROCA fingerprint', 'rsa_roca', {
    ...rsaKey.jwk,
    n: rocaModulus(),
  }),
  J094: refusesKey('point off the curve', 'invalid_key', { ...ecKey.jwk, y: ecKey.jwk.x! }),
  J095: {
    what: 'the key is taken from the issuer of the token, whatever others call theirs',
    async run() {
      const [mine, theirs] = [createKey('ES256', 'shared'), createKey('ES256', 'shared')]
      const issuers = [mine, theirs].map((key, i) =>
        issuerPlan({
          name: `idp-${i}`,
          issuer: `https://idp-${i}.test/`,
          jwks: { kind: 'inline', jwks: { keys: [key.jwk as Record<string, unknown>] } },
        }),
      )
      const gateway = createGateway()
      const policy = authPolicy({ issuers })
      const claims = gateway.claims({ iss: 'https://idp-0.test/' })
      assert.equal((await gateway.decide(signToken(mine, claims), policy)).verdict, 'allow')
      assert.equal(
        (await gateway.decide(signToken(theirs, claims), policy)).reason,
        'signature_invalid',
      )
    },
  },
}

/** A number of 2048 bits built as the flawed generator builds moduli: a power of 65537 modulo the product of small primes. */
function rocaModulus(): string {
  const primes = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
  ]
  const more = [89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167]
  const product = [...primes, ...more].reduce((all, prime) => all * BigInt(prime), 2n)
  const residue = 65_537n ** 5n % product
  const modulus = (1n << 2047n) - ((1n << 2047n) % product) + product + residue
  return Buffer.from(modulus.toString(16), 'hex').toString('base64url')
}
