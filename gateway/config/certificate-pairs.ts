// Finds the key and the chain of each certificate of a folder.

import type { X509Certificate } from 'node:crypto'
import { certificateNames } from './certificate-names.ts'
import { publicKeyText, type PemContent } from './pem.ts'

export interface NamedPem extends PemContent {
  readonly file: string
}

interface NamedKey {
  readonly file: string
  readonly pem: string
}

export interface Candidate {
  readonly file: string
  readonly chain: readonly X509Certificate[]
  readonly keyPem: string
  readonly names: readonly string[]
}

type Certificates = Pick<NamedPem, 'file' | 'certificates'>

/** Reports an error; answers null for convenience. */
export type Refuse = (message: string, fix: string) => null

/** Each certificate with its key, and its chain as far as the files reach. */
export function pairUp(files: readonly NamedPem[], refuse: Refuse): readonly Candidate[] {
  const keys = new Map<string, NamedKey>()
  for (const { file, keys: own } of files) {
    for (const { publicKey, pem } of own) keys.set(publicKey, { file, pem })
  }
  const used = new Set<NamedKey>()
  const authorities: X509Certificate[] = []
  const byLeaf = new Map<string, Candidate>()
  const keyless: Certificates[] = []
  for (const { file, certificates } of files) {
    const leaf = certificates[0]
    if (leaf === undefined) continue
    const key = keys.get(publicKeyText(leaf))
    if (key === undefined) {
      const isAuthority = leaf.ca && !certificates.some((c) => keys.has(publicKeyText(c)))
      if (isAuthority) authorities.push(...certificates)
      else keyless.push({ file, certificates })
      continue
    }
    used.add(key)
    const known = byLeaf.get(leaf.fingerprint256)
    // cert.pem beside fullchain.pem: the longer chain is the better one.
    if (known !== undefined && known.chain.length >= certificates.length) continue
    const names = certificateNames(leaf)
    byLeaf.set(leaf.fingerprint256, { file, chain: certificates, keyPem: key.pem, names })
  }
  reportUnpaired(keyless, keys, used, refuse)
  return [...byLeaf.values()].map((candidate) => completed(candidate, authorities))
}

/** Certificates without their key and keys without their certificate; a pair of one name is told as one. */
function reportUnpaired(
  keyless: readonly Certificates[],
  keys: ReadonlyMap<string, NamedKey>,
  used: Set<NamedKey>,
  refuse: Refuse,
): void {
  for (const { file, certificates } of keyless) {
    const leaf = certificates.find((certificate) => keys.has(publicKeyText(certificate)))
    if (leaf !== undefined) {
      used.add(keys.get(publicKeyText(leaf))!)
      const fix = `put ${subject(leaf)} first, then each certificate after the one it issued`
      refuse(`${file}: the chain is in the wrong order`, fix)
      continue
    }
    const beside = [...keys.values()].find((key) => !used.has(key) && stem(key.file) === stem(file))
    if (beside === undefined) {
      refuse(`no key belongs to the certificate in ${file}`, 'put its private key beside it')
    } else {
      used.add(beside)
      refuse(`${file} and ${beside.file} do not belong together`, 'replace one with its partner')
    }
  }
  for (const key of keys.values()) {
    if (used.has(key)) continue
    const fix = 'add its certificate or remove the key'
    refuse(`no certificate belongs to the key in ${key.file}`, fix)
  }
}

function completed(candidate: Candidate, authorities: readonly X509Certificate[]): Candidate {
  const chain = [...candidate.chain]
  for (;;) {
    const last = chain.at(-1)!
    const issuer = authorities.find((ca) => !isSelfIssued(ca) && isIssuedBy(last, ca))
    if (isSelfIssued(last) || issuer === undefined || chain.includes(issuer)) break
    chain.push(issuer)
  }
  return { ...candidate, chain }
}

export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

export function isSelfIssued(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer
}

export function subject(certificate: X509Certificate): string {
  return lastPart(certificate.subject) || `serial ${certificate.serialNumber}`
}

/** Of a name with a part on each line, the most specific one: `CN=a.example`; node has none for an empty name. */
export function lastPart(name: string | undefined): string {
  return name?.split('\n').at(-1) ?? ''
}

function stem(file: string): string {
  return file.replace(/\.[^./]+$/, '')
}

/** What renews itself at two thirds of its life and has less than this part of it left has failed to. */
const LATE_SHARE = 0.25

/** Whether a certificate that is renewed by itself should have been by now. */
export function isLate({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  const lifeMs = validToDate.getTime() - validFromDate.getTime()
  return validToDate.getTime() - nowMs < lifeMs * LATE_SHARE
}
