import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { importKeySet, type KeySet } from '../../../../gateway/auth/key-set.ts'
import { JwtJoin } from '../../../../gateway/control/ca/jwt-join.ts'
import { TwoClocks } from '../../../sidecar/identity/two-clocks.ts'
import { START_MS, Trail } from './fixture.ts'

const ISSUER = 'https://cluster.example'
const SUBJECT = 'system:serviceaccount:shop:orders'
const NOW_S = START_MS / 1000

const { publicKey, privateKey } = await generateKeyPair('ES256')
const stranger = await generateKeyPair('ES256')
const { keySet } = importKeySet({
  keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }],
})!

function open(keys: () => KeySet | null = () => keySet) {
  const trail = new Trail()
  const jwtJoin = new JwtJoin({
    issuer: ISSUER,
    audience: 'sallyport',
    keys,
    services: new Map([[SUBJECT, 'team/orders']]),
    clock: new TwoClocks(START_MS),
    audit: trail.audit,
  })
  const join = async (jwt: string, service: string | null = 'team/orders'): Promise<string> => {
    const verdict = await jwtJoin.redeem({ jwt, service, actor: '10.0.0.1' })
    return verdict.kind === 'granted' ? verdict.service : verdict.reason
  }
  return { join, trail }
}

function tokenOf(claims: JWTPayload = {}, key = privateKey, kid = 'one'): Promise<string> {
  const all = { iss: ISSUER, aud: 'sallyport', sub: SUBJECT, exp: NOW_S + 600, ...claims }
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid }).sign(key)
}

test('the subject of a good token decides which service it is', async () => {
  const { join, trail } = open()
  assert.equal(await join(await tokenOf()), 'team/orders')
  assert.equal(trail.last?.kind, 'join_by_jwt')
  assert.equal(trail.last.service, 'team/orders')
  assert.equal(await join(await tokenOf(), null), 'team/orders')
  assert.equal(await join(await tokenOf({ aud: ['other', 'sallyport'] })), 'team/orders')
})

test('everything that is not quite right about a token is refused, and written down', async () => {
  const { join, trail } = open()
  const good = await tokenOf()
  const [header = '', payload = '', signature = ''] = good.split('.')
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
  const { exp: _, ...endless } = { iss: ISSUER, aud: 'sallyport', sub: SUBJECT, exp: 0 }
  const withoutEnd = new SignJWT(endless).setProtectedHeader({ alg: 'ES256', kid: 'one' })
  const cases: readonly (readonly [string, string])[] = [
    ['malformed_token', ''],
    ['malformed_token', 'a.b.c'],
    ['malformed_token', `${header}.${payload}`],
    ['malformed_token', `${unsigned}.${payload}.`],
    ['token_not_valid', `${unsigned}.${payload}.${signature}`],
    ['token_not_valid', `${header}.${payload}.${'A'.repeat(86)}`],
    ['token_not_valid', await tokenOf({}, stranger.privateKey)],
    ['token_not_valid', await tokenOf({}, privateKey, 'two')],
    ['token_not_valid', await tokenOf({ iss: 'https://evil.example' })],
    ['token_not_valid', await tokenOf({ aud: 'https://kubernetes.default.svc' })],
    ['token_not_valid', await tokenOf({ nbf: NOW_S + 60 })],
    ['token_not_valid', await withoutEnd.sign(privateKey)],
    ['expired_token', await tokenOf({ exp: NOW_S - 60 })],
    ['unknown_subject', await tokenOf({ sub: 'system:serviceaccount:shop:billing' })],
    ['unknown_subject', await tokenOf({ sub: '__proto__' })],
    ['unknown_subject', await tokenOf({ sub: '' })],
  ]
  for (const [reason, jwt] of cases) {
    assert.equal(await join(jwt), reason, jwt)
    assert.equal(trail.last?.reason, reason)
    assert.equal(trail.last.service, null)
  }
})

test('a good token for another service than the one that is asked for sounds the alarm', async () => {
  const { join, trail } = open()
  assert.equal(await join(await tokenOf(), 'billing'), 'foreign_service')
  assert.equal(trail.last?.alarm, true)
})

test('without keys nobody joins', async () => {
  assert.equal(await open(() => null).join(await tokenOf()), 'no_keys')
})
