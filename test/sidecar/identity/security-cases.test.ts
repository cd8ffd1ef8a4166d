// Every certificate case of the security list, asked of the check alone and of a real TLS server.

import assert from 'node:assert/strict'
import { generateKeyPairSync, createPrivateKey } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { ConnectionOptions } from 'node:tls'
import { writeCertificate } from '../../../gateway/control/ca/certificate-writer.ts'
import { contextTag, DerReader, sequence } from '../../../sidecar/identity/der.ts'
import { readCertificate } from '../../../sidecar/identity/certificate.ts'
import { checkPeer } from '../../../sidecar/identity/peer.ts'
import {
  BILLING,
  bundleOf,
  ORDERS,
  svidOf,
  type OddCertificate,
} from '../../support/odd-certificates.ts'
import { startMeshServer, type MeshServer } from './mesh-handshake.ts'
import { ChangingIdentity, NOBODY } from './mesh-identity.ts'
import { CHAIN_CASES, ID_CASES, makeMesh, USAGE_CASES, type Mesh } from './security-cases.ts'

const CASES = [...CHAIN_CASES, ...USAGE_CASES, ...ID_CASES]
// A client that shows weak certificates must be let do so.
const WEAKLY = { ciphers: 'DEFAULT@SECLEVEL=0' }

let mesh: Mesh
let server: MeshServer

before(async () => {
  mesh = await makeMesh()
  const svid = await svidOf(mesh.authority, BILLING, [mesh.authority])
  server = await startMeshServer(new ChangingIdentity(svid, bundleOf(mesh.root)))
})

after(() => server.close())

function trusting() {
  return { trust: bundleOf(mesh.root), revocations: NOBODY }
}

function clientOf(chain: readonly OddCertificate[]): ConnectionOptions {
  const [leaf] = chain
  const shown =
    leaf === undefined
      ? {}
      : { cert: chain.map(({ certPem }) => certPem).join(''), key: leaf.keyPem }
  return { ca: mesh.root.certPem, checkServerIdentity: () => undefined, ...shown, ...WEAKLY }
}

for (const { id, what, expected, chain } of CASES) {
  test(`${id} ${what}: ${expected}`, async () => {
    const shown = await chain(mesh)
    const ders = shown.map(({ der }) => der)
    const verdict = checkPeer(ders, trusting(), Date.now(), null)
    assert.equal(verdict.kind === 'trusted' ? verdict.kind : verdict.reason, expected)
    const { verdict: byTls } = await server.handshake(clientOf(shown))
    if (expected === 'trusted') {
      assert.deepEqual(byTls, verdict)
      assert.equal(verdict.kind === 'trusted' && verdict.id, ORDERS)
    } else assert.ok(byTls === 'tls' || byTls.kind === 'refused', JSON.stringify(byTls))
  })
}

test('T016 a P-192 key: unsupported_certificate', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime192v1' })
  const authority = readCertificate(mesh.authority.der)!
  const { certPem } = writeCertificate(
    {
      issuer: authority.subject,
      subject: Buffer.from([0x30, 0]),
      spki: publicKey.export({ type: 'spki', format: 'der' }),
      notBeforeMs: Date.now() - 1000,
      notAfterMs: Date.now() + 60_000,
      pathLength: null,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
      uri: ORDERS,
      authorityKeyId: null,
    },
    createPrivateKey(mesh.authority.keyPem),
  )
  const der = Buffer.from(certPem.replaceAll(/-----[^-]*-----|\s/g, ''), 'base64')
  const verdict = checkPeer([der, mesh.authority.der], trusting(), Date.now(), null)
  assert.equal(verdict.kind === 'refused' && verdict.reason, 'unsupported_certificate')
})

test('T017 a certificate of version 1: no id can stand in it', async () => {
  const leaf = await mesh.authority.issue()
  // Version 1 is written by leaving the version out, and has no extensions.
  const facts = readCertificate(withoutVersionAndExtensions(leaf.der))
  assert.equal(facts?.version, 1)
  const chain = [withoutVersionAndExtensions(leaf.der), mesh.authority.der]
  assert.equal(checkPeer(chain, trusting(), Date.now(), null).kind, 'refused')
})

test('T044 a revoked certificate, and a certificate of a revoked id: revoked', async () => {
  const leaf = await mesh.authority.issue()
  const { serial } = readCertificate(leaf.der)!
  const chain = [leaf.der, mesh.authority.der]
  const { trust } = trusting()
  for (const revocations of [
    { serials: [serial], ids: [] },
    { serials: [], ids: [ORDERS] },
    { serials: [readCertificate(mesh.authority.der)!.serial], ids: [] },
  ]) {
    const verdict = checkPeer(chain, { trust, revocations }, Date.now(), null)
    assert.equal(verdict.kind === 'refused' && verdict.reason, 'revoked')
  }
  const others = { serials: ['1234', `0${serial}`], ids: [BILLING] }
  assert.equal(checkPeer(chain, { trust, revocations: others }, Date.now(), null).kind, 'trusted')
})

test('whoever is not the one we meant is refused, however good the certificate', async () => {
  const chain = [(await mesh.authority.issue()).der, mesh.authority.der]
  const verdict = checkPeer(chain, trusting(), Date.now(), BILLING)
  assert.equal(verdict.kind === 'refused' && verdict.reason, 'identity_mismatch')
  assert.equal(checkPeer(chain, trusting(), Date.now(), ORDERS).kind, 'trusted')
})

test('a chain of too many certificates is refused before it is read', async () => {
  const leaf = await mesh.authority.issue()
  const chain = [leaf.der, ...Array.from({ length: 10 }, () => mesh.authority.der)]
  const verdict = checkPeer(chain, trusting(), Date.now(), null)
  assert.equal(verdict.kind === 'refused' && verdict.reason, 'untrusted_chain')
})

test('trust ends when the first certificate of the chain does, not later', async () => {
  const notAfterMs = Math.ceil(Date.now() / 1000) * 1000 + 5000
  const options = { isCa: true, uris: [], usages: [], subject: 'CN=short', notAfterMs }
  const short = await mesh.root.issue(options)
  const chain = [(await short.issue()).der, short.der]
  const verdict = checkPeer(chain, trusting(), Date.now(), null)
  assert.equal(verdict.kind === 'trusted' && verdict.notAfterMs, notAfterMs)
  assert.equal(checkPeer(chain, trusting(), notAfterMs + 999, null).kind, 'trusted')
  const late = checkPeer(chain, trusting(), notAfterMs + 1000, null)
  assert.equal(late.kind === 'refused' && late.reason, 'expired')
})

function withoutVersionAndExtensions(der: Buffer): Buffer {
  const { tbs } = readCertificate(der)!
  const behindTbs = der.subarray(der.indexOf(tbs) + tbs.length)
  const fields = new DerReader(new DerReader(tbs).next().content)
  fields.next(contextTag(0, true))
  const left: Buffer[] = []
  while (!fields.isNext(contextTag(3, true))) left.push(fields.next().raw)
  return sequence(sequence(...left), behindTbs)
}
