// The egress gateway of one worker: applies plans to its doors, swaps without dropping what stays allowed, drains at the end.

import { randomFillSync } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { DenialInbox, type Denial } from '../allow/denials.ts'
import { modeInForce } from '../allow/mode.ts'
import { Observations, type Observation } from '../allow/observations.ts'
import type { DoorPlan, EgressMode, EgressPlan } from '../allow/plan.ts'
import type { VettingRules } from '../allow/vet.ts'
import type { EgressCall } from '../decide/egress-call.ts'
import { RequestCounts } from '../decide/explain-counts.ts'
import type { CountRow } from '../decide/explain-messages.ts'
import type { IdentitySource } from '../../sidecar/identity/svid.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import type { LineWriter } from '../../sidecar/telemetry/line-writer.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import { Breakers } from './breakers.ts'
import { TokenCallers } from './callers.ts'
import { Caps } from './caps.ts'
import { ConnectDesk } from './connect-desk.ts'
import type { Desk, Ways } from './desk.ts'
import { Destinations } from './destinations.ts'
import { DnsCache } from './dns-cache.ts'
import { createIdSource } from '../../sidecar/runtime/ids.ts'
import { Listener } from './listener.ts'
import { Locator } from './locator.ts'
import { MeshPeers } from './mesh-peers.ts'
import { Records } from './records.ts'
import { RequestDesk } from './request-desk.ts'
import type { Resolver } from './resolver.ts'
import { UnderwayList } from './underway.ts'

export interface EgressDeps {
  readonly clock: Clock
  readonly log: Log
  /** Decision and close records. */
  readonly records: Pick<LineWriter, 'write'>
  /** [0, 1). */
  readonly random: () => number
  /** `servers`: as in the plan; empty for those of the system. */
  readonly createResolver: (servers: readonly string[]) => Resolver
  /** Hears of each call once it is known what became of it; default: nobody does. */
  readonly seen?: (call: EgressCall) => void
  /** The other doors of this program and the addresses of this machine, as they are now. */
  readonly own: () => VettingRules['own']
}

type DoorName = 'mesh' | 'plain'

interface OpenDoor {
  readonly door: DoorPlan
  /** null: the plain door. */
  readonly identity: IdentitySource | null
  readonly peers: MeshPeers | null
  readonly listener: Listener
}

export class Egress {
  readonly #deps: EgressDeps
  readonly #denials = new DenialInbox()
  readonly #observations = new Observations()
  readonly #counts = new RequestCounts('egress')
  readonly #records: Records
  readonly #underway: UnderwayList
  readonly #destinations: Destinations
  readonly #connects: ConnectDesk
  readonly #requests: RequestDesk
  readonly #newId = createIdSource(randomFillSync)
  readonly #doors = new Map<DoorName, OpenDoor>()
  /** Replaced doors that still have connections, with their end. */
  readonly #retiring = new Map<Listener, Promise<void>>()
  #ways: Ways | null = null
  #draining = false

  constructor(deps: EgressDeps) {
    this.#deps = deps
    const { clock, random, log } = deps
    const breakers = new Breakers(clock, random)
    this.#records = new Records(
      deps.records,
      clock,
      this.#denials,
      this.#observations,
      this.#counts,
      deps.seen ?? (() => {}),
    )
    this.#destinations = new Destinations({ clock, random, breakers })
    this.#underway = new UnderwayList(clock, () => ({
      plan: this.#waysNow().plan,
      tokens: this.#waysNow().tokens,
      vetting: this.#vetting(),
    }))
    const desk: Desk = {
      clock,
      log,
      newId: this.#newId,
      records: this.#records,
      caps: new Caps(),
      breakers,
      destinations: this.#destinations,
      underway: this.#underway,
      ways: () => this.#waysNow(),
      draining: () => this.#draining,
    }
    this.#connects = new ConnectDesk(desk)
    this.#requests = new RequestDesk(desk)
  }

  /** Bound ports: `mesh`, `plain`. */
  ports(): Readonly<Record<string, number>> {
    const ports: Record<string, number> = {}
    for (const [name, { listener }] of this.#doors) ports[name] = listener.port
    return ports
  }

  /** The node's mode in force; rules may say another for their callers. null before the first plan. */
  get mode(): EgressMode | null {
    const now = this.#ways
    return now === null ? null : modeInForce(now.plan, this.#deps.clock.wallMs())
  }

  /** Tunnels and requests under way. */
  get size(): number {
    return this.#underway.size
  }

  /** What was refused since this was last asked. */
  drainDenials(): readonly Denial[] {
    return this.#denials.drain()
  }

  /** What was asked since this was last asked, by rule and caller. */
  drainCounts(): readonly CountRow[] {
    return this.#counts.take()
  }

  /** What went out since this was last asked although no rule allows it, where rules are being learned. */
  drainObservations(): readonly Observation[] {
    return this.#observations.drain()
  }

  /**
   * Puts a plan to work; null closes every door. New addresses are bound before anything changes: where that fails the
   * old plan serves on and the promise rejects. What is under way and not allowed any more is ended at once.
   */
  async apply(plan: EgressPlan | null, identity: IdentitySource | null): Promise<void> {
    // The very first client may be faster than the rest of this.
    if (plan !== null && this.#ways === null) this.#use(plan)
    const opened = plan === null ? new Map<DoorName, OpenDoor>() : await this.#open(plan, identity)
    // From here on nothing waits and nothing can fail.
    if (plan !== null) this.#use(plan)
    for (const [name, open] of this.#doors) {
      if (plan?.[name] === null || plan === null || opened.has(name)) this.#retire(name, open)
      else open.listener.update(plan)
    }
    for (const [name, open] of opened) this.#doors.set(name, open)
    if (plan === null) this.#underway.stopAll('rule_removed')
    else this.#underway.recheck()
  }

  /** Stops accepting, lets what is under way go on for at most `graceMs`, then ends what is left. */
  async close(graceMs: number): Promise<void> {
    this.#draining = true
    for (const [name, open] of this.#doors) this.#retire(name, open)
    const listeners = [...this.#retiring.keys()]
    const done = Promise.all(this.#retiring.values())
    let cancel = (): void => {}
    const late = new Promise<'late'>((resolve) => {
      cancel = this.#deps.clock.after(graceMs, () => resolve('late'))
    })
    if ((await Promise.race([done, late])) === 'late') {
      this.#deps.log.warn('egress was still in use when the grace period ended', {
        underWay: this.#underway.size,
      })
      this.#underway.stopAll('shutting_down')
      for (const listener of listeners) listener.destroy()
    }
    cancel()
    await this.#underway.empty()
    await this.#destinations.close()
  }

  /** Opens the doors of `plan` that are not open as they should be, all or none. */
  async #open(plan: EgressPlan, identity: IdentitySource | null): Promise<Map<DoorName, OpenDoor>> {
    const opened = new Map<DoorName, OpenDoor>()
    try {
      for (const name of ['mesh', 'plain'] as const) {
        const door = plan[name]
        if (door === null) continue
        const wanted = name === 'mesh' ? identity : null
        const now = this.#doors.get(name)
        if (now !== undefined && isDeepStrictEqual(now.door, door) && now.identity === wanted) {
          continue
        }
        if (name === 'mesh' && identity === null) {
          throw new SallyportError('no_identity', 'the mesh door of egress has no certificate yet')
        }
        const open = this.#createDoor(plan, door, wanted)
        opened.set(name, open)
        // A door that only changes whom it speaks for keeps its address, which two can not hold.
        if (now !== undefined && isDeepStrictEqual(now.door, door)) this.#retire(name, now)
        await open.listener.open(door)
      }
    } catch (error) {
      for (const { listener, peers } of opened.values()) {
        peers?.close()
        void listener.drain()
      }
      throw error
    }
    return opened
  }

  #createDoor(plan: EgressPlan, door: DoorPlan, identity: IdentitySource | null): OpenDoor {
    const { clock, log } = this.#deps
    const unread = (client: string, reason: string, status: number): void => {
      const nothing = { caller: null, form: null, requested: '' }
      this.#records.unreadable({ ...nothing, id: this.#newId(), client, reason, status })
    }
    const peers =
      identity === null
        ? null
        : new MeshPeers(identity, {
            clock,
            log,
            onRefused: (client, reason) => unread(client, reason, 0),
            onEnding: (socket, reason) => this.#underway.stopOn(socket, reason),
          })
    const listener = new Listener(plan, {
      clock,
      peers,
      callerByToken: (rawHeaders) => this.#waysNow().tokens.callerOf(rawHeaders),
      onConnect: (request, client, head, caller) => {
        this.#connects.open(request, client, head, caller)
      },
      onRequest: (arrived) => this.#requests.handle(arrived),
      onUnreadable: unread,
    })
    return { door, identity, peers, listener }
  }

  #retire(name: DoorName, { listener, peers }: OpenDoor): void {
    this.#doors.delete(name)
    const gone = listener.drain().finally(() => {
      peers?.close()
      this.#retiring.delete(listener)
    })
    this.#retiring.set(listener, gone)
  }

  #use(plan: EgressPlan): void {
    this.#ways = this.#waysOf(plan)
    this.#destinations.use(this.#ways.locator, plan.timeouts)
  }

  #waysOf(plan: EgressPlan): Ways {
    const { clock, createResolver } = this.#deps
    const before = this.#ways
    const tokens = new TokenCallers(plan.tokens)
    const isSameDns =
      before !== null &&
      before.plan.timeouts.dnsMs === plan.timeouts.dnsMs &&
      isDeepStrictEqual(before.plan.dnsServers, plan.dnsServers)
    const dns = isSameDns
      ? before.dns
      : new DnsCache(createResolver(plan.dnsServers), clock, plan.timeouts.dnsMs)
    // A new locator makes requests leave the connections that were opened under other ranges.
    const locator =
      isSameDns && isDeepStrictEqual(before.plan.network, plan.network)
        ? before.locator
        : new Locator(dns, clock, () => this.#vetting())
    return { plan, tokens, dns, locator }
  }

  #vetting(): VettingRules {
    const { network } = this.#waysNow().plan
    const { listeners, machine } = this.#deps.own()
    const doors = [...this.#doors.values()].map(({ door, listener }) => {
      return { address: door.host, port: listener.port }
    })
    return { ...network, own: { machine, listeners: [...listeners, ...doors] } }
  }

  #waysNow(): Ways {
    if (this.#ways === null) throw new TypeError('egress was asked before it had a plan')
    return this.#ways
  }
}
