// The extensions of a certificate that the mesh decides by (RFC 5280 section 4.2).

import { contextTag, DerError, DerReader, readBits, TAG, type DerElement } from './der.ts'

export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof KEY_USAGES)[number]

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

/** What an authority may put its signature under (RFC 5280 section 4.2.1.10). */
export interface NameConstraints {
  /** Host parts of URIs, lower case; null: no URI is excluded by not being in a list. */
  readonly permittedUris: readonly string[] | null
  readonly excludedUris: readonly string[]
  /** Tags of the names of other kinds that are constrained in some way. */
  readonly otherKinds: readonly number[]
}

export interface ExtensionFacts {
  readonly isCa: boolean
  /** How many more authorities may follow below this one; null: any number. */
  readonly pathLength: number | null
  /** null: the extension is not there. */
  readonly keyUsage: readonly KeyUsage[] | null
  /** Object identifiers; null: the extension is not there. */
  readonly extendedKeyUsage: readonly string[] | null
  /** Exactly as they stand, in order. */
  readonly uriSans: readonly string[]
  /** Tags of the alternative names of other kinds, in order. */
  readonly otherSans: readonly number[]
  readonly nameConstraints: NameConstraints | null
  readonly subjectKeyId: Buffer | null
  readonly authorityKeyId: Buffer | null
}

export const EXTENSION = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const

const URI_NAME = contextTag(6, false)

export interface ExtensionValue {
  readonly critical: boolean
  readonly value: Buffer
}

/** The extensions of a certificate, with nothing but their envelope read. Throws DerError. */
export function readExtensions(tbs: DerReader): ReadonlyMap<string, ExtensionValue> {
  const extensions = new Map<string, ExtensionValue>()
  const tagged = tbs.optional(contextTag(3, true))
  if (tagged === null) return extensions
  const wrapper = new DerReader(tagged.content)
  const list = wrapper.enter(TAG.sequence)
  wrapper.end()
  while (!list.isAtEnd) {
    const extension = list.enter(TAG.sequence)
    const oid = extension.oid()
    const critical = readFlag(extension)
    const value = extension.next(TAG.octetString).content
    extension.end()
    // RFC 5280 section 4.2: of two, one reader would take the first and another the last.
    if (extensions.has(oid)) throw new DerError('an extension twice')
    extensions.set(oid, { critical, value })
  }
  return extensions
}

/** Throws DerError where one of them is not well-formed. */
export function readExtensionFacts(
  extensions: ReadonlyMap<string, ExtensionValue>,
): ExtensionFacts {
  const read = <T>(oid: string, reader: (value: DerReader) => T): T | null => {
    const extension = extensions.get(oid)
    if (extension === undefined) return null
    const value = new DerReader(extension.value)
    const result = reader(value)
    value.end()
    return result
  }
  const sans = read(EXTENSION.subjectAltName, readAltNames)
  const constraints = read(EXTENSION.basicConstraints, readBasicConstraints)
  return {
    isCa: constraints?.isCa ?? false,
    pathLength: constraints?.pathLength ?? null,
    keyUsage: read(EXTENSION.keyUsage, (value) => readKeyUsage(value.next(TAG.bitString).content)),
    extendedKeyUsage: read(EXTENSION.extendedKeyUsage, readOids),
    uriSans: sans?.uris ?? [],
    otherSans: sans?.others ?? [],
    nameConstraints: read(EXTENSION.nameConstraints, readNameConstraints),
    subjectKeyId: read(EXTENSION.subjectKeyId, (value) => value.next(TAG.octetString).content),
    authorityKeyId: read(EXTENSION.authorityKeyId, readAuthorityKeyId),
  }
}

function readBasicConstraints(value: DerReader): { isCa: boolean; pathLength: number | null } {
  const constraints = value.enter(TAG.sequence)
  const isCa = readFlag(constraints)
  let pathLength: number | null = null
  if (!constraints.isAtEnd) {
    const length = constraints.unsigned()
    if (length.length > 1 || !isCa) throw new DerError('a path length that is out of place')
    pathLength = length[0]!
  }
  constraints.end()
  return { isCa, pathLength }
}

function readKeyUsage(content: Buffer): readonly KeyUsage[] {
  const bits = readBits(content, true)
  return KEY_USAGES.filter((_, index) => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0)
}

function readOids(value: DerReader): readonly string[] {
  const list = value.enter(TAG.sequence)
  const oids: string[] = []
  do oids.push(list.oid())
  while (!list.isAtEnd)
  return oids
}

function readAltNames(value: DerReader): { uris: readonly string[]; others: readonly number[] } {
  const names = value.enter(TAG.sequence)
  const uris: string[] = []
  const others: number[] = []
  do {
    const name = names.next()
    if (name.tag === URI_NAME) uris.push(ia5(name.content))
    else others.push(name.tag)
  } while (!names.isAtEnd)
  return { uris, others }
}

function readNameConstraints(value: DerReader): NameConstraints {
  const constraints = value.enter(TAG.sequence)
  const permitted = readSubtrees(constraints.optional(contextTag(0, true)))
  const excluded = readSubtrees(constraints.optional(contextTag(1, true)))
  constraints.end()
  return {
    permittedUris: permitted.uris.length === 0 ? null : permitted.uris,
    excludedUris: excluded.uris,
    otherKinds: [...permitted.others, ...excluded.others],
  }
}

function readSubtrees(list: DerElement | null): {
  uris: readonly string[]
  others: readonly number[]
} {
  const uris: string[] = []
  const others: number[] = []
  const subtrees = new DerReader(list?.content ?? Buffer.alloc(0))
  while (!subtrees.isAtEnd) {
    const subtree = subtrees.enter(TAG.sequence)
    const base = subtree.next()
    // RFC 5280 section 4.2.1.10: minimum is zero and maximum absent, so neither is ever written.
    subtree.end()
    if (base.tag === URI_NAME) uris.push(ia5(base.content).toLowerCase())
    else others.push(base.tag)
  }
  return { uris, others }
}

function readAuthorityKeyId(value: DerReader): Buffer | null {
  const fields = value.enter(TAG.sequence)
  const keyId = fields.optional(contextTag(0, false))?.content ?? null
  while (!fields.isAtEnd) fields.next()
  return keyId
}

/** A BOOLEAN with the default false; one that is written out although it is false harms nobody. */
function readFlag(reader: DerReader): boolean {
  return reader.isNext(TAG.boolean) && reader.boolean()
}

function ia5(content: Buffer): string {
  if (content.some((byte) => byte >= 0x80)) throw new DerError('a name that is not ASCII')
  return content.toString('latin1')
}
