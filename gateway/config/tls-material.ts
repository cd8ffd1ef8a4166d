// From a folder of certificates and keys, or a file of client CAs, to what a TLS listener serves and trusts.

import type { X509Certificate } from 'node:crypto'
import type { ConfigPath, Problem, Report } from '../../sidecar/runtime/problem.ts'
import { coversName } from './certificate-names.ts'
import {
  isIssuedBy,
  isLate,
  isSelfIssued,
  lastPart,
  pairUp,
  subject,
  type Candidate,
  type NamedPem,
  type Refuse,
} from './certificate-pairs.ts'
import { MISSING, type MaterialReader } from './materials.ts'
import { readPem } from './pem.ts'
import type { CertificatePlan } from './plan.ts'

/** Organisation in the subject of every development authority, by which `production` knows its certificates. */
export const DEVELOPMENT_ORGANISATION = 'Sallyport development'

const PEM_FILE = /^[^.].*\.(pem|crt|cer|key)$/i
const MIN_RSA_BITS = 2048
const EXPIRY_WARNING_MS = 30 * 86_400_000
const DAY_MS = 86_400_000

/** Where and how to report; `production` refuses certificates of a development authority. */
export interface TlsContext {
  readonly at: ConfigPath
  readonly report: Report
  readonly production: boolean
  /** An authority issues what is missing or over: neither is an error then. Default false. */
  readonly isRenewed?: boolean
}

/**
 * Pairs the certificates of `folder` with their keys by public key, whatever the files are called (`*.pem`, `*.crt`,
 * `*.cer`, `*.key`; one file may hold both). CA certificates without a key complete chains that need them.
 * Reports what is wrong by file name, and answers the usable certificates in the order of their file names.
 */
export function compileCertificates(
  folder: string,
  reader: MaterialReader,
  context: TlsContext,
): readonly CertificatePlan[] {
  let isTold = false
  const watching: TlsContext = {
    ...context,
    report(problem) {
      if (problem.severity === 'error') isTold = true
      context.report(problem)
    },
  }
  const { isRenewed = false } = context
  const refuse = reporter(watching, 'error')
  const listing = reader.folder(folder)
  if ('error' in listing) {
    // It is made for the first certificate that is issued.
    if (isRenewed && listing.error === MISSING) return []
    refuse(`cannot read folder ${folder}: ${listing.error}`, 'name a folder with certificates')
    return []
  }
  const files = listing.names
    .filter((name) => PEM_FILE.test(name))
    .flatMap((name) => readNamedPem(folder, name, reader, refuse))
  const candidates = pairUp(files, refuse).filter((c) => isSound(c, watching))
  const inTime = withinValidity(candidates, reader.readAtMs, watching)
  if (inTime.length === 0 && !isTold && !isRenewed) {
    refuse(
      `folder ${folder} holds no certificate to serve`,
      'put a .crt and its .key file there (PEM)',
    )
  }
  return inTime.map(({ file, chain, keyPem, names }) => ({
    file,
    names,
    certPem: chain.map(String).join(''),
    keyPem,
    notAfterMs: chain[0]!.validToDate.getTime(),
  }))
}

/** The text of a file of CA certificates, or null where it is not one; an empty file must never mean "trust anybody". */
export function compileClientCa(
  path: string,
  reader: MaterialReader,
  context: TlsContext,
): string | null {
  const refuse = reporter(context, 'error')
  const fix = 'name a PEM file with the certificates of the CAs that issue client certificates'
  const file = reader.file(path)
  if ('error' in file) return refuse(`cannot read ${path}: ${file.error}`, fix)
  const { certificates, faults } = readPem(file.text)
  if (faults.length > 0) return refuse(`${path}: ${faults[0]}`, fix)
  if (certificates.length === 0) return refuse(`${path} holds no certificate`, fix)
  const leaf = certificates.find((certificate) => !certificate.ca)
  if (leaf !== undefined) {
    return refuse(`${path}: ${subject(leaf)} is not a CA (it lacks CA:TRUE)`, fix)
  }
  for (const certificate of certificates) {
    if (certificate.validToDate.getTime() > reader.readAtMs) continue
    const message = `${path}: ${subject(certificate)} expired on ${day(certificate.validToDate)}`
    reporter(context, 'warning')(message, 'replace it; no client that depends on it gets in')
  }
  return certificates.map(String).join('')
}

function reporter({ at, report }: TlsContext, severity: Problem['severity']): Refuse {
  return (message, fix) => {
    report({ severity, path: at, message, fix })
    return null
  }
}

function readNamedPem(
  folder: string,
  name: string,
  reader: MaterialReader,
  refuse: Refuse,
): NamedPem[] {
  const file = `${folder.replace(/\/+$/, '')}/${name}`
  const content = reader.file(file)
  if ('error' in content) {
    refuse(`cannot read ${file}: ${content.error}`, 'make it readable, or take it out of there')
    return []
  }
  const pem = readPem(content.text)
  for (const fault of pem.faults) {
    const fix = fault.includes('encrypted')
      ? 'store the key without a passphrase, readable by the gateway alone'
      : 'write the file again, as PEM'
    refuse(`${file}: ${fault}`, fix)
  }
  if (pem.faults.length === 0 && pem.certificates.length + pem.keys.length === 0) {
    refuse(`${file} holds no certificate and no key`, 'take it out of there, or write it as PEM')
  }
  return [{ file, ...pem }]
}

function isSound({ file, chain, names }: Candidate, context: TlsContext): boolean {
  const refuse = reporter(context, 'error')
  let sound = true
  const fail = (message: string, fix: string) => {
    sound = false
    refuse(`${file}: ${message}`, fix)
  }
  const leaf = chain[0]!
  if (names.length === 0) {
    const fix =
      'issue it again with DNS or IP subject alternative names; the common name is not used'
    fail('the certificate names no host', fix)
  }
  for (const [index, certificate] of chain.entries()) {
    const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength
    if (bits !== undefined && bits < MIN_RSA_BITS) {
      fail(`the key of ${subject(certificate)} is weak (RSA ${bits})`, 'use P-256 or RSA 2048')
    }
    const issuer = chain[index + 1]
    if (issuer !== undefined && !isIssuedBy(certificate, issuer)) {
      fail(
        `${subject(certificate)} was not issued by ${subject(issuer)}, which follows it`,
        'put the leaf first, then each certificate after the one it issued, and nothing else',
      )
    }
  }
  if (context.production && leaf.issuer.includes(`O=${DEVELOPMENT_ORGANISATION}`)) {
    fail('the certificate comes from a development authority', 'use one of your own CA')
  }
  const lacksIssuer = chain.length === 1 && !isSelfIssued(leaf)
  if (sound && lacksIssuer && leaf.infoAccess?.includes('CA Issuers')) {
    const message = `${file}: the certificate of the issuer (${lastPart(leaf.issuer)}) is not in the file`
    reporter(context, 'warning')(message, 'add it behind the leaf, or some clients will refuse')
  }
  return sound
}

/** Those that are valid now. An expired one is a warning where another serves all of its names, else an error. */
function withinValidity(
  candidates: readonly Candidate[],
  nowMs: number,
  context: TlsContext,
): readonly Candidate[] {
  const isValid = ({ chain }: Candidate) => chain.every((c) => validity(c, nowMs) === null)
  const valid = candidates.filter(isValid)
  for (const candidate of candidates) {
    const { file, chain, names } = candidate
    if (isValid(candidate)) {
      const left = Math.min(...chain.map((c) => c.validToDate.getTime())) - nowMs
      if (left >= EXPIRY_WARNING_MS) continue
      if (context.isRenewed === true && !isLate(chain[0]!, nowMs)) continue
      const days = Math.floor(left / DAY_MS)
      const message = `${file} expires in ${days} ${days === 1 ? 'day' : 'days'}`
      reporter(context, 'warning')(message, 'renew it; the folder is watched')
      continue
    }
    const outdated = chain.find((c) => validity(c, nowMs) !== null)!
    const isCovered = names.every((name) => valid.some((other) => coversName(other.names, name)))
    const isBearable = isCovered || context.isRenewed === true
    const message = `${file}: ${subject(outdated)} ${validity(outdated, nowMs)}`
    const fix = isCovered ? 'remove it; another one serves its names' : 'replace it'
    reporter(context, isBearable ? 'warning' : 'error')(message, fix)
  }
  return valid
}

function validity(certificate: X509Certificate, nowMs: number): string | null {
  const { validFromDate, validToDate } = certificate
  if (nowMs < validFromDate.getTime()) return `is not valid before ${day(validFromDate)}`
  return nowMs > validToDate.getTime() ? `expired on ${day(validToDate)}` : null
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
