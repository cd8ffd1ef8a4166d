import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Renewal, type RenewalEvent } from '../../../sidecar/identity/renewal.ts'
import { backOffMs, dueTime } from '../../../sidecar/identity/renewal-times.ts'
import { BILLING, bundleOf, ORDERS } from '../../support/odd-certificates.ts'
import { NOBODY } from './mesh-identity.ts'
import { TestAuthority, TTL_MS } from './test-authority.ts'
import { settled, TwoClocks } from './two-clocks.ts'

const START_MS = Date.UTC(2030, 0, 1)
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

async function setUp(t: TestContext, random: () => number = () => 0.5) {
  const clock = new TwoClocks(START_MS)
  const authority = await TestAuthority.create(() => clock.wallMs())
  const events: RenewalEvent[] = []
  const renewal = new Renewal({
    id: ORDERS,
    request: authority.request,
    clock,
    random,
    onEvent: (event) => events.push(event),
  })
  t.after(() => renewal.close())
  const failures = (): readonly RenewalEvent[] => events.filter(({ kind }) => kind === 'failed')
  return { clock, authority, events, failures, renewal }
}

const kindOf = (renewal: Renewal): string => renewal.state.kind

test('the first certificate is asked for at once, and everything about us comes with it', async (t) => {
  const { authority, renewal, events } = await setUp(t)
  assert.deepEqual(renewal.state, { kind: 'none' })
  assert.throws(() => renewal.svid, { code: 'no_identity' })
  assert.throws(() => renewal.trust, { code: 'no_identity' })
  renewal.start()
  await renewal.ready
  assert.equal(kindOf(renewal), 'valid')
  assert.equal(renewal.svid.id, ORDERS)
  assert.equal(renewal.svid.notAfterMs, START_MS + TTL_MS)
  assert.deepEqual(renewal.trust, bundleOf(authority.root))
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['renewed'],
  )
})

test('it renews at two thirds of the life, with a new key, and says so', async (t) => {
  const { clock, authority, renewal } = await setUp(t)
  renewal.start()
  await renewal.ready
  const first = renewal.svid
  let told = 0
  renewal.onChange(() => (told += 1))
  await clock.pass(39 * MINUTE_MS)
  assert.equal(renewal.svid, first)
  await clock.pass(2 * MINUTE_MS)
  assert.notEqual(renewal.svid.serial, first.serial)
  assert.notEqual(renewal.svid.keyPem, first.keyPem)
  assert.equal(told, 1)
  assert.equal(authority.asked.length, 2)
  assert.notEqual(authority.asked[0]!.keyHash, authority.asked[1]!.keyHash)
  assert.equal(authority.asked[1]!.current, first)
  await clock.pass(DAY_MS)
  assert.ok(authority.asked.length >= 36 && authority.asked.length <= 40)
})

test('those who began together do not renew together', () => {
  const clock = new TwoClocks(START_MS)
  const svid = { notBeforeMs: START_MS, notAfterMs: START_MS + TTL_MS }
  const inMinutes = [0, 0.25, 0.5, 0.75, 1].map((random) => {
    const { wallMs, monotonicMs } = dueTime(svid, clock, () => random)
    assert.equal(wallMs - START_MS, monotonicMs)
    return monotonicMs / MINUTE_MS
  })
  assert.deepEqual(inMinutes.map(Math.round), [37, 39, 40, 42, 43])
})

test('a certificate that seems almost over is not renewed without end', () => {
  const clock = new TwoClocks(START_MS + TTL_MS - 100)
  const svid = { notBeforeMs: START_MS, notAfterMs: START_MS + TTL_MS }
  assert.equal(dueTime(svid, clock, () => 0.5).monotonicMs, 10_000)
})

test('back-off doubles from half a second to two and a half minutes, give or take a fifth', () => {
  const steps = Array.from({ length: 12 }, (_, failures) => backOffMs(failures, null, () => 0.5))
  assert.deepEqual(steps.slice(0, 4), [500, 1000, 2000, 4000])
  assert.deepEqual(steps.slice(-2), [150_000, 150_000])
  assert.equal(
    backOffMs(0, null, () => 0),
    400,
  )
  assert.equal(
    backOffMs(0, null, () => 1),
    600,
  )
  // The last attempt comes before the certificate goes.
  assert.equal(
    backOffMs(11, 20_000, () => 0.5),
    20_000,
  )
  assert.equal(
    backOffMs(11, -5, () => 0.5),
    150_000,
  )
})

test('the good certificate stays while the authority is away for most of its life', async (t) => {
  const { clock, authority, renewal, failures, events } = await setUp(t)
  renewal.start()
  await renewal.ready
  const first = renewal.svid
  authority.mood = 'away'
  // 60 % of the life, so that renewal is due and fails for a while.
  await clock.pass(0.6 * TTL_MS)
  assert.equal(kindOf(renewal), 'valid')
  await clock.pass(0.3 * TTL_MS)
  assert.equal(renewal.svid, first)
  assert.equal(kindOf(renewal), 'due')
  assert.ok(failures().length > 8)
  authority.mood = 'willing'
  await clock.pass(150_000 * 1.2)
  assert.equal(kindOf(renewal), 'valid')
  assert.notEqual(renewal.svid, first)
  assert.ok(!events.some(({ kind }) => kind === 'expired'))
})

test('away for 60 % of the life from the moment it is due: expired is said once, and it recovers', async (t) => {
  const { clock, authority, renewal, events, failures } = await setUp(t)
  renewal.start()
  await renewal.ready
  await clock.pass(30 * MINUTE_MS)
  authority.mood = 'away'
  let told = 0
  renewal.onChange(() => (told += 1))
  await clock.pass(0.6 * TTL_MS)
  assert.equal(kindOf(renewal), 'expired')
  assert.equal(events.filter(({ kind }) => kind === 'expired').length, 1)
  assert.equal(told, 1)
  const last = failures().at(-1)
  assert.ok(last?.kind === 'failed' && last.leftMs !== null && last.leftMs < 0)
  authority.mood = 'willing'
  await clock.pass(150_000 * 1.2)
  assert.equal(kindOf(renewal), 'valid')
  assert.equal(told, 2)
})

test('a lost answer is asked for again with the same key, so that a join token still fits', async (t) => {
  const { clock, authority, renewal, events } = await setUp(t)
  authority.mood = 'lost'
  renewal.start()
  await clock.pass(9_999)
  assert.equal(authority.asked.length, 1)
  await clock.pass(1)
  assert.ok(authority.asked[0]!.signal.aborted)
  assert.equal(events[0]?.kind === 'failed' && events[0].code, 'renewal_timeout')
  authority.mood = 'willing'
  await clock.pass(600)
  await renewal.ready
  assert.equal(authority.asked.length, 2)
  assert.equal(authority.asked[0]!.keyHash, authority.asked[1]!.keyHash)
})

test('a clock that jumps two days ahead is noticed within half a minute', async (t) => {
  const { clock, authority, renewal, events } = await setUp(t)
  renewal.start()
  await renewal.ready
  clock.jump(2 * DAY_MS)
  assert.equal(kindOf(renewal), 'expired')
  await clock.pass(30_000)
  assert.equal(authority.asked.length, 2)
  assert.equal(kindOf(renewal), 'valid')
  assert.equal(renewal.svid.notAfterMs > clock.wallMs(), true)
  assert.ok(events.some(({ kind }) => kind === 'expired'))
})

test('a host that slept past the time to renew does so within half a minute of waking', async (t) => {
  const { clock, authority, renewal, events } = await setUp(t)
  renewal.start()
  await renewal.ready
  clock.jump(45 * MINUTE_MS)
  assert.equal(kindOf(renewal), 'due')
  await clock.pass(30_000)
  assert.equal(authority.asked.length, 2)
  assert.ok(!events.some(({ kind }) => kind === 'expired'))
})

test('a clock that is set back two days delays no renewal', async (t) => {
  const { clock, authority, renewal } = await setUp(t)
  renewal.start()
  await renewal.ready
  clock.jump(-2 * DAY_MS)
  await clock.pass(39 * MINUTE_MS)
  assert.equal(authority.asked.length, 1)
  await clock.pass(2 * MINUTE_MS)
  assert.equal(authority.asked.length > 1, true)
})

test('what our peers would refuse is never published', async (t) => {
  const { clock, authority, renewal, failures } = await setUp(t)
  renewal.start()
  await renewal.ready
  const first = renewal.svid
  const stranger = await TestAuthority.create(() => clock.wallMs())
  const broken = first.certPem.replace('-----END', 'A-----END')
  const lies: readonly (readonly [string, string, () => void])[] = [
    ['not_for_us', 'for somebody else', () => (authority.id = BILLING)],
    [
      'not_for_us',
      'for a key we do not have any more',
      () => (authority.lie = (grant) => ({ ...grant, certPem: first.certPem })),
    ],
    [
      'not_for_us',
      'by another authority',
      () => (authority.lie = (grant) => ({ ...grant, trust: first0 })),
    ],
    ['not_for_us', 'broken', () => (authority.lie = (grant) => ({ ...grant, certPem: broken }))],
    ['not_for_us', 'nothing', () => (authority.lie = (grant) => ({ ...grant, certPem: '' }))],
    [
      'bad_trust_bundle',
      'with an empty bundle',
      () => (authority.lie = (grant) => ({ ...grant, trust: { ...grant.trust, rootPems: [] } })),
    ],
    [
      'bad_trust_bundle',
      'with a bundle of another domain',
      () =>
        (authority.lie = (grant) => ({
          ...grant,
          trust: { ...grant.trust, trustDomain: 'evil.test' },
        })),
    ],
    [
      'bad_trust_bundle',
      'with a bundle that has nothing in common with ours',
      () => {
        authority.root = stranger.root
      },
    ],
  ]
  const first0 = { trustDomain: 'mesh.test', rootPems: [authority.root.certPem] }
  const { root } = authority
  await clock.pass(30 * MINUTE_MS)
  for (const [code, what, tell] of lies) {
    authority.id = ORDERS
    authority.root = root
    authority.lie = (grant) => grant
    tell()
    if (what === 'by another authority') authority.root = stranger.root
    renewal.renewNow()
    await settled()
    const last = failures().at(-1)
    assert.equal(last?.kind === 'failed' && last.code, code, what)
    assert.equal(renewal.svid, first, what)
    assert.deepEqual(renewal.trust, first0, what)
  }
})

test('the first certificate too must be ours and lead to the bundle it came with', async (t) => {
  const { clock, authority, renewal, failures } = await setUp(t)
  authority.id = BILLING
  renewal.start()
  await settled()
  assert.equal(failures().length, 1)
  assert.deepEqual(renewal.state, { kind: 'none' })
  authority.id = ORDERS
  await clock.pass(600)
  assert.equal(kindOf(renewal), 'valid')
})

test('what control says about others is taken over, and equal contents change nothing', async (t) => {
  const { authority, renewal } = await setUp(t)
  renewal.start()
  await renewal.ready
  let told = 0
  renewal.onChange(() => (told += 1))
  const { trust } = renewal
  renewal.update(bundleOf(authority.root), { serials: [], ids: [] })
  assert.equal(told, 0)
  assert.equal(renewal.trust, trust)
  renewal.update(bundleOf(authority.root), { serials: ['12'], ids: [] })
  assert.equal(told, 1)
  assert.equal(renewal.trust, trust)
  assert.deepEqual(renewal.revocations.serials, ['12'])
  assert.throws(() => renewal.update({ ...trust, rootPems: ['garbage'] }, NOBODY), {
    code: 'bad_trust_bundle',
  })
  assert.throws(() => renewal.update({ ...trust, trustDomain: 'evil.test' }, NOBODY), {
    code: 'bad_trust_bundle',
  })
  assert.deepEqual(renewal.revocations.serials, ['12'])
})

test('when our own root leaves the bundle, a new certificate is asked for at once', async (t) => {
  const { clock, authority, renewal } = await setUp(t)
  renewal.start()
  await renewal.ready
  const old = authority.root
  authority.root = await TestAuthority.newRoot(clock.wallMs(), 'CN=next root')
  renewal.update(bundleOf(old, authority.root), NOBODY)
  await settled()
  assert.equal(authority.asked.length, 1)
  renewal.update(bundleOf(authority.root), NOBODY)
  await settled()
  assert.equal(authority.asked.length, 2)
  assert.equal(renewal.svid.notAfterMs, START_MS + TTL_MS)
  assert.deepEqual(renewal.trust, bundleOf(authority.root))
})

test('closed, it asks for nothing more and leaves no timer', async (t) => {
  const { clock, authority, renewal } = await setUp(t)
  authority.mood = 'lost'
  renewal.start()
  renewal.close()
  assert.ok(authority.asked[0]!.signal.aborted)
  await settled()
  assert.equal(clock.pending, 0)
  await clock.pass(DAY_MS)
  assert.equal(authority.asked.length, 1)
})
