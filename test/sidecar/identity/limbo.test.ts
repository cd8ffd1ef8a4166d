// The public certificate chain cases of x509-limbo: our path search alone, and its client cases against a real TLS server.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { anchorsOf } from '../../../sidecar/identity/anchors.ts'
import { readCertificate } from '../../../sidecar/identity/certificate.ts'
import { verifyChain } from '../../../sidecar/identity/chain.ts'
import { BILLING, bundleOf, oddRoot, svidOf } from '../../support/odd-certificates.ts'
import { startMeshServer } from './mesh-handshake.ts'
import { ChangingIdentity, dersOf } from './mesh-identity.ts'

interface LimboCase {
  readonly id: string
  readonly validation_kind: 'SERVER' | 'CLIENT'
  readonly expected_result: 'SUCCESS' | 'FAILURE'
  readonly validation_time: string | null
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
  readonly peer_certificate_key: string | null
}

const FILE = new URL('../../../../shared/corpora/x509-limbo.json', import.meta.url)

/**
 * Chains that the vectors refuse and our path search does not, by beginning of their ids; each with what refuses such a
 * certificate in the mesh, or why it needs no refusal.
 */
const LEFT_TO_OTHERS: readonly (readonly [reason: string, prefixes: readonly string[]])[] = [
  ['host names and common names say nothing here', ['webpki::cn::', 'webpki::san::']],
  [
    'so do host names that are not well-formed',
    ['rfc5280::san::underscore-dns', 'rfc5280::san::ip-in-dns', 'rfc5280::ca-as-leaf-wrong-san'],
  ],
  ['revocation comes with the snapshot and not in lists of the authority', ['crl::']],
  ['the bound on the length of a chain is our own', ['pathlen::max-chain-depth']],
  [
    'a rule about leaves, which checkPeer has (security-cases.ts)',
    [
      'rfc5280::eku::ee-wrong-eku',
      'webpki::eku::ee-',
      'rfc5280::leaf-ku-keycertsign',
      'rfc5280::san::noncritical-with-empty-subject',
      'webpki::ca-as-leaf',
      'webpki::ee-basicconstraints-ca',
      'webpki::forbidden-p192-leaf',
      'webpki::forbidden-dsa-leaf',
      'webpki::forbidden-weak-rsa-in-leaf',
    ],
  ],
  [
    'how an authority ought to write its certificates; it lets nobody in who would not be otherwise',
    [
      'rfc5280::aki::',
      'rfc5280::ski::',
      'webpki::aki::root-',
      'webpki::eku::root-has-eku',
      'rfc5280::serial::zero',
      'rfc5280::pc::ica-noncritical-pc',
      'rfc5280::root-non-critical-basic-constraints',
      'rfc5280::nc::not-allowed-in-ee',
      'webpki::nc::intermediate-permitted-excluded-subtrees-both',
      'webpki::malformed-aia',
      'webpki::forbidden-rsa-',
    ],
  ],
]

/** Chains that the vectors accept and we refuse, on purpose. */
const STRICTER: readonly (readonly [reason: string, prefixes: readonly string[]])[] = [
  [
    'names that are constrained, of kinds by which nobody is known here',
    ['rfc5280::nc::permitted-', 'rfc5280::nc::nc-', 'webpki::nc::permitted-', 'webpki::nc::nc-'],
  ],
  ['an anchor that is no root', ['cve::cve-2024-0567', 'rfc5280::root-and-intermediate-swapped']],
]

function readCases(): readonly LimboCase[] | null {
  if (!existsSync(FILE)) return null
  return (JSON.parse(readFileSync(FILE, 'utf8')) as { testcases: readonly LimboCase[] }).testcases
}

function accepts(testcase: LimboCase): boolean {
  const nowMs =
    testcase.validation_time === null ? Date.now() : Date.parse(testcase.validation_time)
  const pems = [testcase.peer_certificate, ...testcase.untrusted_intermediates]
  const chain = pems.map((pem) => readCertificate(dersOf(pem)[0]!))
  if (!chain.every((facts) => facts !== null)) return false
  try {
    const trust = { trustDomain: 'limbo.test', rootPems: testcase.trusted_certs }
    return verifyChain(chain, anchorsOf(trust), nowMs).kind === 'verified'
  } catch {
    return false
  }
}

const isListed = (list: typeof STRICTER, id: string): boolean =>
  list.some(([, prefixes]) => prefixes.some((prefix) => id.startsWith(prefix)))

test('the path search agrees with the vectors but for what is listed', (t) => {
  const cases = readCases()
  if (cases === null) return t.skip('the vectors are not here')
  const wrong: string[] = []
  let agreed = 0
  for (const testcase of cases) {
    const isAccepted = accepts(testcase)
    const isGood = testcase.expected_result === 'SUCCESS'
    if (isAccepted === isGood) agreed += 1
    else if (!isListed(isAccepted ? LEFT_TO_OTHERS : STRICTER, testcase.id)) wrong.push(testcase.id)
  }
  assert.deepEqual(wrong, [])
  assert.ok(agreed >= 100, `${agreed} of ${cases.length}`)
})

test('no client of the vectors gets in, and none is refused for its chain that should not be', async (t) => {
  const cases = readCases()
  if (cases === null) return t.skip('the vectors are not here')
  const root = await oddRoot()
  const svid = await svidOf(root, BILLING)
  for (const testcase of cases.filter((one) => one.validation_kind === 'CLIENT')) {
    const { id, trusted_certs, peer_certificate, untrusted_intermediates, expected_result } =
      testcase
    const trust = { trustDomain: 'limbo.test', rootPems: trusted_certs }
    const server = await startMeshServer(new ChangingIdentity(svid, trust))
    try {
      const { verdict } = await server.handshake({
        ca: bundleOf(root).rootPems[0]!,
        checkServerIdentity: () => undefined,
        cert: [peer_certificate, ...untrusted_intermediates].join(''),
        key: testcase.peer_certificate_key!,
      })
      if (expected_result === 'FAILURE') {
        assert.ok(verdict === 'tls' || verdict.kind === 'refused', id)
        continue
      }
      // Good chains, but for clients only and for e-mail addresses: TLS lets them in, the mesh has no use for them.
      assert.ok(verdict !== 'tls' && verdict.kind === 'refused', id)
      assert.equal(verdict.reason, 'wrong_key_usage', id)
    } finally {
      await server.close()
    }
  }
})
