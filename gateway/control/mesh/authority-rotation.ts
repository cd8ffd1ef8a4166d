// One root of the mesh in the place of another, step by step: announced to all, used when all believe it, the old one let go.

import { X509Certificate } from 'node:crypto'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { openNextDevelopmentCa, promoteDevelopmentCa } from '../ca/development-ca.ts'
import type { AuthorityFacts, MeshCa } from '../ca/mesh-ca.ts'
import type { TextStore } from '../ca/text-store.ts'
import type { Registry } from './registry.ts'
import type { TrustReports } from './trust-reports.ts'

/** Members that are named where some do not believe the new root yet. */
const MAX_NAMED = 50

export interface AuthorityRotationOptions {
  readonly ca: Pick<MeshCa, 'stage' | 'announce' | 'finish' | 'abandon' | 'life'>
  readonly registry: Pick<Registry, 'list'>
  readonly reports: Pick<TrustReports, 'believes'>
  /** Of the development authority: the root in use, and the one that waits. */
  readonly current: TextStore
  readonly next: TextStore
  readonly clock: Pick<Clock, 'wallMs'>
}

export interface RootView {
  readonly serial: string
  /** When the first certificate on the way up expires. */
  readonly notAfterMs: number
  /** SHA-256 of each root, `AB:CD:…`. */
  readonly fingerprints: readonly string[]
}

export interface RotationStatus {
  readonly issuing: RootView
  readonly alarm: string
  readonly announced:
    | (RootView & {
        /** When it will be used by itself; null: when somebody says so. */
        readonly fromMs: number | null
        readonly trusting: number
        readonly members: number
        /** The first of those that do not believe it yet. */
        readonly waitingFor: readonly { readonly service: string; readonly instance: string }[]
      })
    | null
  readonly retiring: readonly { readonly fingerprint: string; readonly untilMs: number }[]
}

export class AuthorityRotation {
  readonly #options: AuthorityRotationOptions

  constructor(options: AuthorityRotationOptions) {
    this.#options = options
  }

  status(): RotationStatus {
    const { ca, clock } = this.#options
    const { issuing, announced, retiring } = ca.stage
    const believing = announced === null ? null : this.#believing(announced.rootPems)
    return {
      issuing: viewOf(issuing),
      alarm: ca.life(clock.wallMs()).alarm,
      announced:
        announced === null || believing === null
          ? null
          : { ...viewOf(announced), fromMs: announced.fromMs, ...believing },
      retiring: retiring.map(({ pem, untilMs }) => ({ fingerprint: fingerprintOf(pem), untilMs })),
    }
  }

  /** A root that was announced before the last restart is announced again. Only of a development authority. */
  async resume(trustDomain: string): Promise<void> {
    const { ca, current, next, clock } = this.#options
    const waiting = await next.load()
    if (waiting === null || waiting === '') return
    if (waiting === (await current.load())) {
      // It ended between the two steps of `finish`.
      await next.save('')
      return
    }
    const material = await openNextDevelopmentCa({
      trustDomain,
      store: next,
      nowMs: clock.wallMs(),
    })
    await ca.announce(material)
  }

  /** Makes another development root and tells it to everybody. Rejects with `already_announced`. */
  async announce(trustDomain: string): Promise<void> {
    const { ca, next, clock } = this.#options
    const material = await openNextDevelopmentCa({
      trustDomain,
      store: next,
      nowMs: clock.wallMs(),
    })
    await ca.announce(material)
  }

  /** Everything is issued below the new root from now on; whoever calls has seen that all believe it. */
  async finish(): Promise<void> {
    const { ca, current, next } = this.#options
    await promoteDevelopmentCa(current, next)
    await ca.finish()
  }

  async abandon(): Promise<void> {
    await this.#options.next.save('')
    await this.#options.ca.abandon()
  }

  /** Whether every sidecar that is registered here believes these roots. */
  isBelieved(rootPems: readonly string[]): boolean {
    const { registry, reports } = this.#options
    return registry
      .list()
      .every(({ certificate }) => reports.believes(certificate.serial, rootPems))
  }

  #believing(rootPems: readonly string[]) {
    const members = this.#options.registry.list()
    const waiting = members.filter(
      ({ certificate }) => !this.#options.reports.believes(certificate.serial, rootPems),
    )
    return {
      trusting: members.length - waiting.length,
      members: members.length,
      waitingFor: waiting
        .slice(0, MAX_NAMED)
        .map(({ service, instance }) => ({ service, instance })),
    }
  }
}

function viewOf({ serial, notAfterMs, rootPems }: AuthorityFacts): RootView {
  return { serial, notAfterMs, fingerprints: rootPems.map(fingerprintOf) }
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256
}
