import assert from 'node:assert/strict'
import { connect } from 'node:tls'
import { after, before, test } from 'node:test'
import { createKey } from '../../../../sidecar/identity/key.ts'
import { BUCKETS } from '../../../../sidecar/telemetry/metrics.ts'
import { createTestMesh } from '../../../support/mesh-identity.ts'
import { ManualClock } from '../../auth/manual-clock.ts'
import { allowRule, idOf, meshPlan, startControl, type ControlUnderTest } from './fixture.ts'
import { knock, shown, type Knock, type KnockAnswer } from './knock.ts'

const REGISTRATION = {
  instance: 'a',
  epoch: 1,
  port: 15_443,
  protocol: 'http1',
  version: null,
  zone: null,
  weight: 1,
  address: null,
  healthy: true,
  status: 'up',
}

let control: ControlUnderTest

before(async () => {
  control = await startControl({ plan: meshPlan({ orders: [allowRule('orders', ['billing'])] }) })
})
after(() => control.close())

function ask(what: Knock): Promise<KnockAnswer> {
  return knock(control.url, control.mesh.trusting.trust, what)
}

async function tokenFor(service: string): Promise<string> {
  const { token } = await control.tokens.create({ service, createdBy: 'ann' })
  return token
}

function lastAudit(kind: string) {
  return control.audited.findLast((event) => event.kind === kind)
}

test('a token becomes a certificate of the service it was made for', async () => {
  const { csrPem } = createKey()
  const token = await tokenFor('billing')
  const { status, body } = await ask({
    path: '/v1/join',
    body: { token, csrPem, service: 'billing' },
  })
  assert.equal(status, 200)
  assert.equal(body['id'], idOf('billing'))
  assert.deepEqual(body['trust'], control.mesh.trusting.trust)
  assert.match(String(body['certPem']), /BEGIN CERTIFICATE/)
  const audited = lastAudit('mesh_join')
  assert.deepEqual([audited?.result, audited?.service], ['ok', 'billing'])
})

test('after a lost answer the same key joins again, another one does not', async () => {
  const { csrPem } = createKey()
  const token = await tokenFor('billing')
  const body = { token, csrPem, service: 'billing' }
  assert.equal((await ask({ path: '/v1/join', body })).status, 200)
  assert.equal((await ask({ path: '/v1/join', body })).status, 200)
  const other = { ...body, csrPem: createKey().csrPem }
  const replayed = await ask({ path: '/v1/join', body: other })
  assert.deepEqual([replayed.status, replayed.body['code']], [401, 'replayed_token'])
  assert.equal(lastAudit('mesh_join')?.reason, 'replayed_token')
})

test('whoever brings no good credential hears why, and it is audited', async () => {
  const { csrPem } = createKey()
  const good = await tokenFor('billing')
  const parts = good.split('.')
  const unknown = ['sp1', Buffer.alloc(12, 1).toString('base64url'), parts[2], parts[3]].join('.')
  const foreign = [...parts.slice(0, 3), Buffer.alloc(32, 1).toString('base64url')].join('.')
  const cases: readonly (readonly [Record<string, unknown>, number, string])[] = [
    [{ token: 'nonsense', service: 'billing' }, 401, 'malformed_token'],
    [{ token: foreign, service: 'billing' }, 401, 'foreign_bundle'],
    [{ token: good, service: 'orders' }, 401, 'foreign_service'],
    [{ token: good, service: 'system/edge' }, 403, 'reserved_service'],
    [{ token: good, service: 'edge' }, 403, 'reserved_service'],
    [{ jwt: 'a.b.c', service: 'billing' }, 401, 'join_not_offered'],
    [{ service: 'billing' }, 400, 'body_invalid'],
    [{ token: good, jwt: 'a.b.c', service: 'billing' }, 400, 'body_invalid'],
    [{ token: good, service: 'billing', csrPem: 'nonsense' }, 400, 'bad_csr'],
    [{ token: good, service: '../billing' }, 400, 'body_invalid'],
    [{ token: good, service: 'billing', id: idOf('orders') }, 400, 'body_invalid'],
  ]
  const refused = await ask({ path: '/v1/join', body: { token: unknown, csrPem, service: 'b' } })
  assert.equal(refused.status, 401)
  for (const [body, status, code] of cases) {
    const answer = await ask({ path: '/v1/join', body: { csrPem, ...body } })
    assert.deepEqual([answer.status, answer.body['code']], [status, code], JSON.stringify(body))
    assert.equal(answer.headers['content-type'], 'application/problem+json')
    assert.equal(lastAudit('mesh_join')?.reason, code)
  }
})

test('an expired token is refused', async () => {
  const clock = new ManualClock(Date.now())
  const late = await startControl({ clock })
  try {
    const { token } = await late.tokens.create({ service: 'billing', createdBy: 'ann' })
    await clock.advance(600_000)
    const body = { token, csrPem: createKey().csrPem, service: 'billing' }
    const answer = await knock(late.url, late.mesh.trusting.trust, { path: '/v1/join', body })
    assert.deepEqual([answer.status, answer.body['code']], [401, 'expired_token'])
    const refused = late.audited.findLast(({ kind }) => kind === 'mesh_join')
    assert.equal(refused?.reason, 'expired_token')
  } finally {
    await late.close()
  }
})

test('joining with a JWT gives the service that the token stands for', async () => {
  const seen: unknown[] = []
  const withJwt = await startControl({
    jwt: () => ({
      redeem: (attempt) => {
        seen.push(attempt.jwt)
        return Promise.resolve({ kind: 'granted', service: 'billing' } as const)
      },
    }),
  })
  try {
    const body = { jwt: 'a.b.c', csrPem: createKey().csrPem, service: 'billing' }
    const { trust } = withJwt.mesh.trusting
    const answer = await knock(withJwt.url, trust, { path: '/v1/join', body })
    assert.equal(answer.body['id'], idOf('billing'))
    const weak = { ...body, csrPem: 'nonsense' }
    const refused = await knock(withJwt.url, trust, { path: '/v1/join', body: weak })
    assert.deepEqual([refused.status, refused.body['code']], [400, 'bad_csr'])
    assert.deepEqual(seen, ['a.b.c', 'a.b.c'])
  } finally {
    await withJwt.close()
  }
})

test('without a certificate nothing else is answered, and the refusal is audited', async () => {
  for (const path of ['/v1/renew', '/v1/register', '/v1/watch', '/v1/anything', '/']) {
    const answer = await ask({ path })
    assert.deepEqual([answer.status, answer.body['code']], [401, 'no_certificate'], path)
  }
  assert.equal(lastAudit('mesh_refusal')?.reason, 'no_certificate')
})

test('certificates of another authority, of another kind or revoked are refused', async () => {
  const alien = await createTestMesh('mesh.test')
  const stranger = await alien.identity('billing')
  const refused = await ask({ path: '/v1/renew', show: shown(stranger) })
  assert.deepEqual([refused.status, refused.body['detail']], [403, 'untrusted_chain'])
  const member = control.member('orders')
  const body = { csrPem: createKey().csrPem }
  assert.equal((await ask({ path: '/v1/renew', body, show: shown(member) })).status, 200)
  const { serial, notAfterMs } = member.svid
  await control.revocations.add({ serial, notAfterMs }, 'lost', 'ann')
  const revoked = await ask({ path: '/v1/renew', body, show: shown(member) })
  assert.deepEqual([revoked.status, revoked.body['detail']], [403, 'revoked'])
})

test('a renewal is for who the certificate says, with a key of its own', async () => {
  const member = control.member('billing')
  const { csrPem } = createKey()
  const { body } = await ask({ path: '/v1/renew', body: { csrPem }, show: shown(member) })
  assert.equal(body['id'], idOf('billing'))
  const wish = { csrPem, service: 'orders' }
  const refused = await ask({ path: '/v1/renew', body: wish, show: shown(member) })
  assert.deepEqual([refused.status, refused.body['code']], [400, 'body_invalid'])
})

test('an instance registers, beats, drains and leaves', async () => {
  const show = shown(control.member('orders'))
  const { status, body } = await ask({ path: '/v1/register', body: REGISTRATION, show })
  assert.equal(status, 200)
  assert.equal(body['ttlMs'], 15_000)
  const { leaseId } = body
  const endpoints = () => control.mesh.snapshotFor(idOf('billing')).services['orders']?.endpoints
  assert.deepEqual(endpoints()?.[0]?.address, '127.0.0.1')
  const beat = { leaseId, healthy: false, status: 'up' }
  assert.equal((await ask({ path: '/v1/heartbeat', body: beat, show })).status, 204)
  assert.equal(endpoints()?.[0]?.healthy, false)
  assert.equal((await ask({ path: '/v1/drain', body: { leaseId }, show })).status, 204)
  assert.deepEqual(endpoints(), [])
  assert.equal((await ask({ path: '/v1/deregister', body: { leaseId }, show })).status, 204)
  const again = await ask({ path: '/v1/heartbeat', body: beat, show })
  assert.deepEqual([again.status, again.body['code']], [404, 'unknown_lease'])
  assert.deepEqual(
    ['mesh_register', 'mesh_drain', 'mesh_deregister'].map((kind) => lastAudit(kind)?.actor),
    [idOf('orders'), idOf('orders'), idOf('orders')],
  )
})

test('figures are whose the lease is, and nobody else’s', async () => {
  const show = shown(control.member('orders'))
  const register = { path: '/v1/register', body: { ...REGISTRATION, instance: 'counting' }, show }
  const leaseId = String((await ask(register)).body['leaseId'])
  const buckets = BUCKETS.map(() => 0)
  const outcomes = [[200, 'ok', 2]]
  const row = {
    direction: 'inbound',
    peer: 'billing',
    outcomes,
    buckets: [...buckets, 2],
    sumMs: 9,
  }
  const body = { leaseId, running: 1, rows: [row] }
  const { status, body: answer } = await ask({ path: '/v1/figures', body, show })
  assert.equal(status, 200)
  assert.equal(typeof answer['nextMs'], 'number')
  assert.deepEqual(control.figures, [
    { service: 'orders', instance: 'counting', running: 1, rows: [row] },
  ])
  const other = shown(control.member('billing'))
  const stolen = await ask({ path: '/v1/figures', body, show: other })
  assert.deepEqual([stolen.status, stolen.body['code']], [404, 'unknown_lease'])
  const long = { ...body, rows: Array.from({ length: 100 }, () => row) }
  assert.equal((await ask({ path: '/v1/figures', body: long, show })).body['code'], 'body_invalid')
  const bad = { ...body, rows: [{ ...row, peer: '<b>' }] }
  assert.equal((await ask({ path: '/v1/figures', body: bad, show })).body['code'], 'body_invalid')
  assert.equal(control.figures.length, 1)
  assert.equal((await ask({ path: '/v1/deregister', body: { leaseId }, show })).status, 204)
})

test('who registers is who the certificate says, at the address it called from', async () => {
  const show = shown(control.member('orders'))
  const cases: readonly (readonly [Record<string, unknown>, number, string])[] = [
    [{ service: 'billing' }, 401, 'foreign_service'],
    [{ address: '10.0.0.1' }, 403, 'foreign_address'],
    [{ address: 'orders.internal' }, 403, 'foreign_address'],
    [{ port: 0 }, 400, 'body_invalid'],
    [{ weight: 1e6 }, 400, 'body_invalid'],
    [{ instance: '__proto__' }, 400, 'body_invalid'],
    [{ protocol: 'h3' }, 400, 'body_invalid'],
  ]
  for (const [change, status, code] of cases) {
    const answer = await ask({ path: '/v1/register', body: { ...REGISTRATION, ...change }, show })
    assert.deepEqual([answer.status, answer.body['code']], [status, code], JSON.stringify(change))
  }
  assert.deepEqual(control.mesh.registry.list(), [])
  // Of this machine, as the caller is.
  const own = { ...REGISTRATION, address: '127.0.0.2', service: 'orders' }
  const { body } = await ask({ path: '/v1/register', body: own, show })
  await ask({ path: '/v1/deregister', body: { leaseId: body['leaseId'] }, show })
})

test('requests are bounded and typed, and paths and methods are exactly those', async () => {
  const show = shown(control.member('orders'))
  const cases: readonly (readonly [Knock, number, string])[] = [
    [{ path: '/v1/renew', body: Buffer.alloc(8193, 0x20) }, 413, 'body_too_large'],
    [{ path: '/v1/join', body: Buffer.alloc(100_000, 0x20) }, 413, 'body_too_large'],
    [{ path: '/v1/renew', body: Buffer.from('{') }, 400, 'body_not_json'],
    [{ path: '/v1/renew', body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'body_not_json'],
    [{ path: '/v1/renew', body: Buffer.from('null') }, 400, 'body_invalid'],
    [
      { path: '/v1/renew', headers: { 'content-type': 'text/plain' } },
      415,
      'body_not_of_that_type',
    ],
    [{ path: '/v1/nothing' }, 404, 'unknown_path'],
    [{ path: '/v1/renew', method: 'GET' }, 405, 'method_not_allowed'],
    [{ path: '/v1/watch' }, 405, 'method_not_allowed'],
    [{ path: '/v1/trust' }, 405, 'method_not_allowed'],
    [{ path: '/v1/join', method: 'GET' }, 405, 'method_not_allowed'],
  ]
  for (const [what, status, code] of cases) {
    const answer = await ask({ ...what, show })
    assert.deepEqual([answer.status, answer.body['code']], [status, code], what.path)
  }
  const body = Buffer.alloc(20_000, 0x20)
  const long = await ask({ path: '/v1/join', chunked: true, body })
  assert.deepEqual([long.status, long.body['code']], [413, 'body_too_large'])
})

test('anybody may ask whether it lives, and whom to believe', async () => {
  assert.equal((await ask({ path: '/livez', method: 'GET' })).status, 200)
  const { body } = await ask({ path: '/v1/trust', method: 'GET' })
  assert.deepEqual(body, control.mesh.trusting.trust)
})

test('whoever knocks too often is put off, and others are not', async () => {
  const busy = await startControl()
  try {
    const { trust } = busy.mesh.trusting
    const show = shown(busy.member('orders'))
    const codes: number[] = []
    for (let index = 0; index < 70; index++) {
      const { status } = await knock(busy.url, trust, { path: '/livez', method: 'GET' })
      codes.push(status)
    }
    assert.equal(codes[0], 200)
    // Told each time it begins, since whoever waits a fifth of a second is let in once more.
    const begun = codes.filter((code, index) => code === 429 && codes[index - 1] === 200).length
    assert.ok(begun >= 1)
    assert.equal(busy.audited.filter(({ reason }) => reason === 'rate_limited').length, begun)
    const body = REGISTRATION
    assert.equal((await knock(busy.url, trust, { path: '/v1/register', body, show })).status, 200)
  } finally {
    await busy.close()
  }
})

test('the door outlives whatever is thrown at it', async () => {
  const throwIn = (bytes: string | Buffer): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port: control.door.port,
        ca: [...control.mesh.trusting.trust.rootPems],
        checkServerIdentity: () => undefined,
      })
      socket.on('error', () => socket.destroy())
      socket.on('close', () => resolve())
      socket.on('data', () => {})
      socket.on('secureConnect', () => socket.end(bytes))
    })
  await Promise.all([
    throwIn('\0\0\0\0'),
    throwIn('GET'),
    throwIn('CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n'),
    throwIn('GET /v1/watch HTTP/1.1\r\nhost: a\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    throwIn('POST /v1/join HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\r\n'),
    throwIn(
      'POST /v1/join HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n' +
        'content-length: 500\r\n\r\n{"a"',
    ),
    throwIn(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`),
    throwIn('GET /v1/watch?held=%ff%00 HTTP/1.1\r\nhost: a\r\n\r\n'),
    throwIn(Buffer.alloc(100_000, 0xff)),
  ])
  assert.equal((await ask({ path: '/livez', method: 'GET' })).status, 200)
})
