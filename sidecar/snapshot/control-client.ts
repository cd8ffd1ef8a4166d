// A sidecar's side of its conversation with control: joining, renewing, registering and hearing what changes.

import type { IncomingMessage } from 'node:http'
import { meshClientOptions } from '../identity/tls.ts'
import { serviceNameOf } from '../identity/spiffe-id.ts'
import type { IdentitySource, Svid, TrustBundle } from '../identity/svid.ts'
import type { Clock } from '../runtime/clock.ts'
import { ControlAgent } from './control-agent.ts'
import { callControl, openCall, readRefusal } from './control-call.ts'
import { ControlRefusal, controlFailure } from './control-error.ts'
import type {
  Figures,
  FiguresAnswer,
  Grant,
  Heartbeat,
  JoinCredential,
  JoinRequest,
  Lease,
  Registration,
} from './grant.ts'
import { joinControl, readGrant, trustFor, type JoinOptions } from './join-control.ts'
import { readShape } from './read-snapshot.ts'
import { FiguresAnswerShape, LeaseShape } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import { Watch, type WatchState } from './watch.ts'

export type { WatchState }

export interface ControlClientOptions {
  /** `https://host:port` of control's mesh door. */
  readonly url: string
  readonly clock: Clock
  /** [0, 1). */
  readonly random: () => number
  /** Who we are now; null until the first grant. Asked for every new connection. */
  readonly identity: () => IdentitySource | null
  /** Whom to believe before we have an identity; null: what the join token pins. */
  readonly trust: TrustBundle | null
}

interface Generation {
  readonly svid: Svid
  readonly trust: TrustBundle
  readonly agent: ControlAgent
}

interface Held {
  readonly registration: Registration
  readonly state: Heartbeat
  readonly leaseId: string
}

/**
 * Every operation rejects with ControlRefusal where control says no, and with SallyportError (see ControlFailureCode)
 * where nothing came of it. One instance is registered at a time.
 */
export class ControlClient {
  readonly #options: ControlClientOptions
  readonly #place: Pick<JoinOptions, 'host' | 'port'>
  #generation: Generation | null = null
  #held: Held | null = null
  readonly #closers = new Set<() => void>()

  /** Throws a TypeError where `url` is not `https://host:port`. */
  constructor(options: ControlClientOptions) {
    this.#options = options
    this.#place = placeOf(options.url)
  }

  /** Whom a credential makes us believe; its trust domain is proved only by a `join` that succeeds. */
  trustFor(credential: JoinCredential): Promise<TrustBundle> {
    return trustFor(this.#joinOptions(), credential)
  }

  /** The first certificate. Safe to repeat with the same key where the answer was lost. */
  join(request: JoinRequest): Promise<Grant> {
    return joinControl(this.#joinOptions(), request)
  }

  /** The next certificate, for the identity of the current one. */
  async renew(csrPem: string): Promise<Grant> {
    const { svid, trust } = this.#identity()
    const answer = await this.#post('/v1/renew', { csrPem })
    return readGrant(answer, trust.trustDomain, serviceNameOf(svid.id))
  }

  /** Safe to repeat. Until the first heartbeat says otherwise the instance is `state`. */
  async register(
    registration: Registration,
    state: Heartbeat = { healthy: true, status: 'up' },
  ): Promise<Lease> {
    const answer = await this.#post('/v1/register', { ...registration, ...state })
    const shaped = readShape(LeaseShape, answer)
    if ('problem' in shaped) throw controlFailure('control_answer_invalid', shaped.problem)
    const lease: Lease = shaped.value
    this.#held = { registration, state, leaseId: lease.leaseId }
    return lease
  }

  /** Every 5 s ± 10 %. Where control does not know the lease (it restarted), the instance is registered again. */
  async heartbeat(state: Heartbeat): Promise<void> {
    const held = this.#lease()
    const isDraining = held.state.status === 'draining'
    const now: Heartbeat = isDraining ? { ...state, status: 'draining' } : state
    this.#held = { ...held, state: now }
    try {
      await this.#post('/v1/heartbeat', { leaseId: held.leaseId, ...now })
    } catch (error) {
      if (!isUnknownLease(error)) throw error
      await this.register(held.registration, now)
    }
  }

  /** What this instance has counted. `unknown_path`: a control of an earlier version, which wants none. */
  async tellFigures(figures: Figures): Promise<FiguresAnswer> {
    const { leaseId } = this.#lease()
    const shaped = readShape(
      FiguresAnswerShape,
      await this.#post('/v1/figures', { leaseId, ...figures }),
    )
    if ('problem' in shaped) throw controlFailure('control_answer_invalid', shaped.problem)
    return shaped.value
  }

  /** No new calls come; those under way go on. For good: an instance that drains is not called again. */
  async drain(): Promise<void> {
    const held = this.#lease()
    this.#held = { ...held, state: { ...held.state, status: 'draining' } }
    await this.#post('/v1/drain', { leaseId: held.leaseId }).catch(passOverUnknown)
  }

  async deregister(): Promise<void> {
    const { leaseId } = this.#lease()
    this.#held = null
    await this.#post('/v1/deregister', { leaseId }).catch(passOverUnknown)
  }

  /**
   * Hears every snapshot and how the connection does, until the returned function is called; connects again by itself,
   * and at once when our identity changes. What was heard stays in force while control is away. `held`: revision of a
   * snapshot from disk, or null.
   */
  watch(
    onSnapshot: (snapshot: Snapshot) => void,
    onState: (state: WatchState) => void,
    held: string | null = null,
  ): () => void {
    const { clock, random } = this.#options
    let opened: Generation | null = null
    // In a promise of its own: where there is no identity, that is one failed attempt.
    const open = async (revision: string | null): Promise<IncomingMessage> => {
      opened = this.#currentGeneration()
      return this.#openWatch(opened, revision)
    }
    const watch = new Watch({ clock, random, open, onSnapshot, onState }, held)
    const stop = this.#options.identity()?.onChange(() => {
      if (opened !== null && this.#currentGeneration() !== opened) watch.reconnect()
    })
    const close = (): void => {
      stop?.()
      watch.close()
      this.#closers.delete(close)
    }
    this.#closers.add(close)
    return close
  }

  /** Ends every watch and lets go of idle connections; nothing is said to control. */
  close(): void {
    for (const close of this.#closers) close()
    this.#generation?.agent.retire()
    this.#generation = null
  }

  async #openWatch({ agent }: Generation, revision: string | null): Promise<IncomingMessage> {
    const query = revision === null ? '' : `?held=${encodeURIComponent(revision)}`
    const call = { method: 'GET', path: `/v1/watch${query}`, body: null } as const
    const { response, cancel } = await openCall({ ...call, ...this.#place, agent }, this.#clock)
    if (response.statusCode === 200) {
      cancel()
      return response
    }
    const refusal = await readRefusal(response)
    cancel()
    throw refusal
  }

  #post(path: string, body: unknown): Promise<unknown> {
    const { agent } = this.#currentGeneration()
    return callControl({ method: 'POST', path, body, ...this.#place, agent }, this.#clock)
  }

  /** Connections are as old as the certificate and the bundle they were made with. */
  #currentGeneration(): Generation {
    const identity = this.#identity()
    const { svid, trust } = identity
    const before = this.#generation
    if (before?.svid === svid && before.trust === trust) return before
    before?.agent.retire()
    const agent = new ControlAgent({
      ...this.#place,
      clock: this.#clock,
      tls: () => meshClientOptions(identity),
      trusting: identity,
    })
    this.#generation = { svid, trust, agent }
    return this.#generation
  }

  get #clock(): Clock {
    return this.#options.clock
  }

  #joinOptions(): JoinOptions {
    return { ...this.#place, clock: this.#clock, trust: this.#options.trust }
  }

  #identity(): IdentitySource {
    const identity = this.#options.identity()
    if (identity === null) throw controlFailure('no_identity', 'there is no certificate yet')
    return identity
  }

  #lease(): Held {
    if (this.#held === null) throw controlFailure('no_lease', 'nothing is registered')
    return this.#held
  }
}

function placeOf(text: string): Pick<JoinOptions, 'host' | 'port'> {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' || url.href !== `${url.origin}/`) {
    throw new TypeError(`the address of control is not https://host:port: ${text}`)
  }
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || '443') }
}

function isUnknownLease(error: unknown): boolean {
  return error instanceof ControlRefusal && error.code === 'unknown_lease'
}

function passOverUnknown(error: unknown): null {
  if (isUnknownLease(error)) return null
  throw error
}
