// Keeps a process supplied with a valid certificate: asks for the first, renews in time, and never gives up a good one.

import { isDeepStrictEqual } from 'node:util'
import { SallyportError, errorCode, errorMessage } from '../runtime/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import { anchorsOf } from './anchors.ts'
import { createKey, type MeshKey } from './key.ts'
import { readSvid } from './read-svid.ts'
import { backOffMs, DUE_NOW, dueTime, isPast, type DueTime } from './renewal-times.ts'
import { trustDomainOf } from './spiffe-id.ts'
import type { IdentitySource, Revocations, Svid, TrustBundle } from './svid.ts'

/** What the authority answers. */
export interface Grant {
  /** Leaf first, then intermediates; PEM. */
  readonly certPem: string
  readonly trust: TrustBundle
  readonly revocations: Revocations
}

/** What a request may want to know besides the CSR. */
export interface RenewalRequest {
  /** Of the CSR's key (see MeshKey). All attempts for one certificate are made with one key. */
  readonly keyHash: string
  /** The certificate in use, which may have expired; null before the first. */
  readonly current: Svid | null
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal
}

export type RenewalState =
  /** Not one certificate yet: nothing can be served or called. */
  | { readonly kind: 'none' }
  | { readonly kind: 'valid'; readonly svid: Svid }
  /** Time to renew; the certificate is still good. */
  | { readonly kind: 'due'; readonly svid: Svid }
  /** Peers refuse it; the process is not healthy. */
  | { readonly kind: 'expired'; readonly svid: Svid }

export type RenewalEvent =
  | { readonly kind: 'renewed'; readonly svid: Svid }
  | {
      readonly kind: 'failed'
      /** Stable: of the error's own, `renewal_timeout`, `not_for_us` or `bad_trust_bundle`. */
      readonly code: string
      readonly message: string
      /** In a row. */
      readonly failures: number
      readonly retryInMs: number
      /** Until the certificate in use expires; negative since it did; null where there is none. */
      readonly leftMs: number | null
    }
  | { readonly kind: 'expired'; readonly svid: Svid }

export interface RenewalOptions {
  /** Who we are: a certificate for anybody else is not used. */
  readonly id: string
  /** Rejects where there is no grant; the attempt is then repeated. */
  readonly request: (csrPem: string, about: RenewalRequest) => Promise<Grant>
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  readonly onEvent: (event: RenewalEvent) => void
  /** How long one attempt may take; default 10 s. */
  readonly attemptTimeoutMs?: number
}

const ATTEMPT_TIMEOUT_MS = 10_000
// A host that slept wakes with its timers late, and clocks are set: nothing waits longer than this without a look at both.
const LOOK_MS = 30_000

/**
 * An IdentitySource that renews itself. Its `svid`, `trust` and `revocations` throw SallyportError `no_identity` until
 * there is a certificate (see `ready`). Listeners are told after everything has been changed.
 */
export class Renewal implements IdentitySource {
  readonly #options: RenewalOptions
  readonly #listeners = new Set<() => void>()
  readonly #ready = Promise.withResolvers<void>()
  #held: (Pick<IdentitySource, 'trust' | 'revocations' | 'svid'> & { due: DueTime }) | null = null
  #isExpiryTold = false
  /** The key of the certificate that is asked for now; every certificate has its own. */
  #key: MeshKey | null = null
  #attempt: AbortController | null = null
  #failures = 0
  #retryAtMs = 0
  #isClosed = false
  #cancelLook = (): void => undefined

  constructor(options: RenewalOptions) {
    this.#options = options
  }

  /** Asks for the first certificate, at once. */
  start(): void {
    this.#look()
  }

  /** Resolves when there is a certificate; never rejects. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  get state(): RenewalState {
    const held = this.#held
    if (held === null) return { kind: 'none' }
    const { svid, due } = held
    const { clock } = this.#options
    if (clock.wallMs() >= svid.notAfterMs) return { kind: 'expired', svid }
    return { kind: isPast(due, clock) ? 'due' : 'valid', svid }
  }

  get svid(): Svid {
    return this.#identity().svid
  }

  get trust(): TrustBundle {
    return this.#identity().trust
  }

  get revocations(): Revocations {
    return this.#identity().revocations
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Takes over what control says about others. Where our own certificate does not lead to the new anchors, a new one is
   * asked for at once. Throws SallyportError `bad_trust_bundle`, and then nothing has changed.
   */
  update(trust: TrustBundle, revocations: Revocations): void {
    const held = this.#identity()
    anchorsOf(trust)
    if (trust.trustDomain !== held.trust.trustDomain)
      throw new SallyportError('bad_trust_bundle', `the bundle is of ${trust.trustDomain}`)
    // Equal contents stay the same object: connections and TLS contexts are as old as these objects.
    const kept = isDeepStrictEqual(trust, held.trust) ? held.trust : trust
    const list = isDeepStrictEqual(revocations, held.revocations) ? held.revocations : revocations
    if (kept === held.trust && list === held.revocations) return
    this.#held = { ...held, trust: kept, revocations: list }
    if (kept !== held.trust && !this.#isOwn(held.svid, kept)) this.renewNow()
    this.#tell()
  }

  /** Asks for a new certificate without waiting until it is due. */
  renewNow(): void {
    if (this.#held !== null) this.#held = { ...this.#held, due: DUE_NOW }
    this.#retryAtMs = 0
    this.#look()
  }

  /** Ends every attempt and timer; what is held stays readable. */
  close(): void {
    this.#isClosed = true
    this.#attempt?.abort()
    this.#cancelLook()
    this.#listeners.clear()
  }

  #identity() {
    if (this.#held !== null) return this.#held
    throw new SallyportError('no_identity', 'there is no certificate yet')
  }

  /** Looks at both clocks, does what they ask for, and arms the next look. */
  #look(): void {
    if (this.#isClosed) return
    this.#cancelLook()
    const { kind } = this.state
    if (kind === 'expired') this.#tellExpiry()
    if (kind !== 'valid' && this.#attempt === null && this.#waitMs() === 0) void this.#renew()
    this.#cancelLook = this.#options.clock.after(this.#nextLookMs(), () => this.#look())
  }

  #nextLookMs(): number {
    const held = this.#held
    const { clock } = this.#options
    const times = [LOOK_MS]
    if (held !== null) {
      if (!this.#isExpiryTold) times.push(held.svid.notAfterMs - clock.wallMs())
      if (!isPast(held.due, clock)) times.push(held.due.wallMs - clock.wallMs())
    }
    if (this.#attempt === null && this.#waitMs() > 0) times.push(this.#waitMs())
    return Math.max(1, Math.min(...times))
  }

  #waitMs(): number {
    return Math.max(0, this.#retryAtMs - this.#options.clock.monotonicMs())
  }

  async #renew(): Promise<void> {
    const attempt = new AbortController()
    this.#attempt = attempt
    this.#key ??= createKey()
    const answer = await this.#ask(this.#key, attempt)
      .then((grant) => ({ grant, svid: this.#check(grant, this.#key!) }))
      .catch((error: unknown) => ({ error }))
    this.#attempt = null
    if (this.#isClosed) return
    if ('error' in answer) this.#fail(answer.error)
    else this.#publish(answer.svid, answer.grant)
    this.#look()
  }

  async #ask(key: MeshKey, attempt: AbortController): Promise<Grant> {
    const { request, clock, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS } = this.#options
    const { signal } = attempt
    const ended = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => ended.reject(signal.reason as Error))
    const cancel = clock.after(attemptTimeoutMs, () => {
      attempt.abort(new SallyportError('renewal_timeout', 'the authority did not answer in time'))
    })
    const about = { keyHash: key.keyHash, current: this.#held?.svid ?? null, signal }
    try {
      return await Promise.race([request(key.csrPem, about), ended.promise])
    } finally {
      cancel()
    }
  }

  /** Nothing is published that our peers would refuse; nor does a bundle replace ours that has nothing in common with it. */
  #check(grant: Grant, { keyPem }: MeshKey): Svid {
    const { id, clock } = this.#options
    const before = this.#held?.trust
    const isOurs = grant.trust.trustDomain === trustDomainOf(id)
    const isContinued =
      before === undefined || grant.trust.rootPems.some((pem) => before.rootPems.includes(pem))
    if (!isOurs || !isContinued)
      throw new SallyportError('bad_trust_bundle', 'the bundle of the answer is not of our mesh')
    return readSvid(grant.certPem, keyPem, grant.trust, id, clock.wallMs())
  }

  #publish(svid: Svid, grant: Grant): void {
    const { clock, random, onEvent } = this.#options
    const before = this.#held
    const trust =
      before !== null && isDeepStrictEqual(grant.trust, before.trust) ? before.trust : grant.trust
    this.#held = { svid, trust, revocations: grant.revocations, due: dueTime(svid, clock, random) }
    this.#key = null
    this.#failures = 0
    this.#isExpiryTold = false
    onEvent({ kind: 'renewed', svid })
    this.#ready.resolve()
    this.#tell()
  }

  #fail(error: unknown): void {
    const { clock, random, onEvent } = this.#options
    const held = this.#held
    const leftMs = held === null ? null : held.svid.notAfterMs - clock.wallMs()
    const retryInMs = backOffMs(this.#failures, leftMs, random)
    this.#failures += 1
    this.#retryAtMs = clock.monotonicMs() + retryInMs
    onEvent({
      kind: 'failed',
      code: errorCode(error),
      message: errorMessage(error),
      failures: this.#failures,
      retryInMs,
      leftMs,
    })
  }

  #tellExpiry(): void {
    if (this.#isExpiryTold) return
    this.#isExpiryTold = true
    this.#options.onEvent({ kind: 'expired', svid: this.svid })
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  #isOwn({ certPem, keyPem }: Svid, trust: TrustBundle): boolean {
    const { id, clock } = this.#options
    try {
      readSvid(certPem, keyPem, trust, id, clock.wallMs())
      return true
    } catch {
      return false
    }
  }
}
