// What can be asked about policies: of the plan that is served, of identity providers, and of the node's own listeners.

import type { LookupAddress } from 'node:dns'
import type { VettingRules } from '../../allow/vet.ts'
import { createFetchJson } from '../../auth/fetch-json.ts'
import type { Plan } from '../../config/plan.ts'
import type { RecentRequest } from '../../decide/explain-record.ts'
import { canonicalAddress } from '../../../sidecar/forward/address.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { ApiError, TooManyRequests } from '../admin/api-error.ts'
import { discoverIssuer, type InspectedIssuer } from './discover-issuer.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { listIssuers, type KeySourceStatus, type ListedIssuer } from './issuers.ts'
import { promiseOf, readLimit, replay, type LimitPromise, type Replay } from './replay-limit.ts'
import { simulateCors, type CorsQuestion, type Simulation } from './simulate-cors.ts'
import { TestRequests } from './test-requests.ts'

export interface PoliciesOptions {
  readonly clock: Clock
  /** Throws ApiError `not_available` before there is one. */
  readonly plan: () => Plan
  /** Of this node's doors, by name: listeners, `egress.mesh`, `egress.plain`, `mesh`. */
  readonly ports: () => Readonly<Record<string, number>>
  /** Of this machine. */
  readonly addresses: () => readonly string[]
  /** How the issuers' keys are, by the process that fetches them. */
  readonly keySources: () => Promise<readonly KeySourceStatus[]>
  /** Newest first. */
  readonly recentOf: (route: string, limit: number) => Promise<readonly RecentRequest[]>
  readonly recent: (id: string) => Promise<RecentRequest | null>
  readonly resolve: (name: string) => Promise<readonly LookupAddress[]>
}

/** Inspections at the same time. */
const MAX_INSPECTIONS = 4
/** Requests that a limit is tried on, and how old they may be. */
const MAX_REPLAYED = 5000
const REPLAYED_MS = 3_600_000

export class Policies {
  readonly tests: TestRequests
  readonly #options: PoliciesOptions
  #inspections = 0

  constructor(options: PoliciesOptions) {
    this.#options = options
    const { plan, ports, recent, clock } = options
    this.tests = new TestRequests({ plan, port: (listener) => ports()[listener], recent, clock })
  }

  simulateCors(question: CorsQuestion): Promise<Simulation> {
    return simulateCors(question, this.#options.plan())
  }

  /** What a limit would promise, and do; `route` null: only the former. Throws ApiError `config_invalid`, `not_found`. */
  async tryLimit(
    limit: unknown,
    name: string | null,
  ): Promise<{ readonly promise: LimitPromise; readonly replay: Replay | null }> {
    const plan = this.#options.plan()
    const route = plan.routes.find((one) => one.name === name)
    if (name !== null && route === undefined) {
      throw new ApiError('not_found', `there is no route \`${name}\` in what is served`)
    }
    // Of a route that is not there yet, nobody knows whether it will ask for tokens: then any key will do.
    const read = readLimit(limit, name ?? '', route === undefined || route.auth !== null)
    const promise = promiseOf(read)
    if (name === null) return { promise, replay: null }
    const { recentOf, clock } = this.#options
    const requests = await recentOf(name, MAX_REPLAYED)
    return { promise, replay: replay(read, requests, plan, clock.wallMs() - REPLAYED_MS) }
  }

  async issuers(): Promise<readonly ListedIssuer[]> {
    const { plan, keySources } = this.#options
    return listIssuers(plan(), await keySources())
  }

  /** Throws ApiError `invalid`, `too_many_requests`. */
  async discover(url: string): Promise<InspectedIssuer> {
    if (this.#inspections >= MAX_INSPECTIONS) {
      throw new TooManyRequests(`${MAX_INSPECTIONS} issuers are being asked already`, 5)
    }
    this.#inspections += 1
    const { clock, plan, resolve } = this.#options
    const { issuers } = plan()
    const configured = new Set(
      issuers.flatMap(({ issuer, jwks }) => [issuer, ...(jwks.kind === 'url' ? [jwks.url] : [])]),
    )
    const origins = new Set(
      [...configured].filter((one) => URL.canParse(one)).map((one) => new URL(one).origin),
    )
    const same = issuers.find(({ issuer }) => issuer.replace(/\/$/, '') === url.replace(/\/$/, ''))
    const fetchJson = guardedFetch({
      fetchJson: createFetchJson(clock),
      rules: () => this.#rules(),
      isConfigured: (origin) => origins.has(origin),
      resolve,
    })
    try {
      return await discoverIssuer(url, { fetchJson, clock, caPem: same?.caPem ?? null })
    } finally {
      this.#inspections -= 1
    }
  }

  /** As egress has them: what it may not reach, an inspection may not either. */
  #rules(): VettingRules {
    const { plan, ports, addresses } = this.#options
    const { egress, admin } = plan()
    const { allow = [], deny = [] } = egress?.network ?? {}
    const machine = addresses()
      .map(canonicalAddress)
      .filter((one) => one !== null)
    const own = [...Object.values(ports()), ...(admin.kind === 'on' ? [admin.port] : [])]
    const listeners = own.map((port) => ({ address: '0.0.0.0', port }))
    return { allow, deny, own: { listeners, machine: new Set(machine) } }
  }
}
