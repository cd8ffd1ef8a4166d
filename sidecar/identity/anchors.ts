// The trust anchors of a bundle, read and checked: nobody is ever believed because a list of roots was empty or garbage.

import type { KeyObject } from 'node:crypto'
import { SallyportError } from '../runtime/errors.ts'
import { readCertificate, type CertificateFacts } from './certificate.ts'
import { readPemBlocks } from './pem.ts'
import { strongKey } from './signature.ts'
import { isTrustDomain } from './spiffe-id.ts'
import type { TrustBundle } from './svid.ts'

export interface Authority {
  readonly facts: CertificateFacts
  readonly key: KeyObject
}

export interface Anchor extends Authority {
  readonly pem: string
}

/** Anchors in one bundle; two in ordinary life, while one authority replaces another. */
export const MAX_ANCHORS = 16

// Bundles are immutable values, so that each is read once.
const known = new WeakMap<TrustBundle, readonly Anchor[]>()

/**
 * Throws SallyportError `bad_trust_bundle` where the trust domain is not one, there is no anchor, there are more than
 * {@link MAX_ANCHORS}, or one of them is not exactly one self-issued CA certificate with a strong key. An expired anchor
 * is still an anchor; nothing below it is valid.
 */
export function anchorsOf(trust: TrustBundle): readonly Anchor[] {
  const before = known.get(trust)
  if (before !== undefined) return before
  const anchors = readAnchors(trust)
  known.set(trust, anchors)
  return anchors
}

function readAnchors({ trustDomain, rootPems }: TrustBundle): readonly Anchor[] {
  const refuse = (what: string): never => {
    throw new SallyportError('bad_trust_bundle', `the trust bundle cannot be used: ${what}`)
  }
  if (!isTrustDomain(trustDomain)) refuse('its trust domain is not of the form that one has')
  if (rootPems.length === 0) refuse('it has no trust anchor')
  if (rootPems.length > MAX_ANCHORS) refuse(`it has more than ${MAX_ANCHORS} trust anchors`)
  return rootPems.map((pem) => {
    const blocks = readPemBlocks(pem, 'CERTIFICATE')
    const [block] = blocks ?? []
    const facts = block === undefined ? null : readCertificate(block)
    if (facts === null || blocks?.length !== 1) return refuse('an anchor is not one certificate')
    const isSelfIssued = facts.issuer.equals(facts.subject)
    const maySign = facts.keyUsage === null || facts.keyUsage.includes('keyCertSign')
    if (!facts.isCa || !maySign || !isSelfIssued) return refuse('an anchor is not a root authority')
    const key = strongKey(facts.spki)
    if (key === null) return refuse('the key of an anchor is too weak or of an unknown kind')
    return { pem, facts, key }
  })
}
