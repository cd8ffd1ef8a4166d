// Finds the way from a certificate to a trust anchor (RFC 5280 section 6, without policies) and refuses every shortcut.

import type { Anchor, Authority } from './anchors.ts'
import { EXTENSION } from './certificate-extensions.ts'
import type { CertificateFacts } from './certificate.ts'
import { contextTag } from './der.ts'
import { isSignedBy, strongKey } from './signature.ts'
import { isSpiffeId, trustDomainOf } from './spiffe-id.ts'

export type ChainReason =
  | 'untrusted_chain'
  | 'expired'
  | 'not_yet_valid'
  | 'unsupported_certificate'
  | 'wrong_issuer'

export type ChainVerdict =
  | {
      readonly kind: 'verified'
      /** Leaf first, without the anchor. */
      readonly path: readonly CertificateFacts[]
      readonly anchor: Anchor
    }
  | { readonly kind: 'refused'; readonly reason: ChainReason; readonly detail: string }

// Names may be equal without the keys being so: a bound on what an unfriendly chain can make us compute.
const MAX_SIGNATURE_CHECKS = 16

const DIRECTORY_NAME = contextTag(4, true)
const EMPTY_NAME_BYTES = 2

const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(EXTENSION))

/** `presented`: leaf first, then intermediates in any order. Roots that were sent along count for nothing. */
export function verifyChain(
  presented: readonly CertificateFacts[],
  anchors: readonly Anchor[],
  nowMs: number,
): ChainVerdict {
  const [leaf, ...others] = presented
  if (leaf === undefined) return refused('untrusted_chain', 'there is no certificate')
  const fault = timeFault(leaf, nowMs) ?? formFault(leaf)
  if (fault !== null) return fault
  return new PathSearch(others, anchors, nowMs).from(leaf)
}

class PathSearch {
  readonly #intermediates: readonly CertificateFacts[]
  readonly #anchors: readonly Anchor[]
  readonly #nowMs: number
  #checksLeft = MAX_SIGNATURE_CHECKS
  // What the best way that was found ran into; more useful than that there is none.
  #fault: ChainVerdict = refused('untrusted_chain', 'it does not lead to a trust anchor')

  constructor(
    intermediates: readonly CertificateFacts[],
    anchors: readonly Anchor[],
    nowMs: number,
  ) {
    this.#intermediates = intermediates
    this.#anchors = anchors
    this.#nowMs = nowMs
  }

  from(leaf: CertificateFacts): ChainVerdict {
    return this.#extend([leaf]) ?? this.#fault
  }

  #extend(path: readonly CertificateFacts[]): ChainVerdict | null {
    const last = path.at(-1)!
    for (const anchor of this.#anchors) {
      if (!this.#isIssuer(anchor, last)) continue
      const fault = issuerFault(anchor.facts, path, this.#nowMs)
      if (fault === null) return { kind: 'verified', path, anchor }
      this.#fault = fault
    }
    for (const facts of this.#intermediates) {
      if (path.includes(facts) || !isNamedBy(facts, last)) continue
      const key = strongKey(facts.spki)
      if (key === null) {
        this.#fault = refused('unsupported_certificate', 'the key of an issuer is too weak')
        continue
      }
      if (!this.#isIssuer({ facts, key }, last)) continue
      const fault = issuerFault(facts, path, this.#nowMs)
      if (fault === null) {
        const found = this.#extend([...path, facts])
        if (found !== null) return found
      } else this.#fault = fault
    }
    return null
  }

  #isIssuer({ facts, key }: Authority, of: CertificateFacts): boolean {
    if (!isNamedBy(facts, of) || this.#checksLeft === 0) return false
    this.#checksLeft -= 1
    return isSignedBy(of.tbs, of.signatureAlgorithm, of.signature, key)
  }
}

function isNamedBy(issuer: CertificateFacts, of: CertificateFacts): boolean {
  const { authorityKeyId } = of
  const { subjectKeyId } = issuer
  const mayBeKey =
    authorityKeyId === null || subjectKeyId === null || authorityKeyId.equals(subjectKeyId)
  return mayBeKey && issuer.subject.equals(of.issuer)
}

/** What keeps `issuer` from standing above `path`, whose last certificate it has signed. */
function issuerFault(
  issuer: CertificateFacts,
  path: readonly CertificateFacts[],
  nowMs: number,
): ChainVerdict | null {
  if (!issuer.isCa || issuer.keyUsage?.includes('keyCertSign') === false)
    return refused('wrong_issuer', 'an issuer is no certificate authority')
  // X509-SVID section 4.1: the id of an authority has no path; with one, it is a service that was made an authority.
  if (issuer.uriSans.some(isSpiffeId))
    return refused('wrong_issuer', 'an issuer has the id of a service')
  const between = path.slice(1).filter((facts) => !facts.issuer.equals(facts.subject)).length
  if (issuer.pathLength !== null && between > issuer.pathLength)
    return refused('wrong_issuer', 'an issuer may not have that many authorities below it')
  if (!allowsNames(issuer, path)) return refused('wrong_issuer', 'an issuer may not issue that id')
  return timeFault(issuer, nowMs) ?? formFault(issuer)
}

/**
 * RFC 5280 section 4.2.1.10. Of URIs we know how to tell; a name of another kind that is constrained counts as forbidden,
 * since nobody is known by it here.
 */
function allowsNames(
  { nameConstraints }: CertificateFacts,
  path: readonly CertificateFacts[],
): boolean {
  if (nameConstraints === null) return true
  const { permittedUris, excludedUris, otherKinds } = nameConstraints
  return path.every(({ uriSans, otherSans, subject }) => {
    const kinds = subject.length === EMPTY_NAME_BYTES ? otherSans : [...otherSans, DIRECTORY_NAME]
    if (kinds.some((kind) => otherKinds.includes(kind))) return false
    return uriSans.every((uri) => {
      const host = trustDomainOf(uri)
      if (host === null) return permittedUris === null && excludedUris.length === 0
      const isIn = (base: string): boolean =>
        base.startsWith('.') ? host.endsWith(base) : host === base
      return (permittedUris === null || permittedUris.some(isIn)) && !excludedUris.some(isIn)
    })
  })
}

function timeFault({ notBeforeMs, notAfterMs }: CertificateFacts, nowMs: number) {
  if (nowMs < notBeforeMs) return refused('not_yet_valid', `until ${isoTime(notBeforeMs)}`)
  // RFC 5280 section 4.1.2.5: the second of notAfter still belongs to the time of validity.
  if (nowMs >= notAfterMs + 1000) return refused('expired', `since ${isoTime(notAfterMs)}`)
  return null
}

function formFault({ version, extensions }: CertificateFacts) {
  if (version !== 3) return refused('unsupported_certificate', `it is of version ${version}`)
  for (const [oid, isCritical] of extensions) {
    if (isCritical && !UNDERSTOOD.has(oid))
      return refused('unsupported_certificate', `it has the unknown critical extension ${oid}`)
  }
  return null
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

function refused(reason: ChainReason, detail: string): ChainVerdict & { kind: 'refused' } {
  return { kind: 'refused', reason, detail }
}
