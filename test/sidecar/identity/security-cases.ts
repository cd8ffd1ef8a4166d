// The certificate cases of the project's security list, by case id: what a client shows, and what must become of it.

// The certificate library's containers need it loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import type { PeerReason } from '../../../sidecar/identity/peer.ts'
import {
  ORDERS,
  oddRoot,
  type OddCertificate,
  type OddOptions,
} from '../../support/odd-certificates.ts'

export interface SecurityCase {
  readonly id: string
  readonly what: string
  /** What checkPeer says of it, whatever TLS says. */
  readonly expected: 'trusted' | PeerReason
  /** Leaf first. */
  readonly chain: (mesh: Mesh) => Promise<readonly OddCertificate[]>
  /** By TLS there is no such thing to try; the reason. */
  readonly notByTls?: string
}

export interface Mesh {
  readonly root: OddCertificate
  /** An authority below the root. */
  readonly authority: OddCertificate
}

const HOUR_MS = 3_600_000
const { keyAgreement, digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags
const { serverAuth, clientAuth, codeSigning } = x509.ExtendedKeyUsage
const ANY_USAGE = '2.5.29.37.0'
const A_MINUTE_AGO_MS = Date.now() - 60_000

export async function makeMesh(): Promise<Mesh> {
  const root = await oddRoot()
  return { root, authority: await authorityBelow(root, 'CN=mesh authority') }
}

/** An authority as X509-SVID wants it: its id has no path. */
function authorityBelow(
  issuer: OddCertificate,
  subject: string,
  options: OddOptions = {},
): Promise<OddCertificate> {
  const uris = ['spiffe://mesh.test']
  return issuer.issue({ isCa: true, uris, usages: [], subject, ...options })
}

const leafWith =
  (options: OddOptions): SecurityCase['chain'] =>
  async ({ authority }) => [await authority.issue(options), authority]

const leafWithId = (uri: string): SecurityCase['chain'] => leafWith({ uris: [uri] })

/** A leaf below an authority that has something wrong with it. */
const belowAuthorityWith =
  (options: OddOptions): SecurityCase['chain'] =>
  async ({ root }) => {
    const authority = await authorityBelow(root, 'CN=odd authority', options)
    return [await authority.issue(), authority]
  }

/** Name constraints on URIs (RFC 5280 section 4.2.1.10), by hand: host names are shorter than 100 bytes. */
function uriConstraints(kind: 'permitted' | 'excluded', host: string): x509.Extension {
  const wrap = (tag: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([tag, content.length]), content])
  const subtree = wrap(0x30, wrap(0x86, Buffer.from(host)))
  const list = wrap(kind === 'permitted' ? 0xa0 : 0xa1, subtree)
  return new x509.Extension('2.5.29.30', true, wrap(0x30, list))
}

export const CHAIN_CASES: readonly SecurityCase[] = [
  { id: 'T001', what: 'no certificate', expected: 'no_certificate', chain: async () => [] },
  {
    id: 'T002',
    what: 'self-signed',
    expected: 'untrusted_chain',
    chain: async () => [
      await oddRoot({ isCa: false, uris: [ORDERS], usages: [serverAuth, clientAuth] }),
    ],
  },
  {
    id: 'T003',
    what: 'another authority',
    expected: 'untrusted_chain',
    chain: async () => [await (await oddRoot({ subject: 'CN=other' })).issue()],
  },
  {
    id: 'T004',
    what: 'another authority of the same name',
    expected: 'untrusted_chain',
    chain: async () => [await (await oddRoot()).issue()],
  },
  {
    id: 'T005',
    what: 'expired two seconds ago',
    expected: 'expired',
    chain: leafWith({ notBeforeMs: Date.now() - HOUR_MS, notAfterMs: Date.now() - 2000 }),
  },
  {
    id: 'T006',
    what: 'valid in thirty seconds',
    expected: 'not_yet_valid',
    chain: leafWith({ notBeforeMs: Date.now() + 30_000 }),
  },
  {
    id: 'T007',
    what: 'an intermediate that has expired',
    expected: 'expired',
    chain: belowAuthorityWith({ notBeforeMs: 0, notAfterMs: A_MINUTE_AGO_MS }),
  },
  {
    id: 'T008',
    what: 'the intermediate missing',
    expected: 'untrusted_chain',
    chain: async ({ authority }) => [await authority.issue()],
  },
  {
    id: 'T009',
    what: 'a leaf that is a CA',
    expected: 'certificate_is_ca',
    chain: leafWith({ isCa: true, keyUsage: digitalSignature }),
  },
  {
    id: 'T010',
    what: 'issued by a service whose certificate is a CA',
    expected: 'wrong_issuer',
    chain: belowAuthorityWith({ uris: [ORDERS], keyUsage: digitalSignature | keyCertSign }),
  },
  {
    id: 'T010',
    what: 'issued by a leaf',
    expected: 'wrong_issuer',
    chain: async ({ authority }) => {
      const leaf = await authority.issue({ subject: 'CN=leaf' })
      return [await leaf.issue(), leaf, authority]
    },
  },
  {
    id: 'T011',
    what: 'one authority more than the path length allows',
    expected: 'wrong_issuer',
    chain: async ({ root }) => {
      const first = await authorityBelow(root, 'CN=first', { pathLength: 0 })
      const second = await authorityBelow(first, 'CN=second')
      return [await second.issue(), second, first]
    },
  },
  {
    id: 'T012',
    what: 'a leaf that may sign certificates',
    expected: 'wrong_key_usage',
    chain: leafWith({ keyUsage: digitalSignature | keyCertSign }),
  },
  {
    id: 'T012',
    what: 'a leaf that may sign revocation lists',
    expected: 'wrong_key_usage',
    chain: leafWith({ keyUsage: digitalSignature | cRLSign }),
  },
  {
    id: 'T013',
    what: 'an unknown critical extension',
    expected: 'unsupported_certificate',
    chain: leafWith({ more: [new x509.Extension('1.2.3.4.5', true, new Uint8Array([5, 0]))] }),
  },
  {
    id: 'T013',
    what: 'an unknown critical extension of an intermediate',
    expected: 'unsupported_certificate',
    chain: belowAuthorityWith({
      more: [new x509.Extension('1.2.3.4.5', true, new Uint8Array([5, 0]))],
    }),
  },
  {
    id: 'T014',
    what: 'RSA with 1024 bits',
    expected: 'unsupported_certificate',
    chain: leafWith({ key: 'RSA-1024' }),
  },
  {
    id: 'T014',
    what: 'an intermediate with an RSA key of 1024 bits',
    expected: 'unsupported_certificate',
    chain: belowAuthorityWith({ key: 'RSA-1024' }),
  },
  {
    id: 'T015',
    what: 'signed with SHA-1',
    expected: 'untrusted_chain',
    chain: leafWith({ hash: 'SHA-1' }),
  },
]

export const USAGE_CASES: readonly SecurityCase[] = [
  {
    id: 'T018',
    what: 'for servers only',
    expected: 'wrong_key_usage',
    chain: leafWith({ usages: [serverAuth] }),
  },
  {
    id: 'T019',
    what: 'for any usage',
    expected: 'wrong_key_usage',
    chain: leafWith({ usages: [ANY_USAGE] }),
  },
  {
    id: 'T020',
    what: 'for no stated usage',
    expected: 'wrong_key_usage',
    chain: leafWith({ usages: [] }),
  },
  {
    id: 'T021',
    what: 'for signing code',
    expected: 'wrong_key_usage',
    chain: leafWith({ usages: [codeSigning] }),
  },
  {
    id: 'T022',
    what: 'a key that is not for signatures',
    expected: 'wrong_key_usage',
    chain: leafWith({ keyUsage: keyAgreement }),
  },
  {
    id: 'T022',
    what: 'a key of no stated usage',
    expected: 'wrong_key_usage',
    chain: leafWith({ keyUsage: null }),
  },
  {
    // The list has "ok", which holds for clients of an edge listener; in the mesh, X509-SVID section 4.4 wants both.
    id: 'T023',
    what: 'for clients only',
    expected: 'wrong_key_usage',
    chain: leafWith({ usages: [clientAuth] }),
  },
  { id: 'T024', what: 'for both ends', expected: 'trusted', chain: leafWith({}) },
]

export const ID_CASES: readonly SecurityCase[] = [
  {
    id: 'T025',
    what: 'no URI',
    expected: 'not_a_spiffe_id',
    chain: leafWith({ uris: [], subject: 'CN=x' }),
  },
  {
    id: 'T026',
    what: 'two URIs',
    expected: 'several_uri_sans',
    chain: leafWith({ uris: [ORDERS, 'spiffe://mesh.test/ns/default/svc/billing'] }),
  },
  {
    id: 'T026',
    what: 'the same URI twice',
    expected: 'several_uri_sans',
    chain: leafWith({ uris: [ORDERS, ORDERS] }),
  },
  {
    id: 'T027',
    what: 'the scheme http',
    expected: 'not_a_spiffe_id',
    chain: leafWithId('http://mesh.test/ns/default/svc/orders'),
  },
  {
    id: 'T028',
    what: 'another trust domain, signed by our authority',
    expected: 'foreign_trust_domain',
    chain: leafWithId('spiffe://other.test/ns/default/svc/orders'),
  },
  {
    id: 'T028',
    what: 'a trust domain that begins like ours',
    expected: 'foreign_trust_domain',
    chain: leafWithId('spiffe://mesh.test.evil.test/ns/default/svc/orders'),
  },
  ...(
    [
      ['T029', 'an upper-case trust domain', 'spiffe://Mesh.test/ns/default/svc/orders'],
      ['T030', '`..` in the path', 'spiffe://mesh.test/ns/x/../default/svc/orders'],
      ['T031', '`%2e` in the path', 'spiffe://mesh.test/ns/default/svc/%2e'],
      ['T032', '`//` in the path', 'spiffe://mesh.test/ns//default/svc/orders'],
      ['T033', 'a slash at the end', `${ORDERS}/`],
      ['T034', 'a query', `${ORDERS}?x`],
      ['T035', 'a fragment', `${ORDERS}#x`],
      ['T036', 'a port', 'spiffe://mesh.test:443/ns/default/svc/orders'],
      ['T037', 'a user', 'spiffe://me@mesh.test/ns/default/svc/orders'],
      ['T038', 'more than 2048 bytes', `${ORDERS}${'x'.repeat(2048)}`],
      ['T039', 'no path', 'spiffe://mesh.test'],
      ['T039', 'a path that is no service', 'spiffe://mesh.test/somewhere'],
      ['T040', 'two ids in one name', `${ORDERS}, URI:spiffe://mesh.test/ns/default/svc/admin`],
    ] as const
  ).map(([id, what, uri]) => ({
    id,
    what,
    expected: 'not_a_spiffe_id' as const,
    chain: leafWithId(uri),
  })),
  {
    id: 'T041',
    what: 'a DNS name beside the id, equal to another id',
    expected: 'trusted',
    chain: leafWith({ dnsNames: ['spiffe://mesh.test/ns/default/svc/admin'] }),
  },
  {
    id: 'T041',
    what: 'a DNS name instead of the id',
    expected: 'not_a_spiffe_id',
    chain: leafWith({ uris: [], dnsNames: [ORDERS] }),
  },
  {
    id: 'T042',
    what: 'a common name instead of the id',
    expected: 'not_a_spiffe_id',
    chain: leafWith({ uris: [], subject: `CN=${ORDERS.replaceAll('/', '\\/')}` }),
  },
  {
    id: 'T043',
    what: 'a name constraint that excludes the trust domain',
    expected: 'wrong_issuer',
    chain: belowAuthorityWith({ more: [uriConstraints('excluded', 'mesh.test')], uris: [] }),
  },
  {
    id: 'T043',
    what: 'a name constraint that permits another trust domain only',
    expected: 'wrong_issuer',
    chain: belowAuthorityWith({ more: [uriConstraints('permitted', 'other.test')], uris: [] }),
  },
  {
    id: 'T043',
    what: 'a name constraint that permits the trust domain',
    expected: 'trusted',
    chain: belowAuthorityWith({ more: [uriConstraints('permitted', 'mesh.test')], uris: [] }),
  },
]
