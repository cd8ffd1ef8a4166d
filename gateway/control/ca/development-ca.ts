// The authority of a mesh for which nobody has configured one: a root made here, good for trying things out.

import { generateKeyPairSync } from 'node:crypto'
import { readCertificate } from '../../../sidecar/identity/certificate.ts'
import { pemBlock, readPemBlocks } from '../../../sidecar/identity/pem.ts'
import { SallyportError } from '../../../sidecar/runtime/errors.ts'
import { DEVELOPMENT_ORGANISATION } from '../../config/tls-material.ts'
import { keyIdOf, writeCertificate, writeName } from './certificate-writer.ts'
import type { CaMaterial } from './material.ts'
import type { TextStore } from './text-store.ts'

export interface DevelopmentCaOptions {
  /** Where its key and certificate are kept (`fileStore`). */
  readonly store: TextStore
  readonly trustDomain: string
  /** true refuses it: its key lies in a file that we wrote ourselves. */
  readonly production: boolean
  readonly nowMs: number
}

const LIFE_MS = 365 * 86_400_000
/** With less of it left, a new one is made; the authority keeps believing the old one as long as it has to. */
const RENEW_BEFORE_MS = 30 * 86_400_000
const BACKDATE_MS = 60_000

/**
 * The one that was made before, or a new one: P-256, self-signed, a year, no authority below it. Rejects with
 * SallyportError `development_ca_in_production`, `state_damaged` or `state_exposed`.
 */
export async function openDevelopmentCa(options: DevelopmentCaOptions): Promise<CaMaterial> {
  if (options.production) {
    const message = 'a production mesh needs an authority of its own: write `mesh.ca`'
    throw new SallyportError('development_ca_in_production', message)
  }
  const before = await options.store.load()
  if (before !== null && isUsable(before, options)) return split(before)
  const made = makeRoot(options.trustDomain, options.nowMs)
  await options.store.save(made)
  return split(made)
}

/** The root that waits in `store` to take the place of the one in use; another one where none does. */
export async function openNextDevelopmentCa({
  trustDomain,
  store,
  nowMs,
}: Omit<DevelopmentCaOptions, 'production'>): Promise<CaMaterial> {
  const before = await store.load()
  if (before !== null && before !== '') return split(before)
  const made = makeRoot(trustDomain, nowMs)
  await store.save(made)
  return split(made)
}

/** From now on the root that waited in `next` is the one that `openDevelopmentCa` answers. */
export async function promoteDevelopmentCa(store: TextStore, next: TextStore): Promise<void> {
  const waiting = await next.load()
  if (waiting === null || waiting === '') return
  await store.save(waiting)
  await next.save('')
}

/** The certificate, then the key. */
function makeRoot(trustDomain: string, nowMs: number): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // Two roots of one mesh that follow each other must not have one name.
  const number = keyIdOf(spki).toString('hex').slice(0, 8)
  const name = writeName(DEVELOPMENT_ORGANISATION, `${trustDomain} mesh ${number}`)
  const { certPem } = writeCertificate(
    {
      issuer: name,
      subject: name,
      spki,
      notBeforeMs: nowMs - BACKDATE_MS,
      notAfterMs: nowMs + LIFE_MS,
      pathLength: 0,
      keyUsage: ['keyCertSign', 'cRLSign'],
      extendedKeyUsage: [],
      uri: idOf(trustDomain),
      authorityKeyId: null,
    },
    privateKey,
  )
  const keyDer = privateKey.export({ type: 'pkcs8', format: 'der' })
  return certPem + pemBlock('PRIVATE KEY', keyDer)
}

function split(text: string): CaMaterial {
  const end = text.indexOf('-----BEGIN PRIVATE KEY-----')
  return { certPem: text.slice(0, end), keyPem: text.slice(end), chainPem: '' }
}

function isUsable(text: string, { trustDomain, nowMs }: DevelopmentCaOptions): boolean {
  const [block] = readPemBlocks(split(text).certPem, 'CERTIFICATE') ?? []
  const facts = block === undefined ? null : readCertificate(block)
  if (facts === null) return false
  const isFresh = facts.notAfterMs - nowMs > RENEW_BEFORE_MS && facts.notBeforeMs <= nowMs
  return isFresh && facts.uriSans[0] === idOf(trustDomain)
}

/** X509-SVID section 4.1: the id of an authority has no path. */
function idOf(trustDomain: string): string {
  return `spiffe://${trustDomain}`
}
