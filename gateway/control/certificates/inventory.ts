// Every certificate this node depends on, from wherever it is kept, the one that runs out first in front.

import type { X509Certificate } from 'node:crypto'
import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import { readPem } from '../../config/pem.ts'
import { isStatic, type Plan } from '../../config/plan.ts'
import type { UpstreamTlsPlan } from '../../../sidecar/upstream/plan.ts'
import { ownFileOf } from './acme/due.ts'
import { daysLeft, describe } from './describe.ts'
import {
  folderOf,
  readerOf,
  tlsListeners,
  viewFolder,
  type FolderContext,
  type FolderView,
  type TlsListener,
} from './folder.ts'
import type { Certificate, CertificateFault } from './schemas.ts'

/** The certificate by which an instance of the mesh was last known. */
export interface KnownIdentity {
  readonly service: string
  readonly instance: string
  /** null: it was not told. */
  readonly certificate: { readonly serial: string; readonly notAfterMs: number } | null
}

/** What only the mesh knows. */
export interface MeshCertificates {
  readonly trustDomain: string
  /** Whose signature all identities bear: the issuing certificate first, then what stands above it. */
  readonly chainPems: readonly string[]
  /** Life of an identity. */
  readonly ttlMs: number
  readonly identities: readonly KnownIdentity[]
}

export interface InventoryFacts extends FolderContext {
  readonly plan: Plan
  /** Certificates of the console, PEM; '' where there are none. */
  readonly consolePem: string
  readonly mesh: MeshCertificates | null
}

export interface Inventory {
  readonly items: readonly Certificate[]
  /** Faults that belong to no certificate. */
  readonly faults: readonly CertificateFault[]
}

/** An identity renews itself at two thirds of its life; with less than this part of it left, that has failed. */
const LATE_SHARE = 0.2

/** Reads the folders anew; never throws. */
export function takeInventory(facts: InventoryFacts): Inventory {
  const listeners = listenerCertificates(facts)
  const items = [
    ...listeners.items,
    ...clientCas(facts),
    ...described(facts.consolePem, 'admin', 'admin', ['console'], facts.nowMs),
    ...meshCa(facts),
    ...identities(facts),
    ...upstreams(facts),
  ]
  return { items, faults: listeners.faults }
}

/** Whether it is to be looked after within so many days. */
export function isDue({ renewsItself, state, daysLeft: left }: Certificate, days: number): boolean {
  // Some live for an hour: what counts is that they are renewed.
  if (renewsItself) return state !== 'good'
  return state === 'faulty' || left <= days
}

function listenerCertificates(facts: InventoryFacts): Inventory {
  const byFolder = Map.groupBy(tlsListeners(facts.plan.listeners), folderOf)
  const reader = readerOf(facts)
  const parts = [...byFolder].map(([folder, listeners]) =>
    ofFolder(
      viewFolder(folder, reader, { ...facts, isRenewed: isRenewed(listeners) }),
      listeners,
      facts.nowMs,
    ),
  )
  return {
    items: parts.flatMap((part) => part.items),
    faults: parts.flatMap((part) => part.faults),
  }
}

/** What lies there, and what is served still although it does not lie there any more. */
function ofFolder(
  { pairs, faults }: FolderView,
  listeners: readonly TlsListener[],
  nowMs: number,
): Inventory {
  const served = inForce(listeners)
  const told = new Set<CertificateFault>()
  const row = (file: string, chain: readonly X509Certificate[], id: string): Certificate => {
    const own = faults.filter(({ message }) => message.includes(file))
    for (const fault of own) told.add(fault)
    const key = keyOf(file, chain[0]!)
    const isServed = served.has(key)
    const isDefault = isServed && listeners.some(({ tls }) => tls.certificates[0]?.file === file)
    const usedBy = listeners.map(({ name }) => name)
    const renewsItself = listeners.some(({ name, tls }) => {
      return tls.acme !== null && ownFileOf(tls.folder, name) === file
    })
    const how = { isServed, isDefault, renewsItself }
    const placed = { id, kind: 'listener', place: file, usedBy, ...how } as const
    return describe(chain, { ...placed, faults: own }, nowMs)
  }
  const items = pairs.map(({ file, chain }) => row(file, chain, `listener:${file}`))
  const lying = new Set(pairs.map(({ file, chain }) => keyOf(file, chain[0]!)))
  const missing = [...served].filter(([key]) => !lying.has(key))
  const kept = missing.map(([, { file, chain }]) => row(file, chain, `served:${file}`))
  return { items: [...items, ...kept], faults: faults.filter((fault) => !told.has(fault)) }
}

function isRenewed(listeners: readonly TlsListener[]): boolean {
  return listeners.some(({ tls }) => tls.acme !== null)
}

function inForce(listeners: readonly TlsListener[]) {
  const served = new Map<string, { file: string; chain: readonly X509Certificate[] }>()
  for (const { tls } of listeners) {
    for (const { file, certPem } of tls.certificates) {
      const { certificates } = readPem(certPem)
      served.set(keyOf(file, certificates[0]!), { file, chain: certificates })
    }
  }
  return served
}

function keyOf(file: string, { fingerprint256 }: X509Certificate): string {
  return `${file} ${fingerprint256}`
}

function clientCas({ plan, nowMs }: InventoryFacts): readonly Certificate[] {
  return tlsListeners(plan.listeners).flatMap(({ name, tls }) =>
    described(tls.clientCaPem ?? '', 'client-ca', name, [name], nowMs, true),
  )
}

function meshCa({ mesh, nowMs }: InventoryFacts): readonly Certificate[] {
  if (mesh === null) return []
  return mesh.chainPems.flatMap((pem, index) =>
    described(pem, 'mesh-ca', index === 0 ? 'issues' : `above ${index}`, ['mesh'], nowMs),
  )
}

/** Client certificates and authorities that services and egress use; the keys stay where they are. */
function upstreams({ plan, nowMs }: InventoryFacts): readonly Certificate[] {
  const of = (user: string, { certPem, caPem }: UpstreamTlsPlan): readonly Certificate[] => [
    ...described(certPem ?? '', 'upstream', `${user} certificate`, [user], nowMs),
    ...described(caPem ?? '', 'upstream', `${user} CA`, [user], nowMs, true),
  ]
  const services = plan.services.filter(isStatic).flatMap(({ name, tls }) => of(name, tls))
  const external = [...(plan.egress?.external.values() ?? [])]
  return [...services, ...external.flatMap(({ host, tls }) => of(host, tls))]
}

/** The certificates of a PEM text: one chain, or (`isBundle`) each for itself. */
function described(
  pem: string,
  kind: Certificate['kind'],
  place: string,
  usedBy: readonly string[],
  nowMs: number,
  isBundle = false,
): readonly Certificate[] {
  const { certificates } = readPem(pem)
  if (certificates.length === 0) return []
  const chains = isBundle ? certificates.map((one) => [one]) : [certificates]
  return chains.map((chain) => {
    const id = `${kind}:${place}:${chain[0]!.fingerprint256.replaceAll(':', '').slice(0, 16)}`
    return describe(chain, { id, kind, place, usedBy }, nowMs)
  })
}

function identities({ mesh, nowMs }: InventoryFacts): readonly Certificate[] {
  if (mesh === null) return []
  const { trustDomain, ttlMs } = mesh
  return mesh.identities.flatMap(({ service, instance, certificate }): Certificate[] => {
    if (certificate === null) return []
    const { serial, notAfterMs } = certificate
    const leftMs = notAfterMs - nowMs
    const isLate = leftMs < ttlMs * LATE_SHARE
    return [
      {
        id: `identity:${service}/${instance}`,
        kind: 'identity',
        place: `${service}/${instance}`,
        names: [spiffeIdOf(trustDomain, service)],
        subject: '',
        issuer: '',
        serial,
        keyType: '',
        fingerprint: '',
        notBeforeMs: null,
        notAfterMs,
        daysLeft: daysLeft(notAfterMs, nowMs),
        state: leftMs <= 0 ? 'expired' : isLate ? 'urgent' : 'good',
        chain: [],
        usedBy: [service],
        isDefault: false,
        isServed: true,
        renewsItself: true,
        faults: [],
      },
    ]
  })
}
