// The certificate and key that the mesh's authority signs with, checked before anything is signed.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { anchorsOf } from '../../../sidecar/identity/anchors.ts'
import { readCertificate, type CertificateFacts } from '../../../sidecar/identity/certificate.ts'
import { verifyChain } from '../../../sidecar/identity/chain.ts'
import { pemBlock, readPemBlocks } from '../../../sidecar/identity/pem.ts'
import { isStrong } from '../../../sidecar/identity/signature.ts'
import { errorMessage, SallyportError } from '../../../sidecar/runtime/errors.ts'

export interface CaMaterial {
  /** The certificate that issues; what follows it in the same text counts as chain. */
  readonly certPem: string
  /** Its private key, PEM, not encrypted. */
  readonly keyPem: string
  /**
   * What stands above it, up to and with the root, in any order; '' where the certificate is itself the root. Further
   * roots in it are trusted too, so that the root of tomorrow can be made known today.
   */
  readonly chainPem: string
}

/** Material that has been found good. */
export interface Issuer {
  readonly facts: CertificateFacts
  readonly signingKey: KeyObject
  /** What is sent along with each leaf: from the issuer up, without the root. */
  readonly chainPem: string
  readonly rootPems: readonly string[]
  /** When the first certificate on the way up expires. */
  readonly notAfterMs: number
}

/**
 * Throws SallyportError `bad_authority` with every problem that was found: not readable, no CA, may not sign certificates,
 * key of another certificate or too weak, no way to a root, expired.
 */
export function readIssuer(material: CaMaterial, trustDomain: string, nowMs: number): Issuer {
  const problems: string[] = []
  const chain = [
    ...readLinks('certificate', material.certPem, problems),
    ...(material.chainPem === '' ? [] : readLinks('chain', material.chainPem, problems)),
  ]
  const signingKey = readKey(material.keyPem, problems)
  const issuing = chain[0]?.facts ?? null
  if (issuing !== null) {
    if (!issuing.isCa || issuing.keyUsage?.includes('keyCertSign') === false)
      problems.push('its certificate may not sign certificates')
    if (signingKey !== null && !publicPart(signingKey).equals(issuing.spki))
      problems.push('its key does not belong to its certificate')
  }
  const way = problems.length === 0 ? climb(chain, trustDomain, nowMs, problems) : null
  if (issuing === null || signingKey === null || way === null)
    throw new SallyportError('bad_authority', `the authority of the mesh: ${problems.join('; ')}`)
  return { facts: issuing, signingKey, ...way }
}

/**
 * The text of the authority's key file. Rejects with SallyportError `key_exposed` where others than its owner and group
 * can read it, or the group can write it; else with a system error.
 */
export async function readKeyFile(path: string): Promise<string> {
  const { mode } = await stat(path)
  if ((mode & 0o027) !== 0)
    throw new SallyportError('key_exposed', `the key ${path} is open to others: chmod 600 it`)
  return readFile(path, 'utf8')
}

interface Link {
  readonly facts: CertificateFacts
  readonly pem: string
}

function readLinks(name: string, pem: string, problems: string[]): readonly Link[] {
  const links: Link[] = []
  for (const block of readPemBlocks(pem, 'CERTIFICATE') ?? [Buffer.alloc(0)]) {
    const facts = readCertificate(block)
    if (facts === null) problems.push(`its ${name} cannot be read`)
    else links.push({ facts, pem: pemBlock('CERTIFICATE', block) })
  }
  return links
}

function readKey(pem: string, problems: string[]): KeyObject | null {
  try {
    const key = createPrivateKey(pem)
    if (isStrong(publicPart(key))) return key
    problems.push('its key is too weak or of an unknown kind')
  } catch {
    problems.push('its key cannot be read')
  }
  return null
}

function publicPart(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}

function climb(
  chain: readonly Link[],
  trustDomain: string,
  nowMs: number,
  problems: string[],
): Pick<Issuer, 'chainPem' | 'rootPems' | 'notAfterMs'> | null {
  const isRoot = ({ facts }: Link): boolean => facts.issuer.equals(facts.subject)
  const rootPems = [...new Set(chain.filter(isRoot).map(({ pem }) => pem))]
  try {
    const anchors = anchorsOf({ trustDomain, rootPems })
    const facts = chain.map((link) => link.facts)
    const verdict = verifyChain(facts, anchors, nowMs)
    if (verdict.kind === 'verified') {
      const between = chain.filter((link) => verdict.path.includes(link.facts) && !isRoot(link))
      const ends = [...verdict.path, verdict.anchor.facts].map(({ notAfterMs }) => notAfterMs)
      const chainPem = between.map(({ pem }) => pem).join('')
      return { chainPem, rootPems, notAfterMs: Math.min(...ends) }
    }
    problems.push(`its certificate: ${verdict.detail} (${verdict.reason})`)
  } catch (error) {
    problems.push(errorMessage(error))
  }
  return null
}
