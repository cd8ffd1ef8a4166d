// The edge of one worker: applies plans to listeners and upstreams, swaps without dropping anything, drains at the end.

import { randomFillSync } from 'node:crypto'
import type { AuthContext } from '../auth/authenticate.ts'
import { KeyRings } from '../auth/key-rings.ts'
import type { JwksDocument } from '../auth/key-set.ts'
import { TokenCache } from '../auth/token-cache.ts'
import { Verifier } from '../auth/verifier.ts'
import type { ListenerPlan, Plan } from '../config/plan.ts'
import type { AcmeNews } from '../decide/acme-challenges.ts'
import type { EgressCall } from '../decide/egress-call.ts'
import type { LiveAnswer, LiveQuestion } from '../decide/explain-messages.ts'
import type { WorkerLoad } from '../decide/live-state.ts'
import type { LimitReply, LimitRequest } from '../limit/remote-store.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { LineWriter } from '../../sidecar/telemetry/line-writer.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import { Services } from '../../sidecar/upstream/services.ts'
import { AcmeAnswers } from './acme-answers.ts'
import { ActiveRequests } from './active.ts'
import { createDataPlane, type DataPlane } from './data-plane.ts'
import { Door } from './door.ts'
import { drainedByService, endpointReports } from './endpoint-reports.ts'
import { Limits } from './limits.ts'
import { Listener } from './listener.ts'
import { LiveMember } from './live.ts'
import type { MeshNews, MeshQuestion } from '../mesh/membership.ts'
import { MeshUpstreams } from './mesh-upstreams.ts'
import { Reception } from './reception.ts'
import { createIdSource } from '../../sidecar/runtime/ids.ts'
import { Records } from './records.ts'
import { RequestSteps } from './steps.ts'

/** At the end, an idle connection may still bring a request for this long. */
const SHUTDOWN_IDLE_MS = 1000

export interface EdgeDeps {
  readonly clock: Clock
  readonly log: Log
  /** Access records. */
  readonly records: LineWriter
  readonly random: () => number
  /** Asks the supervisor's counters; the answer comes by `receiveLimits`. */
  readonly askLimits: (request: LimitRequest) => void
  /** Unique among all workers of all nodes. */
  readonly instance: string
  /** Asks control about the mesh; what it answers comes by `hearMesh`. */
  readonly askMesh: (question: MeshQuestion) => void
  /** Tells control what is seen; what it asks comes by `hearLive`. */
  readonly tellLive: (answer: LiveAnswer) => void
  /** Asks whoever fetches keys for a key that is not known. */
  readonly askRefresh: (sourceId: string, keyId: string | null) => void
}

export class Edge {
  readonly #deps: EdgeDeps
  readonly #keys: KeyRings
  readonly #auth: AuthContext
  readonly #active: ActiveRequests
  readonly #steps: RequestSteps
  readonly #reception: Reception
  readonly #services: Services
  readonly #mesh: MeshUpstreams
  readonly #limits: Limits
  readonly #live: LiveMember
  readonly #acme: AcmeAnswers
  /** By address, and what each leads to by listener name. */
  readonly #doors = new Map<string, Door>()
  readonly #listeners = new Map<string, Listener>()
  /** Replaced listeners that still have connections, with their end. */
  readonly #retiring = new Map<Listener, Promise<void>>()
  #plane: DataPlane | null = null

  constructor(deps: EdgeDeps) {
    this.#deps = deps
    const { clock, random } = deps
    this.#keys = new KeyRings(clock, deps.askRefresh)
    this.#auth = {
      clock,
      keys: this.#keys,
      cache: new TokenCache(clock),
      verifier: new Verifier(),
      revoked: () => false,
    }
    this.#services = new Services(clock, random)
    const { log, askLimits: send, askMesh: ask, instance } = deps
    this.#mesh = new MeshUpstreams({ clock, random, log, ask })
    this.#limits = new Limits({ clock, log, random, send, instance })
    this.#active = new ActiveRequests(clock)
    this.#acme = new AcmeAnswers(clock)
    const newId = createIdSource(randomFillSync)
    const tell = deps.tellLive
    this.#live = new LiveMember({
      clock,
      tell,
      tallies: () => this.#limits.tallies.byName,
      limited: (n) => this.#limits.refusals.top(n),
      endpoints: () => endpointReports(clock, this.#services.status(), this.#mesh.status()),
      drain: (drained) => this.#services.setDrained(drainedByService(drained)),
    })
    const records = new Records(deps.records, clock, random, this.#live)
    this.#steps = new RequestSteps({
      clock,
      random,
      newId,
      records,
      active: this.#active,
      limits: this.#limits,
    })
    this.#reception = new Reception({
      clock,
      newId,
      records,
      steps: this.#steps,
      plane: () => this.#plane!,
    })
  }

  /** Bound ports by listener name. */
  ports(): Record<string, number> {
    const ports: Record<string, number> = {}
    for (const [name, { plan }] of this.#listeners)
      ports[name] = this.#doors.get(address(plan))!.port
    return ports
  }

  /** Where it listens. */
  addresses(): { readonly address: string; readonly port: number }[] {
    return [...this.#listeners.values()].map(({ plan }) => {
      return { address: plan.host, port: this.#doors.get(address(plan))!.port }
    })
  }

  /** How busy it is now, and since this was last asked. */
  takeLoad(): Pick<WorkerLoad, 'requests' | 'sockets' | 'inFlight' | 'limitStore'> {
    const listeners = [...this.#listeners.values(), ...this.#retiring.keys()]
    const sockets = listeners.reduce((sum, listener) => sum + listener.connections, 0)
    const requests = this.#live.takeFinished()
    return { requests, sockets, inFlight: this.#active.size, limitStore: this.#limits.sharedState }
  }

  /** New keys of a source, or null where it has none that may be used. */
  updateKeys(sourceId: string, document: JwksDocument | null, version: string): void {
    this.#keys.update(sourceId, document, version)
  }

  hearMesh(news: MeshNews): void {
    this.#mesh.hear(news)
  }

  /** What an authority is to be answered. */
  hearAcme({ challenges }: AcmeNews): void {
    try {
      this.#acme.obey(challenges)
    } catch (error) {
      this.#deps.log.error('an authority cannot be answered', { error: errorMessage(error) })
    }
  }

  /** A call that egress has decided on, for the live view of this worker. */
  seeCall(call: EgressCall): void {
    this.#live.left(call, this.#plane?.plan.revision ?? 0)
  }

  hearLive(question: LiveQuestion): void {
    if (question.kind !== 'live-limits') {
      this.#live.hear(question)
      return
    }
    this.#limits.obey(question)
    this.#deps.tellLive({ kind: 'live-limits-kept', ask: question.ask })
  }

  receiveLimits(reply: LimitReply): void {
    this.#limits.receive(reply)
  }

  /** The answer to a question for keys that changed nothing. */
  settleKeys(sourceId: string): void {
    this.#keys.settle(sourceId)
  }

  /**
   * Puts a plan to work. New addresses are bound before anything changes: where that fails the old plan serves on and
   * the promise rejects. `ticketKeys`: by listener name. `workers`: of this node.
   */
  async apply(plan: Plan, ticketKeys: ReadonlyMap<string, Buffer>, workers: number): Promise<void> {
    const fresh = await this.#prepareListeners(plan, ticketKeys)
    const opened = await this.#openDoors(plan)
    // From here on nothing waits and nothing can fail.
    this.#services.update(plan.services)
    this.#limits.use(plan.store, workers)
    this.#keys.retain(plan.issuers)
    this.#mesh.use(plan.mesh?.trustDomain ?? null)
    this.#plane = createDataPlane(plan, this.#services, this.#mesh, this.#auth)
    for (const listenerPlan of plan.listeners) {
      const { name } = listenerPlan
      const before = this.#listeners.get(name)
      const after = fresh.get(name)
      if (after === undefined) before!.update(listenerPlan, ticketKeys.get(name)!)
      else {
        this.#listeners.set(name, after)
        if (before !== undefined) this.#retire(before)
      }
    }
    for (const [key, door] of opened) this.#doors.set(key, door)
    this.#leadDoors(plan)
  }

  /** Stops accepting, lets requests finish for at most `graceMs`, then ends what is left. */
  async close(graceMs: number): Promise<void> {
    const { clock } = this.#deps
    for (const door of this.#doors.values()) door.close()
    const drains = [...this.#listeners.values()].map((listener) => listener.drain(SHUTDOWN_IDLE_MS))
    for (const listener of this.#retiring.keys()) listener.hurry(SHUTDOWN_IDLE_MS)
    this.#active.stopAll(
      'shutting_down',
      (state) => state.status === 101 || state.facts.upgrade !== null,
    )
    const done = Promise.all([...drains, ...this.#retiring.values()])
    let cancel = (): void => {}
    const late = new Promise<'late'>((resolve) => {
      cancel = clock.after(graceMs, () => resolve('late'))
    })
    const result = await Promise.race([done, late])
    cancel()
    if (result === 'late') {
      this.#deps.log.warn('requests were still under way when the grace period ended', {
        requests: this.#active.size,
      })
      for (const listener of this.#listeners.values()) listener.destroy()
      for (const listener of this.#retiring.keys()) listener.destroy()
    }
    this.#active.close()
    this.#live.close()
    this.#limits.close()
    await Promise.all([this.#services.close(), this.#mesh.close()])
  }

  /** Listeners that are new or speak differently than the one of their name does now. */
  async #prepareListeners(
    plan: Plan,
    ticketKeys: ReadonlyMap<string, Buffer>,
  ): Promise<Map<string, Listener>> {
    const fresh = new Map<string, Listener>()
    for (const listenerPlan of plan.listeners) {
      const { name } = listenerPlan
      const running = this.#listeners.get(name)
      if (running !== undefined && speaksAlike(running.plan, listenerPlan)) {
        running.checkUpdate(listenerPlan)
        continue
      }
      const listener = new Listener(listenerPlan, ticketKeys.get(name)!, {
        clock: this.#deps.clock,
        steps: this.#steps,
        reception: this.#reception,
        acme: this.#acme,
      })
      await listener.prepare()
      fresh.set(name, listener)
    }
    return fresh
  }

  /** Binds every address that is not bound yet, all or none. */
  async #openDoors(plan: Plan): Promise<Map<string, Door>> {
    const opened = new Map<string, Door>()
    try {
      for (const listenerPlan of plan.listeners) {
        const key = address(listenerPlan)
        if (this.#doors.has(key) || opened.has(key)) continue
        // A client that is faster than the swap is answered by nobody rather than by the wrong plan.
        const door = new Door((socket) => socket.destroy())
        await door.open(listenerPlan.host, listenerPlan.port)
        opened.set(key, door)
      }
    } catch (error) {
      for (const door of opened.values()) door.close()
      throw error
    }
    return opened
  }

  #leadDoors(plan: Plan): void {
    const used = new Set(plan.listeners.map(address))
    for (const [key, door] of this.#doors) {
      if (used.has(key)) continue
      door.close()
      this.#doors.delete(key)
    }
    const wanted = new Set(plan.listeners.map(({ name }) => name))
    for (const [name, listener] of this.#listeners) {
      if (wanted.has(name)) {
        this.#doors
          .get(address(listener.plan))!
          .leadTo(listener.accept, listener.plan.maxConnections)
      } else {
        this.#listeners.delete(name)
        this.#retire(listener)
      }
    }
  }

  /** Nobody waits for it: its idle connections may live as long as they would have. */
  #retire(listener: Listener): void {
    const gone = listener
      .drain(listener.plan.idleTimeoutMs)
      .finally(() => this.#retiring.delete(listener))
    this.#retiring.set(listener, gone)
  }
}

function address(plan: ListenerPlan): string {
  return `${plan.host} ${plan.port === 0 ? plan.name : plan.port}`
}

/** What a running listener cannot change: another takes its place at the door, and it drains. */
function speaksAlike(a: ListenerPlan, b: ListenerPlan): boolean {
  return (
    a.http2 === b.http2 &&
    a.headersTimeoutMs === b.headersTimeoutMs &&
    a.requestTimeoutMs === b.requestTimeoutMs &&
    a.idleTimeoutMs === b.idleTimeoutMs &&
    a.maxHeaderBytes === b.maxHeaderBytes &&
    (a.tls === null) === (b.tls === null) &&
    a.tls?.clientAuth === b.tls?.clientAuth &&
    a.tls?.clientCaPem === b.tls?.clientCaPem
  )
}
