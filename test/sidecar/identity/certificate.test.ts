import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { readCertificate } from '../../../sidecar/identity/certificate.ts'
import { oddRoot, ORDERS } from '../../support/odd-certificates.ts'

const TWO = 'spiffe://mesh.test/ns/default/svc/a, URI:spiffe://mesh.test/ns/default/svc/admin'

test('what is read is what stands in the certificate', async () => {
  const root = await oddRoot({ pathLength: 3 })
  const notBeforeMs = Date.UTC(2026, 0, 2, 3, 4, 5)
  const notAfterMs = Date.UTC(2061, 0, 2, 3, 4, 5)
  const leaf = await root.issue({ notBeforeMs, notAfterMs, dnsNames: ['orders.test'] })
  const facts = readCertificate(leaf.der)!
  const node = new X509Certificate(leaf.certPem)
  assert.equal(facts.version, 3)
  assert.equal(facts.serial, node.serialNumber.toLowerCase())
  assert.equal(facts.notBeforeMs, notBeforeMs)
  assert.equal(facts.notAfterMs, notAfterMs)
  assert.equal(facts.isCa, false)
  assert.deepEqual(facts.keyUsage, ['digitalSignature'])
  assert.deepEqual(facts.extendedKeyUsage, node.keyUsage)
  assert.deepEqual(facts.uriSans, [ORDERS])
  assert.deepEqual(facts.otherSans, [0x82])
  assert.deepEqual(facts.spki, node.publicKey.export({ type: 'spki', format: 'der' }))
  const authority = readCertificate(root.der)!
  assert.equal(authority.isCa, true)
  assert.equal(authority.pathLength, 3)
  assert.deepEqual(authority.keyUsage, ['keyCertSign', 'cRLSign'])
  assert.equal(authority.extendedKeyUsage, null)
  assert.deepEqual(facts.issuer, authority.subject)
})

test('a name with a comma in it is one name (CVE-2021-44532)', async () => {
  const leaf = await (await oddRoot()).issue({ uris: [TWO] })
  assert.deepEqual(readCertificate(leaf.der)!.uriSans, [TWO])
})

test('bytes that are cut short, or followed by others, are no certificate', async () => {
  const { der } = await (await oddRoot()).issue()
  for (let length = 0; length < der.length; length += 1)
    assert.equal(readCertificate(der.subarray(0, length)), null, `${length} bytes`)
  assert.equal(readCertificate(Buffer.concat([der, Buffer.from([0])])), null)
  assert.equal(readCertificate(Buffer.alloc(40_000, 0x30)), null)
})

test('no change of a byte makes it throw, and none of what is decided by goes unseen', async () => {
  const { der } = await (await oddRoot()).issue()
  const before = readCertificate(der)!
  for (let at = 0; at < der.length; at += 1) {
    for (const bit of [0x01, 0x20, 0x80]) {
      const changed = Buffer.from(der)
      changed[at]! ^= bit
      const facts = readCertificate(changed)
      if (facts === null) continue
      // Whatever is still read is covered by the signature, or is the signature.
      assert.ok(!facts.tbs.equals(before.tbs) || !facts.signature.equals(before.signature), `${at}`)
    }
  }
})

/** Replaces the one place where `from` stands. */
function patched(der: Buffer, from: string, to: string): Buffer {
  const [search, insert] = [Buffer.from(from, 'hex'), Buffer.from(to, 'hex')]
  const at = der.indexOf(search)
  assert.ok(at > 0 && der.indexOf(search, at + 1) === -1, `${from} stands in it once`)
  const changed = Buffer.from(der)
  insert.copy(changed, at)
  return changed
}

test('what DER or RFC 5280 forbids is refused, though others may read it', async () => {
  const { der } = await (await oddRoot()).issue({ pathLength: 5, isCa: true })
  assert.ok(readCertificate(patched(der, '30060101ff020105', '30060101ff020106')))
  for (const [what, from, to] of [
    ['a boolean of another value', '30060101ff020105', '3006010101020105'],
    ['a negative path length', '30060101ff020105', '30060101ff020185'],
    ['a path length of no authority', '30060101ff020105', '3006010100020105'],
    ['an extension twice', '0603551d0f', '0603551d13'],
    ['unused bits that are set', '03020106', '03020107'],
    ['a URI that is not ASCII', Buffer.from('spiffe').toString('hex'), '73ffff66ff65'],
    ['version 4', 'a003020102', 'a003020103'],
  ] as const) {
    assert.equal(readCertificate(patched(der, from, to)), null, what)
  }
})
