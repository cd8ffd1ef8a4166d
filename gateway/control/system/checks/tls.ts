// Certificates of the listeners: how long they last, which names they are for, their chains, and who may read the keys.

import { dirname, resolve } from 'node:path'
import { coversName } from '../../../config/certificate-names.ts'
import { isLate, isSelfIssued } from '../../../config/certificate-pairs.ts'
import { readPem } from '../../../config/pem.ts'
import type { CertificatePlan, ListenerPlan, Plan } from '../../../config/plan.ts'
import type { AcmeCertificate } from '../../certificates/acme/schemas.ts'
import type { CheckContext } from '../check-context.ts'
import type { Finding } from '../check.ts'
import { daysUntil, shortList } from './shown.ts'

const SOON_DAYS = 30
const URGENT_DAYS = 3
/** Anything for group and others. */
const OPEN_BITS = 0o077

export function checkTls(context: CheckContext): readonly Finding[] {
  const { plan, nowMs } = context
  const secure = plan?.listeners.filter(({ tls }) => tls !== null) ?? []
  const certificates = secure.flatMap(({ tls }) => tls!.certificates)
  const keys = guarded(context)
  if (plan === null || secure.length === 0) return keys
  const issued = context.running?.acme.map((one) => acme(one)) ?? []
  // Where an authority issues them there may be none yet, and the finding about it says why.
  const aging = secure.flatMap(({ tls }) =>
    tls!.certificates.filter((one) => tls!.acme === null || isOverdue(one, nowMs)),
  )
  const age = certificates.length === 0 ? [] : [expiry(aging, nowMs)]
  return [...age, ...issued, ...names(plan, secure), chains(certificates), ...keys]
}

function expiry(certificates: readonly CertificatePlan[], nowMs: number): Finding {
  const id = 'tls.expiry'
  const [first] = certificates.toSorted((a, b) => a.notAfterMs - b.notAfterMs)
  if (first === undefined) return { id, status: 'ok', say: (t) => t.expiryRenewed() }
  const { file, notAfterMs } = first
  const days = daysUntil(notAfterMs, nowMs)
  const day = new Date(notAfterMs).toISOString().slice(0, 10)
  if (notAfterMs <= nowMs) return { id, status: 'failed', say: (t) => t.expired(file, day) }
  if (days >= SOON_DAYS) return { id, status: 'ok', say: (t) => t.expiryGood(days) }
  const status = days < URGENT_DAYS ? 'failed' : 'warning'
  return { id, status, say: (t) => t.expirySoon(file, days) }
}

/** An authority renews it, and has not. */
function isOverdue({ certPem }: CertificatePlan, nowMs: number): boolean {
  const [leaf] = readPem(certPem).certificates
  return leaf === undefined || isLate(leaf, nowMs)
}

/** Whether the authority that issues by itself does. */
function acme({ listener, state, notAfterMs }: AcmeCertificate): Finding {
  const id = 'tls.acme'
  if (state.kind === 'failed') {
    const { reason, nextAtMs } = state
    const nextAt = new Date(nextAtMs).toISOString().slice(0, 16)
    const status = notAfterMs === null ? 'failed' : 'warning'
    return { id, status, say: (t) => t.acmeFailed(listener, reason, nextAt) }
  }
  if (notAfterMs === null) return { id, status: 'warning', say: (t) => t.acmeWaiting(listener) }
  return { id, status: 'ok', say: (t) => t.acmeGood(listener) }
}

/** Hosts that clients will ask for and no certificate is for. */
function names(plan: Plan, listeners: readonly ListenerPlan[]): readonly Finding[] {
  const id = 'tls.names'
  const wrong = listeners.flatMap(({ name, tls }): Finding[] => {
    const covered = tls!.certificates.flatMap((certificate) => certificate.names)
    const hosts = plan.routes
      .filter(({ listeners: only }) => only === null || only.includes(name))
      .flatMap(({ match }) => match.hosts)
      .flatMap(({ kind, value }) =>
        kind === 'any' ? [] : [kind === 'exact' ? value : `*${value}`],
      )
    const missing = [...new Set(hosts)].filter((host) => !coversName(covered, host))
    if (missing.length === 0) return []
    return [{ id, status: 'warning', say: (t) => t.namesMissing(shortList(missing), name) }]
  })
  return wrong.length > 0 ? wrong : [{ id, status: 'ok', say: (t) => t.namesGood() }]
}

/** A leaf whose issuer is to be fetched from elsewhere is one that lacks an intermediate certificate. */
function chains(certificates: readonly CertificatePlan[]): Finding {
  const id = 'tls.chain'
  const short = certificates.filter(({ certPem }) => {
    const { certificates: chain } = readPem(certPem)
    const [leaf] = chain
    const isAlone = chain.length === 1 && leaf !== undefined && !isSelfIssued(leaf)
    return isAlone && leaf.infoAccess?.includes('CA Issuers') === true
  })
  if (short.length === 0) return { id, status: 'ok', say: (t) => t.chainGood(certificates.length) }
  const files = shortList(short.map(({ file }) => file))
  return { id, status: 'warning', say: (t) => t.chainShort(files) }
}

/** Every file with a private key that the configuration leads to. */
function guarded({ loaded, plan, file, probes }: CheckContext): readonly Finding[] {
  if (loaded.kind === 'refused') return []
  const named = Object.entries(loaded.materials.files).flatMap(([path, content]) =>
    'text' in content && content.text.includes('PRIVATE KEY') ? [path] : [],
  )
  const admin = plan?.admin.kind === 'on' ? plan.admin.tls?.keyFile : undefined
  const mesh = plan?.mesh?.ca.kind === 'files' ? plan.mesh.ca.keyFile : undefined
  const paths = [...named, admin, mesh].filter((path) => path !== undefined)
  if (paths.length === 0) return []
  const id = 'tls.keys'
  const open = paths.filter(
    (path) => ((probes.modeOf(resolve(dirname(file), path)) ?? 0) & OPEN_BITS) !== 0,
  )
  if (open.length === 0) return [{ id, status: 'ok', say: (t) => t.keysGuarded() }]
  return [{ id, status: 'warning', say: (t) => t.keysOpen(shortList(open)) }]
}
