// The issuer inspector: every key told with its verdict, and no name of anybody's choice leads to an address inside.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import type { VettingRules } from '../../../../gateway/allow/vet.ts'
import { createFetchJson, type FetchJson } from '../../../../gateway/auth/fetch-json.ts'
import { ApiError } from '../../../../gateway/control/admin/api-error.ts'
import { discoverIssuer } from '../../../../gateway/control/policies/discover-issuer.ts'
import { guardedFetch } from '../../../../gateway/control/policies/guarded-fetch.ts'
import { parseRange } from '../../../../sidecar/forward/address.ts'
import { systemClock } from '../../../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../../../sidecar/runtime/errors.ts'

const ISSUER = 'https://idp.example.com/'
const NO_RULES: VettingRules = {
  allow: [],
  deny: [],
  own: { listeners: [], machine: new Set() },
}

function rsa(bits: number): Record<string, unknown> {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return { ...publicKey.export({ format: 'jwk' }) }
}

function provider(keys: unknown, metadata: object = {}): { fetchJson: FetchJson; asked: string[] } {
  const asked: string[] = []
  const fetchJson: FetchJson = (url) => {
    asked.push(url)
    if (url.endsWith('/jwks')) return Promise.resolve({ keys })
    return Promise.resolve({ issuer: ISSUER, jwks_uri: `${ISSUER}jwks`, ...metadata })
  }
  return { fetchJson, asked }
}

const inspect = (url: string, fetchJson: FetchJson) =>
  discoverIssuer(url, { fetchJson, clock: systemClock, caPem: null })

async function refused(asked: Promise<unknown>): Promise<ApiError> {
  return asked.then(
    () => assert.fail('it was let through'),
    (error: unknown) => {
      assert.ok(error instanceof ApiError, String(error))
      return error
    },
  )
}

suite('an inspected issuer', () => {
  test('shows every key with what it may verify, or why it may not', async () => {
    const good = rsa(2048)
    const { fetchJson } = provider([
      { ...good, kid: 'good', alg: 'RS256', use: 'sig', exp: 2_000_000_000 },
      { ...good, kid: 'none', alg: 'none' },
      { kty: 'oct', kid: 'shared', alg: 'HS256', k: 'c2VjcmV0LXNlY3JldA' },
      { ...rsa(1024), kid: 'small', alg: 'RS256' },
      { ...good, kid: 'locks', use: 'enc' },
      { ...good, kid: 'leaked', d: 'AQAB' },
      'no key',
    ])
    const found = await inspect(ISSUER, fetchJson)
    assert.deepEqual(
      found.keys.map(({ kid, refused: reason }) => [kid, reason]),
      [
        ['good', null],
        ['none', 'unsupported_algorithm'],
        ['shared', 'symmetric'],
        ['small', 'rsa_too_small'],
        ['locks', 'not_for_signatures'],
        ['leaked', 'private'],
        [null, 'not_a_key'],
      ],
    )
    assert.deepEqual(found.keys[0]?.algorithms, ['RS256'])
    assert.equal(found.keys[0]?.expiresAtMs, 2_000_000_000_000)
    assert.deepEqual([found.keys[0]?.bits, found.keys[3]?.bits], [2048, 1024])
    assert.deepEqual(found.algorithms, ['RS256'])
    assert.doesNotMatch(JSON.stringify(found), /c2VjcmV0|AQAB/)
  })

  test('is found by its metadata’s address too, and spelled as it spells itself', async () => {
    const { fetchJson } = provider([])
    for (const url of [
      ISSUER,
      'https://idp.example.com',
      'https://idp.example.com/.well-known/openid-configuration',
    ]) {
      assert.equal((await inspect(url, fetchJson)).issuer, ISSUER, url)
    }
  })

  test('is not believed to be one of another host', async () => {
    const { fetchJson, asked } = provider([], { issuer: 'https://evil.example/' })
    const { code, errors } = await refused(inspect(ISSUER, fetchJson))
    assert.equal(code, 'invalid')
    assert.match(errors[0]?.detail ?? '', /names the issuer https:\/\/evil\.example\//)
    assert.ok(asked.every((url) => url.startsWith(ISSUER)))
  })

  test('is refused where the address is none that keys could be trusted from', async () => {
    const { fetchJson, asked } = provider([])
    for (const url of ['http://idp.example.com/', 'file:///x', 'idp', 'https://a:b@idp.example/']) {
      assert.equal((await refused(inspect(url, fetchJson))).code, 'invalid', url)
    }
    assert.deepEqual(asked, [])
  })
})

suite('the guard', () => {
  let server: Server
  let port: number
  let hits = 0

  before(async () => {
    server = createServer((_request, response) => {
      hits++
      response.end('{}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  after(() => server.close())

  /** A name is looked up once, and what was found is what is connected to: a second answer would be the attack. */
  const guarded = (answers: readonly string[][], rules: VettingRules = NO_RULES) => {
    let turn = 0
    return guardedFetch({
      fetchJson: createFetchJson(systemClock),
      rules: () => rules,
      isConfigured: () => false,
      resolve: () => {
        const found = answers[Math.min(turn++, answers.length - 1)]!
        return Promise.resolve(
          found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        )
      },
    })
  }
  const get = (fetchJson: FetchJson, url: string) =>
    fetchJson(url, { caPem: null, signal: new AbortController().signal })

  test('lets no name lead to an address inside, alone or among public ones', async () => {
    for (const addresses of [
      ['127.0.0.1'],
      ['169.254.169.254'],
      ['93.184.216.34', '10.0.0.7'],
      ['::ffff:127.0.0.1'],
      ['64:ff9b::7f00:1'],
      ['fd00:ec2::254'],
      [],
    ]) {
      const url = `https://name.example:${port}/`
      await assert.rejects(get(guarded([addresses]), url), (error: SallyportError) => {
        assert.equal((error.cause as SallyportError).code, 'address_forbidden', String(addresses))
        return true
      })
    }
    assert.equal(hits, 0)
  })

  test('connects to what it checked, not to what a second look-up would say', async () => {
    const rebinding = guarded([['192.0.2.1'], ['127.0.0.1']])
    await assert.rejects(get(rebinding, `https://name.example:${port}/`))
    assert.equal(hits, 0)
  })

  test('opens what egress opens, but no door of our own', async () => {
    const opened = { ...NO_RULES, allow: [parseRange('127.0.0.0/8')!] }
    const own = { listeners: [{ address: '0.0.0.0', port }], machine: new Set<string>() }
    await assert.rejects(
      get(guarded([['127.0.0.1']], { ...opened, own }), `http://localhost:${port}/`),
    )
    assert.equal(hits, 0)
    assert.deepEqual(await get(guarded([['127.0.0.1']], opened), `http://localhost:${port}/`), {})
    assert.equal(hits, 1)
  })
})
