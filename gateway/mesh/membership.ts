// How edge and egress, which live in the gateway's workers, are members of the mesh: identity and snapshot come from
// control over a pipe, the key never leaves the worker.

import { Renewal, type RenewalEvent } from '../../sidecar/identity/renewal.ts'
import { spiffeIdOf } from '../../sidecar/identity/spiffe-id.ts'
import type { IdentitySource } from '../../sidecar/identity/svid.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import type { Grant } from '../../sidecar/snapshot/grant.ts'
import type { Snapshot } from '../../sidecar/snapshot/snapshot.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'

/** The gateway's own services. */
export type MemberName = 'system/edge' | 'system/egress'

/** What a worker asks control. */
export type MeshQuestion =
  /** What is there to know? Answered with a snapshot, now and whenever it changes. */
  | { readonly kind: 'mesh-hello'; readonly member: MemberName }
  | {
      readonly kind: 'mesh-grant'
      readonly member: MemberName
      readonly id: number
      readonly csrPem: string
    }

/** What control tells a worker. */
export type MeshNews =
  | { readonly kind: 'mesh-snapshot'; readonly member: MemberName; readonly snapshot: Snapshot }
  | {
      readonly kind: 'mesh-granted'
      readonly member: MemberName
      readonly id: number
      readonly grant: Grant
    }
  | {
      readonly kind: 'mesh-refused'
      readonly member: MemberName
      readonly id: number
      readonly code: string
      readonly message: string
    }

export interface MembershipOptions {
  readonly member: MemberName
  readonly trustDomain: string
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly ask: (question: MeshQuestion) => void
  /** Called with every new snapshot. */
  readonly onSnapshot: (snapshot: Snapshot) => void
}

/** Questions without an answer yet; a renewal gives one up before it asks the next. */
const MAX_PENDING = 4

interface Pending {
  readonly resolve: (grant: Grant) => void
  readonly reject: (error: Error) => void
}

export class Membership {
  readonly trustDomain: string
  readonly #options: MembershipOptions
  readonly #renewal: Renewal
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #revision = ''

  constructor(options: MembershipOptions) {
    const { member, trustDomain, clock, random } = options
    this.#options = options
    this.trustDomain = trustDomain
    this.#renewal = new Renewal({
      id: spiffeIdOf(trustDomain, member),
      request: (csrPem, { signal }) => this.#request(csrPem, signal),
      clock,
      random,
      onEvent: (event) => this.#tell(event),
    })
  }

  /** Whose members throw `no_identity` until there is a certificate. */
  get identity(): IdentitySource {
    return this.#renewal
  }

  /** Resolves when there is a certificate; never rejects. */
  get ready(): Promise<void> {
    return this.#renewal.ready
  }

  start(): void {
    this.#renewal.start()
    this.#options.ask({ kind: 'mesh-hello', member: this.#options.member })
  }

  hear(news: MeshNews): void {
    switch (news.kind) {
      case 'mesh-snapshot': {
        const { snapshot } = news
        if (snapshot.revision === this.#revision) return
        this.#revision = snapshot.revision
        // Before there is a certificate there is nothing to update: its grant brings what the snapshot says.
        if (this.#renewal.state.kind !== 'none') {
          this.#renewal.update(snapshot.trust, snapshot.revocations)
        }
        this.#options.onSnapshot(snapshot)
        return
      }
      case 'mesh-granted':
        this.#settle(news.id)?.resolve(news.grant)
        return
      case 'mesh-refused':
        this.#settle(news.id)?.reject(new SallyportError(news.code, news.message))
    }
  }

  close(): void {
    this.#renewal.close()
    this.#pending.clear()
  }

  #request(csrPem: string, signal: AbortSignal): Promise<Grant> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= MAX_PENDING) {
        this.#pending.delete(this.#pending.keys().next().value!)
      }
      this.#pending.set(id, { resolve, reject })
      signal.addEventListener('abort', () => {
        this.#settle(id)?.reject(new SallyportError('control_away', 'control did not answer'))
      })
      this.#options.ask({ kind: 'mesh-grant', member: this.#options.member, id, csrPem })
    })
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending
  }

  #tell(event: RenewalEvent): void {
    const { log, member } = this.#options
    if (event.kind === 'renewed') {
      const { id, serial, notAfterMs } = event.svid
      log.info('identity renewed', { id, serial, expires: new Date(notAfterMs).toISOString() })
    } else if (event.kind === 'failed') {
      const { code, message, retryInMs } = event
      log.warn('the identity could not be renewed', { member, code, error: message, retryInMs })
    } else log.error('the identity has expired: the mesh is closed to this process', { member })
  }
}
