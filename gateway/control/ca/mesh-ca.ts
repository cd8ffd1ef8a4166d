// The certificate authority of the mesh: short-lived leaves for ids that others have decided on, and the roots to believe.

import { CLIENT_AUTH, SERVER_AUTH } from '../../../sidecar/identity/certificate-extensions.ts'
import { sequence } from '../../../sidecar/identity/der.ts'
import { createKey } from '../../../sidecar/identity/key.ts'
import { pemBlock, readPemBlocks } from '../../../sidecar/identity/pem.ts'
import { readSvid } from '../../../sidecar/identity/read-svid.ts'
import { parseSpiffeId, serviceNameOf, spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { TrustBundle } from '../../../sidecar/identity/svid.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage, SallyportError } from '../../../sidecar/runtime/errors.ts'
import { AnchorOverlap, type OverlapState, type Retiring } from './anchor-overlap.ts'
import type { Audit, CaAuditEvent } from './audit.ts'
import { writeCertificate } from './certificate-writer.ts'
import { readCsr } from './csr.ts'
import { readIssuer, type CaMaterial, type Issuer } from './material.ts'
import type { TextStore } from './text-store.ts'

export interface MeshCaOptions {
  readonly trustDomain: string
  readonly material: CaMaterial
  /** Life of a leaf, 1 s to 24 h; default 1 h. */
  readonly ttlMs?: number
  /** Remembers which roots are still needed, over a restart. */
  readonly store: TextStore
  readonly clock: Clock
  readonly audit: Audit
  /**
   * Whether everybody who is there believes these roots: a root that is announced is not used before, however long that
   * takes. Default: always.
   */
  readonly isBelieved?: (rootPems: readonly string[]) => boolean
}

export interface IssuedLeaf {
  /** Leaf first, then intermediates; PEM. */
  readonly certPem: string
  /** Lower-case hex without leading zeros. */
  readonly serial: string
  readonly notAfterMs: number
}

/** What an operator should see coming: the authority itself expires. */
export interface AuthorityLife {
  readonly notAfterMs: number
  readonly alarm: 'none' | '30 days' | '7 days' | '1 day' | 'expired'
}

/** How far one authority has taken the place of another. */
export interface AuthorityStage {
  /** Below which everything is issued now. */
  readonly issuing: AuthorityFacts
  /** Its roots are told to everybody; nothing is issued below them yet. null: there is none. */
  readonly announced: (AuthorityFacts & { readonly fromMs: number | null }) | null
  /** Roots that are believed until the last leaf below them has expired. */
  readonly retiring: readonly Retiring[]
}

export interface AuthorityFacts {
  /** Lower-case hex without leading zeros. */
  readonly serial: string
  readonly notAfterMs: number
  readonly rootPems: readonly string[]
}

interface Next {
  readonly issuer: Issuer
  /** Infinite: it waits for somebody's word. */
  readonly fromMs: number
  /** It waits for nobody who does not believe its root. */
  readonly isCertain: boolean
}

export const MAX_TTL_MS = 86_400_000
const DEFAULT_TTL_MS = 3_600_000
// The clocks of two machines need not agree to the second.
const BACKDATE_MS = 60_000
/** A new root is told to everybody before anything is issued below it; snapshots are repeated every five minutes. */
export const ANNOUNCE_MS = 5 * 60_000
/** How often is looked whether everybody believes a root that is due. */
const BELIEVED_AGAIN_MS = 1000
const DAY_MS = 86_400_000

export class MeshCa {
  readonly #options: MeshCaOptions
  readonly #ttlMs: number
  readonly #openedAtMs: number
  readonly #anchors: AnchorOverlap
  readonly #listeners = new Set<() => void>()
  #issuer: Issuer
  #next: Next | null = null
  #toldBundle: TrustBundle
  #cancelTimer = (): void => undefined

  /**
   * Rejects with SallyportError `bad_authority` where the material cannot issue what our peers would accept, or with
   * the store's error where roots that are still needed may have been lost.
   */
  static async open(options: MeshCaOptions): Promise<MeshCa> {
    const { material, trustDomain, clock, store } = options
    const nowMs = clock.wallMs()
    const issuer = readIssuer(material, trustDomain, nowMs)
    prove(issuer, trustDomain, nowMs)
    const saved = await store.load()
    const before = saved === null ? null : (JSON.parse(saved) as OverlapState)
    const ca = new MeshCa(options, issuer, before)
    await store.save(JSON.stringify(ca.#anchors.state))
    return ca
  }

  private constructor(options: MeshCaOptions, issuer: Issuer, before: OverlapState | null) {
    const { ttlMs = DEFAULT_TTL_MS, trustDomain, clock } = options
    if (!(ttlMs >= 1000 && ttlMs <= MAX_TTL_MS))
      throw new RangeError('a certificate of the mesh lives one second to 24 hours')
    this.#options = options
    this.#ttlMs = ttlMs
    this.#issuer = issuer
    this.#openedAtMs = clock.wallMs()
    this.#anchors = new AnchorOverlap(
      trustDomain,
      before ?? { active: issuer.rootPems, retiring: [] },
    )
    // Where the files were changed while nobody ran: what was issued before lives for a day at most.
    this.#anchors.replace(issuer.rootPems, this.#openedAtMs + MAX_TTL_MS)
    this.#anchors.forget(this.#openedAtMs)
    this.#toldBundle = this.#anchors.bundle
    this.#arm()
  }

  /** Whom everybody is to believe now: the same object until it changes. */
  get trust(): TrustBundle {
    this.#advance(this.#options.clock.wallMs())
    return this.#anchors.bundle
  }

  /** What stands above every leaf that is issued now: the issuing certificate first, then up to all the roots. */
  get chainPems(): readonly string[] {
    const { chainPem, rootPems } = this.#issuer
    const between = readPemBlocks(chainPem, 'CERTIFICATE') ?? []
    return [...between.map((bytes) => pemBlock('CERTIFICATE', bytes)), ...rootPems]
  }

  /** Told whenever `trust` has changed. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * A certificate for the key of `csrPem` and for `id`, whatever the request asks for. `actor` is for the audit trail.
   * Throws SallyportError `bad_csr`, `weak_key`, `foreign_id` or `authority_expired`.
   */
  issue(csrPem: string, id: string, nowMs: number, actor: string = id): IssuedLeaf {
    this.#advance(nowMs)
    const audit = (result: Pick<CaAuditEvent, 'result' | 'reason' | 'detail'>): void =>
      this.#options.audit({
        kind: 'certificate_issue',
        atMs: nowMs,
        actor,
        service: parseSpiffeId(id) === null ? null : serviceNameOf(id),
        alarm: false,
        ...result,
      })
    const refuse = (reason: string, message: string): never => {
      audit({ result: 'refused', reason, detail: { id } })
      throw new SallyportError(reason, message)
    }
    if (parseSpiffeId(id)?.trustDomain !== this.#options.trustDomain)
      return refuse('foreign_id', 'the id is of no service of this mesh')
    const csr = readCsr(csrPem)
    if (csr.kind === 'refused')
      return refuse(csr.reason, 'the certification request cannot be accepted')
    if (this.#issuer.notAfterMs <= nowMs + 1000)
      return refuse('authority_expired', 'the certificate of the authority has expired')
    const leaf = sign(this.#issuer, csr.spki, id, nowMs, this.#ttlMs)
    const detail = { id, serial: leaf.serial, notAfterMs: leaf.notAfterMs, keyHash: csr.keyHash }
    audit({ result: 'ok', reason: null, detail })
    return leaf
  }

  /**
   * Replaces the authority. Below a root that everybody knows already it issues at once; a new root is announced first
   * and used {@link ANNOUNCE_MS} later, once everybody believes it, or at once where the authority in use has expired. Old roots are believed until
   * the last leaf below them has expired. Rejects with `bad_authority` or `too_many_anchors`, and then nothing has changed;
   * or with the store's error, and then it is in force but may be forgotten by a restart.
   */
  async rotate(material: CaMaterial, actor: string): Promise<void> {
    const { trustDomain, clock, audit } = this.#options
    const nowMs = clock.wallMs()
    this.#advance(nowMs)
    const issuer = readIssuer(material, trustDomain, nowMs)
    prove(issuer, trustDomain, nowMs)
    const known = this.#anchors.bundle.rootPems
    const isKnown = issuer.rootPems.every((pem) => known.includes(pem))
    const isUrgent = this.#issuer.notAfterMs <= nowMs
    const isCertain = isKnown || isUrgent
    const fromMs = isCertain ? nowMs : nowMs + ANNOUNCE_MS
    await this.#adopt({ issuer, fromMs, isCertain }, nowMs)
    audit({
      kind: 'authority_rotate',
      atMs: nowMs,
      actor,
      service: null,
      result: 'ok',
      reason: null,
      alarm: false,
      detail: { fromMs, notAfterMs: issuer.notAfterMs, serial: issuer.facts.serial },
    })
  }

  get stage(): AuthorityStage {
    const announced = this.#next
    const fromMs = announced === null || announced.fromMs === Infinity ? null : announced.fromMs
    return {
      issuing: factsOf(this.#issuer),
      announced: announced === null ? null : { ...factsOf(announced.issuer), fromMs },
      retiring: this.#anchors.state.retiring,
    }
  }

  /**
   * Tells everybody the roots of the next authority; it issues nothing before `finish`. Rejects as `rotate` does, and
   * with `already_announced` where another one waits.
   */
  async announce(material: CaMaterial): Promise<void> {
    const { trustDomain, clock } = this.#options
    const nowMs = clock.wallMs()
    this.#advance(nowMs)
    if (this.#next !== null)
      throw new SallyportError('already_announced', 'another authority is announced already')
    const issuer = readIssuer(material, trustDomain, nowMs)
    prove(issuer, trustDomain, nowMs)
    await this.#adopt({ issuer, fromMs: Infinity, isCertain: false }, nowMs)
  }

  /** What is announced issues from now on. Rejects with `nothing_announced`. */
  async finish(): Promise<void> {
    if (this.#next === null) throw nothingAnnounced()
    const nowMs = this.#options.clock.wallMs()
    this.#next = { issuer: this.#next.issuer, fromMs: nowMs, isCertain: true }
    this.#advance(nowMs)
    await this.#save()
  }

  /** What is announced never issues; its roots are forgotten at once, since nothing stands below them. */
  async abandon(): Promise<void> {
    if (this.#next === null) throw nothingAnnounced()
    const nowMs = this.#options.clock.wallMs()
    this.#next = null
    this.#anchors.replace(this.#issuer.rootPems, nowMs)
    this.#advance(nowMs)
    await this.#save()
  }

  /** How long the authority itself is good for. */
  life(nowMs: number): AuthorityLife {
    const { notAfterMs } = this.#issuer
    const leftMs = notAfterMs - nowMs
    if (leftMs <= 0) return { notAfterMs, alarm: 'expired' }
    if (leftMs <= DAY_MS) return { notAfterMs, alarm: '1 day' }
    if (leftMs <= 7 * DAY_MS) return { notAfterMs, alarm: '7 days' }
    return { notAfterMs, alarm: leftMs <= 30 * DAY_MS ? '30 days' : 'none' }
  }

  /** Ends its timer; it can still issue. */
  close(): void {
    this.#cancelTimer()
    this.#listeners.clear()
  }

  async #adopt(next: Next, nowMs: number): Promise<void> {
    const both = new Set([...this.#issuer.rootPems, ...next.issuer.rootPems])
    this.#anchors.replace([...both], this.#lastLeafMs(nowMs))
    this.#next = next
    this.#advance(nowMs)
    await this.#save()
  }

  #save(): Promise<void> {
    return this.#options.store.save(JSON.stringify(this.#anchors.state))
  }

  /** Does what has become due: issues below the announced root, forgets roots that nothing stands below any more. */
  #advance(nowMs: number): void {
    if (this.#next !== null && this.#mayIssue(this.#next, nowMs)) {
      this.#issuer = this.#next.issuer
      this.#next = null
      this.#anchors.replace(this.#issuer.rootPems, this.#lastLeafMs(nowMs))
    }
    this.#anchors.forget(nowMs)
    if (this.#anchors.bundle === this.#toldBundle) return
    this.#toldBundle = this.#anchors.bundle
    this.#arm()
    for (const listener of this.#listeners) listener()
  }

  #mayIssue({ issuer, fromMs, isCertain }: Next, nowMs: number): boolean {
    if (nowMs < fromMs) return false
    const { isBelieved = () => true } = this.#options
    // One that has expired helps nobody, whoever believes what.
    return isCertain || this.#issuer.notAfterMs <= nowMs || isBelieved(issuer.rootPems)
  }

  /** By then every leaf issued so far has expired: those of processes before this one may have lived longer than ours. */
  #lastLeafMs(nowMs: number): number {
    return Math.max(this.#openedAtMs + MAX_TTL_MS, nowMs + this.#ttlMs)
  }

  #arm(): void {
    this.#cancelTimer()
    const { clock } = this.#options
    const nowMs = clock.wallMs()
    const fromMs = this.#next?.fromMs ?? Infinity
    const lookMs = fromMs <= nowMs ? nowMs + BELIEVED_AGAIN_MS : fromMs
    const endMs = Math.min(this.#anchors.nextEndMs ?? Infinity, lookMs)
    if (endMs === Infinity) return
    const inMs = Math.max(1, endMs - nowMs)
    this.#cancelTimer = clock.after(inMs, () => {
      this.#advance(clock.wallMs())
      this.#arm()
    })
  }
}

function factsOf({ facts, notAfterMs, rootPems }: Issuer): AuthorityFacts {
  return { serial: facts.serial, notAfterMs, rootPems }
}

function nothingAnnounced(): SallyportError {
  return new SallyportError('nothing_announced', 'no other authority is announced')
}

function sign(issuer: Issuer, spki: Buffer, id: string, nowMs: number, ttlMs: number): IssuedLeaf {
  const endMs = Math.min(nowMs + ttlMs, issuer.notAfterMs)
  const notAfterMs = Math.floor(endMs / 1000) * 1000
  const { certPem, serial } = writeCertificate(
    {
      issuer: issuer.facts.subject,
      subject: sequence(),
      spki,
      notBeforeMs: Math.max(nowMs - BACKDATE_MS, issuer.facts.notBeforeMs),
      notAfterMs,
      pathLength: null,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: [SERVER_AUTH, CLIENT_AUTH],
      uri: id,
      authorityKeyId: issuer.facts.subjectKeyId,
    },
    issuer.signingKey,
  )
  return { certPem: certPem + issuer.chainPem, serial, notAfterMs }
}

/** Issues to itself and checks the result as a peer would: a name constraint or path length is noticed here, not later. */
function prove(issuer: Issuer, trustDomain: string, nowMs: number): void {
  const id = spiffeIdOf(trustDomain, 'system/control')
  const { keyPem, csrPem } = createKey()
  const csr = readCsr(csrPem)
  try {
    if (csr.kind === 'refused') throw new Error(csr.reason)
    const { certPem } = sign(issuer, csr.spki, id, nowMs, DEFAULT_TTL_MS)
    readSvid(certPem, keyPem, { trustDomain, rootPems: issuer.rootPems }, id, nowMs)
  } catch (error) {
    const message = `what the authority of the mesh issues is refused: ${errorMessage(error)}`
    throw new SallyportError('bad_authority', message, { cause: error })
  }
}
