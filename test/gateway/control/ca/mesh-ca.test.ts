import assert from 'node:assert/strict'
// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import * as x509 from '@peculiar/x509'
import { writeCertificate, writeName } from '../../../../gateway/control/ca/certificate-writer.ts'
import type { CaMaterial } from '../../../../gateway/control/ca/material.ts'
import { ANNOUNCE_MS, MeshCa } from '../../../../gateway/control/ca/mesh-ca.ts'
import { readCertificate } from '../../../../sidecar/identity/certificate.ts'
import { createKey } from '../../../../sidecar/identity/key.ts'
import { pemBlock } from '../../../../sidecar/identity/pem.ts'
import { readSvid } from '../../../../sidecar/identity/read-svid.ts'
import { BILLING, ORDERS, oddRoot } from '../../../support/odd-certificates.ts'
import { dersOf } from '../../../sidecar/identity/mesh-identity.ts'
import { TwoClocks } from '../../../sidecar/identity/two-clocks.ts'
import { longLife, longRoot, materialOf, MemoryStore, START_MS, Trail } from './fixture.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

async function open(
  t: TestContext,
  material: CaMaterial,
  more: {
    ttlMs?: number
    store?: MemoryStore
    clock?: TwoClocks
    isBelieved?: () => boolean
  } = {},
) {
  const { store = new MemoryStore(), clock = new TwoClocks(START_MS), ...rest } = more
  const trail = new Trail()
  const { audit } = trail
  const ca = await MeshCa.open({ trustDomain: 'mesh.test', material, store, clock, audit, ...rest })
  t.after(() => ca.close())
  return { ca, clock, store, trail }
}

test('a leaf has one id, no subject, both usages, an hour to live, and nothing it may sign', async (t) => {
  const root = await longRoot()
  const { ca } = await open(t, materialOf(root))
  const { csrPem } = createKey()
  const { certPem, serial, notAfterMs } = ca.issue(csrPem, ORDERS, START_MS)
  const facts = readCertificate(dersOf(certPem)[0]!)!
  assert.equal(facts.serial, serial)
  assert.match(serial, /^[1-9a-f][0-9a-f]{31}$/)
  assert.deepEqual(facts.uriSans, [ORDERS])
  assert.deepEqual(facts.otherSans, [])
  assert.equal(facts.subject.length, 2)
  assert.equal(facts.extensions.get('2.5.29.17'), true)
  assert.equal(facts.extensions.get('2.5.29.15'), true)
  assert.equal(facts.isCa, false)
  assert.deepEqual(facts.keyUsage, ['digitalSignature'])
  assert.deepEqual(facts.extendedKeyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  assert.equal(facts.notBeforeMs, START_MS - 60_000)
  assert.equal(facts.notAfterMs, START_MS + HOUR_MS)
  assert.equal(notAfterMs, facts.notAfterMs)
  const node = new X509Certificate(certPem)
  assert.ok(node.checkIssued(new X509Certificate(root.certPem)))
  assert.equal(node.ca, false)
})

test('what is issued below an intermediate verifies with what is sent along', async (t) => {
  const root = await longRoot()
  const first = await root.issue({
    isCa: true,
    uris: [],
    usages: [],
    subject: 'CN=1',
    ...longLife(),
  })
  const second = await first.issue({
    isCa: true,
    uris: [],
    usages: [],
    subject: 'CN=2',
    ...longLife(),
  })
  const { ca } = await open(t, materialOf(second, root, first))
  const { csrPem, keyPem } = createKey()
  const { certPem, serial } = ca.issue(csrPem, BILLING, START_MS)
  assert.equal(dersOf(certPem).length, 3)
  const svid = readSvid(certPem, keyPem, ca.trust, BILLING, START_MS)
  assert.equal(svid.serial, serial)
  assert.deepEqual(ca.trust, { trustDomain: 'mesh.test', rootPems: [root.certPem] })
})

for (const [what, key] of [
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'secp384r1' })],
  ['Ed25519', generateKeyPairSync('ed25519')],
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
] as const) {
  test(`an authority with a key of the kind ${what} issues what others read and verify`, async (t) => {
    const name = writeName('Example', what)
    const { certPem } = writeCertificate(
      {
        issuer: name,
        subject: name,
        spki: key.publicKey.export({ type: 'spki', format: 'der' }),
        ...longLife(),
        pathLength: 0,
        keyUsage: ['keyCertSign'],
        extendedKeyUsage: [],
        uri: 'spiffe://mesh.test',
        authorityKeyId: null,
      },
      key.privateKey,
    )
    const keyPem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const { ca } = await open(t, { certPem, keyPem, chainPem: '' })
    const leaf = new X509Certificate(ca.issue(createKey().csrPem, ORDERS, START_MS).certPem)
    const root = new X509Certificate(certPem)
    assert.ok(root.verify(root.publicKey) && leaf.verify(root.publicKey) && leaf.checkIssued(root))
    assert.equal(leaf.subjectAltName, `URI:${ORDERS}`)
  })
}

test('an RSA key of a service is accepted', async (t) => {
  const { ca, trail } = await open(t, materialOf(await longRoot()))
  const csrPem = await csrOf('RSA-2048')
  assert.ok(ca.issue(csrPem, ORDERS, START_MS).certPem.startsWith('-----BEGIN CERTIFICATE-----'))
  assert.equal(trail.last?.result, 'ok')
})

test('requests that prove nothing, or a weak key, are refused and written down', async (t) => {
  const { ca, trail } = await open(t, materialOf(await longRoot()))
  const good = createKey().csrPem
  const bytes = Buffer.from(good.replaceAll(/-----[^-]*-----|\s/g, ''), 'base64')
  const pem = (changed: Buffer): string => pemBlock('CERTIFICATE REQUEST', changed)
  const flipped = Buffer.from(bytes)
  flipped[bytes.length - 5]! ^= 1
  const cases: readonly (readonly [string, string, string])[] = [
    ['a signature by nobody', 'bad_csr', pem(flipped)],
    ['a request cut short', 'bad_csr', pem(bytes.subarray(0, -1))],
    ['a request followed by something', 'bad_csr', pem(Buffer.concat([bytes, Buffer.from([0])]))],
    ['no request', 'bad_csr', ''],
    ['two requests', 'bad_csr', good + good],
    ['a certificate', 'bad_csr', good.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE')],
    ['a huge request', 'bad_csr', good + ' '.repeat(10_000)],
    ['RSA with 1024 bits', 'weak_key', await csrOf('RSA-1024')],
    ['P-384', 'weak_key', await csrOf('P-384')],
  ]
  for (const [what, code, csrPem] of cases) {
    assert.throws(() => ca.issue(csrPem, ORDERS, START_MS, '10.0.0.1'), { code }, what)
    const { kind, result, reason, actor, service } = trail.last!
    assert.deepEqual(
      { kind, result, reason, actor, service },
      {
        kind: 'certificate_issue',
        result: 'refused',
        reason: code,
        actor: '10.0.0.1',
        service: 'orders',
      },
      what,
    )
  }
})

test('a request for another name gets the id that was decided, and nothing that it asked for', async (t) => {
  const { ca } = await open(t, materialOf(await longRoot()))
  const csrPem = await csrOf('P-256', 'spiffe://mesh.test/ns/system/svc/control')
  const { certPem } = ca.issue(csrPem, ORDERS, START_MS)
  const facts = readCertificate(dersOf(certPem)[0]!)!
  assert.deepEqual(facts.uriSans, [ORDERS])
  assert.equal(facts.isCa, false)
})

test('ids of other trust domains, and what is no id of a service, are refused', async (t) => {
  const { ca } = await open(t, materialOf(await longRoot()))
  const { csrPem } = createKey()
  for (const id of [
    'spiffe://other.test/ns/default/svc/orders',
    'spiffe://mesh.test',
    'spiffe://mesh.test/orders',
    `${ORDERS}/`,
    '',
  ]) {
    assert.throws(() => ca.issue(csrPem, id, START_MS), { code: 'foreign_id' }, id)
  }
})

test('no leaf lives longer than the authority, and none is issued by one that has expired', async (t) => {
  const endMs = START_MS + 10 * 60_000
  const root = await oddRoot({ ...longLife(), notAfterMs: endMs })
  const { ca } = await open(t, materialOf(root))
  const { csrPem } = createKey()
  assert.equal(ca.issue(csrPem, ORDERS, START_MS).notAfterMs, endMs)
  assert.throws(() => ca.issue(csrPem, ORDERS, endMs), { code: 'authority_expired' })
})

test('the life of a leaf is what was configured, and never more than a day', async (t) => {
  const root = materialOf(await longRoot())
  const { ca } = await open(t, root, { ttlMs: 5000 })
  assert.equal(ca.issue(createKey().csrPem, ORDERS, START_MS).notAfterMs, START_MS + 5000)
  await assert.rejects(open(t, root, { ttlMs: DAY_MS + 1 }), RangeError)
  await assert.rejects(open(t, root, { ttlMs: 999 }), RangeError)
})

test('that the authority itself expires is said a month, a week and a day before', async (t) => {
  const { notAfterMs } = longLife()
  const { ca } = await open(t, materialOf(await longRoot()))
  const alarms = [31, 30, 8, 7, 2, 1, 0].map((days) => ca.life(notAfterMs - days * DAY_MS).alarm)
  assert.deepEqual(alarms, ['none', '30 days', '30 days', '7 days', '7 days', '1 day', 'expired'])
})

test('an intermediate is replaced at once, since its leaves bring it along', async (t) => {
  const root = await longRoot()
  const middle = (subject: string) =>
    root.issue({ isCa: true, uris: [], usages: [], subject, ...longLife() })
  const { ca, trail } = await open(t, materialOf(await middle('CN=1'), root))
  const { trust } = ca
  const second = await middle('CN=2')
  await ca.rotate(materialOf(second, root), 'alice')
  assert.equal(ca.trust, trust)
  const { certPem } = ca.issue(createKey().csrPem, ORDERS, START_MS)
  assert.deepEqual(dersOf(certPem)[1], second.der)
  assert.equal(trail.events.find(({ kind }) => kind === 'authority_rotate')?.actor, 'alice')
})

test('a new root is announced, then used, and the old one believed until its last leaf is gone', async (t) => {
  const old = await longRoot('CN=old')
  const next = await longRoot('CN=next')
  const { ca, clock } = await open(t, materialOf(old))
  await clock.pass(2 * DAY_MS)
  const issue = () => {
    const { csrPem, keyPem } = createKey()
    const nowMs = clock.wallMs()
    const { certPem, notAfterMs } = ca.issue(csrPem, ORDERS, nowMs)
    // Whatever it issues, everybody who knows the bundle of now believes it.
    readSvid(certPem, keyPem, ca.trust, ORDERS, nowMs)
    const issuer = readCertificate(dersOf(certPem)[0]!)!.issuer.toString('latin1')
    return { isOld: issuer.includes('old'), notAfterMs }
  }
  issue()
  let told = 0
  ca.onChange(() => (told += 1))
  await ca.rotate(materialOf(next), 'alice')
  assert.equal(told, 1)
  assert.deepEqual([...ca.trust.rootPems].sort(), [old.certPem, next.certPem].sort())
  assert.equal(issue().isOld, true)
  await clock.pass(ANNOUNCE_MS - 1000)
  const last = issue()
  assert.equal(last.isOld, true)
  await clock.pass(1000)
  assert.equal(issue().isOld, false)
  assert.equal(ca.trust.rootPems.length, 2)
  // A restart of control in between forgets nothing: see below. Then the last leaf of the old root expires.
  await clock.pass(last.notAfterMs - clock.wallMs() - 1000)
  assert.equal(ca.trust.rootPems.length, 2)
  await clock.pass(2000)
  assert.deepEqual(ca.trust.rootPems, [next.certPem])
  assert.equal(told, 2)
})

test('a new root is not used while anybody who is there does not believe it', async (t) => {
  let isBelieved = false
  const old = await longRoot('CN=old')
  const next = await longRoot('CN=next')
  const { ca, clock } = await open(t, materialOf(old), { isBelieved: () => isBelieved })
  const issuer = (): string => {
    const { certPem } = ca.issue(createKey().csrPem, ORDERS, clock.wallMs())
    return readCertificate(dersOf(certPem)[0]!)!.issuer.toString('latin1')
  }
  await ca.rotate(materialOf(next), 'alice')
  await clock.pass(ANNOUNCE_MS + HOUR_MS)
  assert.match(issuer(), /old/)
  assert.equal(ca.trust.rootPems.length, 2)
  isBelieved = true
  await clock.pass(1000)
  assert.match(issuer(), /next/)
})

test('files that were replaced while nobody ran are a rotation too', async (t) => {
  const old = await longRoot('CN=old')
  const next = await longRoot('CN=next')
  const store = new MemoryStore()
  const before = await open(t, materialOf(old), { store })
  before.ca.close()
  const { ca, clock } = await open(t, materialOf(next), { store })
  assert.deepEqual([...ca.trust.rootPems].sort(), [old.certPem, next.certPem].sort())
  await clock.pass(DAY_MS - 1000)
  assert.equal(ca.trust.rootPems.length, 2)
  const again = await open(t, materialOf(next), { store, clock })
  assert.equal(again.ca.trust.rootPems.length, 2)
  await clock.pass(1000)
  assert.deepEqual(ca.trust.rootPems, [next.certPem])
  assert.deepEqual(again.ca.trust.rootPems, [next.certPem])
})

test('an authority that has expired is replaced without an announcement', async (t) => {
  const old = await oddRoot({ ...longLife(), notAfterMs: START_MS + HOUR_MS })
  const { ca, clock } = await open(t, materialOf(old))
  await clock.pass(2 * HOUR_MS)
  const { csrPem } = createKey()
  assert.throws(() => ca.issue(csrPem, ORDERS, clock.wallMs()), { code: 'authority_expired' })
  await ca.rotate(materialOf(await longRoot('CN=next')), 'alice')
  assert.ok(ca.issue(csrPem, ORDERS, clock.wallMs()).notAfterMs > clock.wallMs())
})

test('material that cannot issue what peers accept changes nothing', async (t) => {
  const root = await longRoot()
  const { ca } = await open(t, materialOf(root))
  const { trust } = ca
  const leaf = await root.issue(longLife())
  await assert.rejects(ca.rotate(materialOf(leaf, root), 'alice'), { code: 'bad_authority' })
  assert.equal(ca.trust, trust)
  assert.ok(ca.issue(createKey().csrPem, ORDERS, START_MS).serial)
})

test('so many roots at the same time that no sidecar would take the bundle are refused', async (t) => {
  const { ca } = await open(t, materialOf(await longRoot()))
  await assert.rejects(
    async () => {
      for (let i = 0; i < 20; i += 1)
        await ca.rotate(materialOf(await longRoot(`CN=${i}`)), 'alice')
    },
    { code: 'too_many_anchors' },
  )
  assert.ok(ca.trust.rootPems.length <= 16)
})

/** A request by another library, which asks for a name and to be an authority. */
async function csrOf(
  key: 'P-256' | 'P-384' | 'RSA-1024' | 'RSA-2048',
  uri = 'spiffe://evil.test/x',
): Promise<string> {
  const algorithm = key.startsWith('RSA')
    ? {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        modulusLength: Number(key.slice(4)),
        publicExponent: new Uint8Array([1, 0, 1]),
      }
    : { name: 'ECDSA', namedCurve: key, hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=admin',
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }]),
    ],
  })
  return request.toString('pem')
}
