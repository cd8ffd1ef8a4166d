// The general limit of the admin API, by our own limiter behind @fastify/rate-limit: generous, and told with every answer.

import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { canonicalAddress } from '../../../sidecar/forward/address.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { countedNetwork } from '../../limit/address.ts'
import { EmbeddedStore } from '../../limit/embedded-store.ts'
import { LimitTicket, pluginStore } from '../../limit/fastify-store.ts'
import { limitHeaders } from '../../limit/headers.ts'
import { Limiter } from '../../limit/limiter.ts'
import { windowParams } from '../../limit/params.ts'
import type { LimitPlan, Rate } from '../../limit/plan.ts'
import { TooManyRequests } from '../admin/api-error.ts'
import type { Principal } from '../admin/operation.ts'

/** Of one user or token, or of one address where nobody is signed in. A console that is watched takes 300 a minute. */
export const ADMIN_RATE: Rate = { count: 3000, perMs: 60_000 }

/** One refusal a minute of each caller is told to the audit, so that a flood of them does not fill it. */
const TOLD_RATE: Rate = { count: 1, perMs: 60_000 }
const MAX_KEYS = 10_000

/** Throws TooManyRequests; else the answer says how much is left. */
export type CheckRate = (
  principal: Principal,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<void>

export class AdminRate {
  readonly #limiter: Limiter
  readonly #plan: LimitPlan
  readonly #toldPlan = planOf('admin-api-told', TOLD_RATE)

  constructor(clock: Clock, random: () => number, rate: Rate = ADMIN_RATE) {
    this.#plan = planOf('admin-api', rate)
    this.#limiter = new Limiter({
      store: new EmbeddedStore({ clock, maxKeys: MAX_KEYS }),
      maxKeys: MAX_KEYS,
      clock,
      random,
      instance: 'admin',
      defer: setImmediate,
    })
  }

  /** For one server; all of them count together. */
  async on(app: FastifyInstance): Promise<CheckRate> {
    const tickets = new WeakMap<FastifyRequest, LimitTicket>()
    await app.register(rateLimit, { global: false, store: pluginStore(this.#limiter) })
    const count = app.createRateLimit({
      // The plugin hands it to the store as it is.
      keyGenerator: (request: FastifyRequest) => tickets.get(request) as never,
    })
    return async (principal, request, reply) => {
      const ticket = new LimitTicket([this.#plan], subjectOf(principal, request))
      tickets.set(request, ticket)
      await count(request)
      const decision = ticket.decision!
      const fields = limitHeaders(decision)
      for (let i = 0; i < fields.length; i += 2) reply.header(fields[i]!, fields[i + 1])
      if (decision.verdict === 'allow') return
      const told = await this.#limiter.decide([this.#toldPlan], ticket.subject)
      const message = 'too many calls: wait for as long as Retry-After says'
      throw new TooManyRequests(message, decision.retryAfterSeconds ?? 1, told.verdict === 'deny')
    }
  }

  close(): void {
    this.#limiter.close()
  }
}

function planOf(name: string, rate: Rate): LimitPlan {
  return {
    id: name,
    name,
    rate: { kind: 'fixed', params: windowParams(rate, 'exact') },
    key: [{ kind: 'header', name: 'caller' }],
    cost: 1,
    onStoreDown: 'local',
    shadow: false,
    stage: 'after_auth',
  }
}

function subjectOf({ kind, name, token }: Principal, { socket }: FastifyRequest) {
  const peer = socket.remoteAddress ?? ''
  const address = countedNetwork(canonicalAddress(peer) ?? peer)
  const caller = kind === 'anyone' ? [kind, address] : [kind, name, token]
  return { clientIp: '', route: '', headers: ['caller', JSON.stringify(caller)], caller: null }
}
