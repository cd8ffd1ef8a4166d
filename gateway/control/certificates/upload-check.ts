// Looks at a certificate that somebody wants to serve: every fault is named before anything is written.

import type { X509Certificate } from 'node:crypto'
import { isStrong } from '../../../sidecar/identity/signature.ts'
import { certificateNames, coversName } from '../../config/certificate-names.ts'
import type { MaterialReader } from '../../config/materials.ts'
import { publicKeyText, readPem } from '../../config/pem.ts'
import type { CertificatePlan, RoutePlan } from '../../config/plan.ts'
import { ApiError, type FieldProblem } from '../admin/api-error.ts'
import { nameOf } from './describe.ts'
import { viewFolder, withFiles, type FolderContext, type FolderView } from './folder.ts'
import type { CertificateFault, UploadBody } from './schemas.ts'

/** A pair that belongs together. */
export interface UploadedPair {
  readonly chain: readonly X509Certificate[]
  /** Leaf first. */
  readonly certPem: string
  readonly keyPem: string
  readonly names: readonly string[]
}

/** Throws ApiError `invalid`, naming the fault and what to do. */
export function readPair({ certPem, keyPem = '' }: UploadBody, keptKeyPem: string): UploadedPair {
  const cert = readPem(certPem)
  const key = readPem(keyPem)
  refuseAny('/certPem', cert.faults)
  refuseAny('/keyPem', key.faults)
  const chain = cert.certificates
  const leaf = chain[0]
  if (leaf === undefined) {
    throw fault('/certPem', 'there is no certificate in it', 'paste the PEM text of the chain')
  }
  const kept = readPem(keptKeyPem)
  const keys = [...cert.keys, ...key.keys, ...kept.keys]
  const found = keys.find(({ publicKey }) => publicKey === publicKeyText(leaf))
  if (found !== undefined) {
    checkStrength(leaf)
    const text = chain.map(String).join('')
    return { chain, certPem: text, keyPem: found.pem, names: certificateNames(leaf) }
  }
  if (keys.length === 0) {
    throw fault('/keyPem', 'there is no private key', 'paste the key that belongs to it (PEM)')
  }
  if (chain.some((one) => keys.some(({ publicKey }) => publicKey === publicKeyText(one)))) {
    const fix = 'put the certificate of the key first, then each one after the one it issued'
    throw fault('/certPem', 'the chain is in the wrong order', fix)
  }
  const fix = 'send the key that the certificate was made for'
  throw fault('/keyPem', 'the private key does not belong to the certificate', fix)
}

export interface UploadPlace {
  readonly folder: string
  /** Names in the folder and what they are to hold; null: gone. */
  readonly files: ReadonlyMap<string, string | null>
  /** The file that holds the certificate, as written in plans. */
  readonly file: string
}

export interface Judged {
  /** false: it is not valid now, and lies there unused. */
  readonly isServed: boolean
  readonly warnings: readonly CertificateFault[]
}

const NEW_DEFAULT: CertificateFault = {
  severity: 'warning',
  message:
    'it comes first in the folder: clients that name no host we know are shown it from now on',
  fix: 'give it a name further back in the alphabet if that is not wanted',
}

/** What the loader would say to the folder with these files in it. Throws ApiError where it would refuse it. */
export function judge(
  pair: UploadedPair,
  { folder, files, file }: UploadPlace,
  reader: MaterialReader,
  context: FolderContext,
  confirmExpired: boolean,
): Judged {
  const before = viewFolder(folder, reader, context)
  const after = viewFolder(folder, withFiles(reader, folder, files), context)
  const isKnown = ({ message }: CertificateFault): boolean =>
    before.faults.some((known) => known.message === message)
  const outside = pair.chain.find((one) => !isInTime(one, context.nowMs))
  const notNow = (one: X509Certificate): string =>
    `${nameOf(one.subject) || 'the certificate'} is not valid now (${validity(one)})`
  if (outside !== undefined && !confirmExpired) {
    const fix = 'renew it, or confirm that it is to be kept all the same'
    throw fault('/certPem', notNow(outside), fix)
  }
  const errors = after.faults.filter((one) => one.severity === 'error' && !isKnown(one))
  const isCovered = pair.names.every((name) =>
    after.usable.some((other) => coversName(other.names, name)),
  )
  if (errors.length > 0 && outside !== undefined && !isCovered) {
    const why = 'no other certificate serves its names, so the configuration would be refused'
    const fix = 'put one that is good for its names there first'
    throw fault('/certPem', `${notNow(outside)}, and ${why}`, fix)
  }
  if (errors.length > 0) {
    const problems = errors.map(({ message, fix }) =>
      problem('/certPem', plain(message, file), fix),
    )
    throw new ApiError('invalid', problems[0]!.detail, problems)
  }
  const isServed = after.usable.some((one) => one.file === file)
  if (isServed) refuseIfHidden(pair, file, after)
  const warnings = after.faults.filter((one) => one.severity === 'warning' && !isKnown(one))
  const isNewDefault = after.usable[0]?.file === file && before.usable[0]?.file !== file
  return { isServed, warnings: isNewDefault ? [...warnings, NEW_DEFAULT] : warnings }
}

/** Names that no route of these asks for; a route for any host takes them all. */
export function unroutedNames(names: readonly string[], routes: readonly RoutePlan[]): string[] {
  const hosts = routes.flatMap(({ match }) => match.hosts)
  return names.filter(
    (name) =>
      !hosts.some(({ kind, value }) => {
        if (kind === 'any') return true
        const host = kind === 'exact' ? value : `*${value}`
        return host === name || coversName([name], host) || coversName([host], name)
      }),
  )
}

/** A file that comes before it in the folder keeps the names that both have. */
function refuseIfHidden({ names }: UploadedPair, file: string, { usable }: FolderView): void {
  const first = (name: string): CertificatePlan =>
    usable.find((one) => one.names.includes(name)) ?? usable[0]!
  const holders = new Set(names.map((name) => first(name).file))
  if (holders.has(file) || usable[0]!.file === file) return
  const [holder = ''] = holders
  const message = `${holder} serves all of its names already`
  const fix = `send \`replaces: "listener:${holder}"\` to put it in the place of that one`
  throw new ApiError('conflict', `${message}: ${fix}`, [problem('/replaces', message, fix)])
}

function checkStrength(leaf: X509Certificate): void {
  if (isStrong(leaf.publicKey.export({ type: 'spki', format: 'der' }))) return
  const fix = 'use P-256, P-384, Ed25519, or RSA of 2048 bits or more'
  throw fault('/certPem', 'its key is too weak or of an unknown kind', fix)
}

function isInTime({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime()
}

function validity({ validFromDate, validToDate }: X509Certificate): string {
  return `${validFromDate.toISOString().slice(0, 10)} to ${validToDate.toISOString().slice(0, 10)}`
}

/** The loader speaks of a file that is none yet. */
function plain(message: string, file: string): string {
  return message.replace(`${file}: `, '')
}

function refuseAny(pointer: string, faults: readonly string[]): void {
  const [first] = faults
  if (first !== undefined)
    throw fault(pointer, first, 'write it again, as PEM without a passphrase')
}

function fault(pointer: string, detail: string, hint: string): ApiError {
  return new ApiError('invalid', detail, [problem(pointer, detail, hint)])
}

function problem(pointer: string, detail: string, hint: string): FieldProblem {
  return { pointer, detail, hint }
}
