// Who the other end of a connection is: its certificate checked in full, by what we trust now and not when TLS began.

import type { TLSSocket } from 'node:tls'
import { anchorsOf } from './anchors.ts'
import { CLIENT_AUTH, EXTENSION, SERVER_AUTH } from './certificate-extensions.ts'
import { readCertificate, type CertificateFacts } from './certificate.ts'
import { verifyChain, type ChainReason } from './chain.ts'
import { MAX_CHAIN, peerChainOf } from './peer-chain.ts'
import { isStrong } from './signature.ts'
import { isSpiffeId, parseSpiffeId } from './spiffe-id.ts'
import type { IdentitySource, Revocations } from './svid.ts'

/** What a verdict depends on besides the certificates. */
export type Trusting = Pick<IdentitySource, 'trust' | 'revocations'>

export type PeerReason =
  | ChainReason
  | 'no_certificate'
  | 'resumed_session'
  | 'malformed_certificate'
  | 'certificate_is_ca'
  | 'wrong_key_usage'
  | 'several_uri_sans'
  | 'not_a_spiffe_id'
  | 'foreign_trust_domain'
  | 'revoked'
  | 'identity_mismatch'

export type PeerVerdict =
  | {
      readonly kind: 'trusted'
      readonly id: string
      /** Lower-case hex, of the leaf. */
      readonly serial: string
      /** When the first certificate of the chain expires: no connection lives longer. */
      readonly notAfterMs: number
    }
  | PeerRefusal

export interface PeerRefusal {
  readonly kind: 'refused'
  readonly reason: PeerReason
  /** For the log; never for the peer. */
  readonly detail: string
}

// Lists are immutable values, so that each is made a set once.
const knownLists = new WeakMap<readonly string[], ReadonlySet<string>>()

/**
 * `chainDers`: leaf first, as presented. `expectedId`: whom we meant to talk to; null: anybody of our trust domain.
 * Throws SallyportError `bad_trust_bundle` where our own bundle cannot be used; for a peer there is always a verdict.
 */
export function checkPeer(
  chainDers: readonly Buffer[],
  { trust, revocations }: Trusting,
  nowMs: number,
  expectedId: string | null,
): PeerVerdict {
  const anchors = anchorsOf(trust)
  if (chainDers.length === 0) return refused('no_certificate', 'the peer showed no certificate')
  if (chainDers.length > MAX_CHAIN)
    return refused('untrusted_chain', `the chain has more than ${MAX_CHAIN} certificates`)
  const chain: CertificateFacts[] = []
  for (const bytes of chainDers) {
    const facts = readCertificate(bytes)
    if (facts === null) return refused('malformed_certificate', `in place ${chain.length}`)
    chain.push(facts)
  }
  const leaf = chain[0]!
  const leafFault = checkLeaf(leaf)
  if (leafFault !== null) return leafFault
  const verdict = checkId(leaf, trust.trustDomain)
  if (typeof verdict !== 'string') return verdict
  const path = verifyChain(chain, anchors, nowMs)
  if (path.kind === 'refused') return path
  const revoked = isRevoked(path.path, verdict, revocations)
  if (revoked) return refused('revoked', `${verdict}, serial ${leaf.serial}`)
  if (expectedId !== null && verdict !== expectedId)
    return refused('identity_mismatch', `${verdict} where ${expectedId} belongs`)
  const notAfterMs = Math.min(...path.path.map((facts) => facts.notAfterMs))
  const endMs = Math.min(notAfterMs, path.anchor.facts.notAfterMs)
  return { kind: 'trusted', id: verdict, serial: leaf.serial, notAfterMs: endMs }
}

/**
 * The verdict about the other end of `socket`, whose handshake is done and whose verification was on. Servers need
 * `followIdentity`: without it a client whose certificate has intermediates is refused.
 */
export function peerOf(
  socket: TLSSocket,
  identity: Trusting,
  nowMs: number,
  expectedId: string | null,
): PeerVerdict {
  // In a resumed session nobody has looked at a certificate (and a client is not shown one).
  if (socket.isSessionReused())
    return refused('resumed_session', 'the session was taken up again without a certificate')
  const chain = peerChainOf(socket)
  if (chain.length > 0 && !socket.authorized)
    return refused('untrusted_chain', String(socket.authorizationError ?? 'not verified by TLS'))
  return checkPeer(chain, identity, nowMs, expectedId)
}

/** X509-SVID sections 4 and 5.2: what must hold of a leaf whoever issued it. */
function checkLeaf(leaf: CertificateFacts): PeerRefusal | null {
  const { keyUsage, extendedKeyUsage, extensions, subject } = leaf
  if (leaf.isCa) return refused('certificate_is_ca', 'a leaf is no certificate authority')
  if (keyUsage === null || !keyUsage.includes('digitalSignature'))
    return refused('wrong_key_usage', 'it is not for digital signatures')
  if (keyUsage.includes('keyCertSign') || keyUsage.includes('cRLSign'))
    return refused('wrong_key_usage', 'a leaf signs no certificates and no revocation lists')
  // The authority always writes both; whoever has one of them, or none, was issued for another purpose.
  if (!extendedKeyUsage?.includes(SERVER_AUTH) || !extendedKeyUsage.includes(CLIENT_AUTH))
    return refused('wrong_key_usage', 'it is not for both ends of TLS')
  const isNameless = subject.length === 2
  if (isNameless && extensions.get(EXTENSION.subjectAltName) === false)
    return refused('unsupported_certificate', 'it has no subject, and its other name is optional')
  if (!isStrong(leaf.spki))
    return refused('unsupported_certificate', 'its key is too weak or of an unknown kind')
  return null
}

/** The one id of a leaf. Names of other kinds and the common name never say who somebody is. */
function checkId({ uriSans }: CertificateFacts, trustDomain: string): string | PeerRefusal {
  const [id, ...others] = uriSans
  if (id === undefined) return refused('not_a_spiffe_id', 'there is no URI among its names')
  if (others.length > 0) return refused('several_uri_sans', `${uriSans.length} URIs`)
  if (!isSpiffeId(id)) return refused('not_a_spiffe_id', id)
  // Before the shape of the path: another mesh may well have another one.
  if (!id.startsWith(`spiffe://${trustDomain}/`)) return refused('foreign_trust_domain', id)
  return parseSpiffeId(id) === null ? refused('not_a_spiffe_id', `${id} is no service`) : id
}

function isRevoked(
  path: readonly CertificateFacts[],
  id: string,
  { serials, ids }: Revocations,
): boolean {
  const revoked = setOf(serials)
  return setOf(ids).has(id) || path.some(({ serial }) => revoked.has(serial))
}

function setOf(list: readonly string[]): ReadonlySet<string> {
  const before = knownLists.get(list)
  if (before !== undefined) return before
  const set = new Set(list)
  knownLists.set(list, set)
  return set
}

function refused(reason: PeerReason, detail: string): PeerRefusal {
  return { kind: 'refused', reason, detail }
}
