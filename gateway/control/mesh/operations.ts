// What the mesh door does for those who knock: strangers may join, members renew, register and take their leave.

import { spiffeIdOf } from '../../../sidecar/identity/spiffe-id.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorCode, SallyportError } from '../../../sidecar/runtime/errors.ts'
import type { Figures, Lease } from '../../../sidecar/snapshot/grant.ts'
import { canonicalAddress } from '../../../sidecar/forward/address.ts'
import { isReserved } from '../../config/mesh-rules.ts'
import type { JoinTokens } from '../ca/join-tokens.ts'
import type { JwtJoin } from '../ca/jwt-join.ts'
import { codeOf, refusal, type Answer } from './answers.ts'
import type { MeshAudit, MeshAuditEvent } from './audit.ts'
import type { Mesh } from './mesh.ts'
import { LEASE_TTL_MS, type Caller, type LeaseResult } from './registry.ts'
import {
  FiguresBody,
  HeartbeatBody,
  JoinBody,
  LeaseBody,
  readBody,
  RegisterBody,
  RenewBody,
} from './requests.ts'

/** One member that tells takes a moment: all of them together at most 500 a second. */
const MS_EACH = 2

/** What an instance of the mesh has counted since it told last. */
export interface ToldFigures extends Figures {
  readonly service: string
  readonly instance: string
}

export interface OperationsOptions {
  readonly mesh: Mesh
  readonly tokens: Pick<JoinTokens, 'redeem'>
  /** Null while joining with a JWT is not configured. */
  readonly jwt: () => Pick<JwtJoin, 'redeem'> | null
  readonly clock: Pick<Clock, 'wallMs'>
  readonly audit: MeshAudit
  readonly onFigures: (told: ToldFigures) => void
}

type MemberOperation = (caller: Caller, body: unknown) => Answer

const DONE: Answer = { status: 204, body: null }

export class Operations {
  readonly #options: OperationsOptions
  /** By path; all of them are POST. */
  readonly forMembers: ReadonlyMap<string, MemberOperation>

  constructor(options: OperationsOptions) {
    this.#options = options
    this.forMembers = new Map<string, MemberOperation>([
      ['/v1/renew', (caller, body) => this.#renew(caller, body)],
      ['/v1/register', (caller, body) => this.#register(caller, body)],
      ['/v1/heartbeat', (caller, body) => this.#heartbeat(caller, body)],
      ['/v1/figures', (caller, body) => this.#figures(caller, body)],
      ['/v1/drain', (caller, body) => this.#leave('mesh_drain', caller, body)],
      ['/v1/deregister', (caller, body) => this.#leave('mesh_deregister', caller, body)],
    ])
  }

  /** Who the caller is, is what the credential says; the request may only agree. */
  async join(address: string, body: unknown): Promise<Answer> {
    const read = readBody(JoinBody, body)
    if (!('value' in read)) return this.#joined(address, null, read)
    const { token, jwt, csrPem, service } = read.value
    if (isReserved(service)) return this.#joined(address, service, refusal('reserved_service'))
    const { mesh, tokens } = this.#options
    const about = { service, actor: address }
    const byJwt = this.#options.jwt()
    if ((token === undefined) === (jwt === undefined)) {
      const answer = refusal('body_invalid', 'send either `token` or `jwt`')
      return this.#joined(address, service, answer)
    }
    if (jwt !== undefined && byJwt === null) {
      return this.#joined(address, service, refusal('join_not_offered'))
    }
    const verdict =
      token === undefined
        ? await byJwt!.redeem({ ...about, jwt: jwt! })
        : await tokens.redeem({ ...about, token, csrPem })
    if (verdict.kind === 'refused') {
      // Whether an id exists is nothing for those who do not know its secret.
      const code = verdict.reason === 'wrong_secret' ? 'unknown_token' : verdict.reason
      return this.#joined(address, service, refusal(code))
    }
    const id = spiffeIdOf(mesh.plan.trustDomain, verdict.service)
    return this.#joined(address, service, this.#grant(csrPem, id, address))
  }

  #joined(address: string, service: string | null, answer: Answer): Answer {
    this.#audit('mesh_join', address, service, codeOf(answer), {})
    return answer
  }

  #renew(caller: Caller, body: unknown): Answer {
    const read = readBody(RenewBody, body)
    const answer = 'value' in read ? this.#grant(read.value.csrPem, caller.id, caller.id) : read
    this.#told('mesh_renew', caller, answer, { serial: caller.serial })
    return answer
  }

  #grant(csrPem: string, id: string, actor: string): Answer {
    try {
      return { status: 200, body: this.#options.mesh.grant(csrPem, id, actor) }
    } catch (error) {
      if (error instanceof SallyportError) return refusal(errorCode(error), error.message)
      throw error
    }
  }

  #register(caller: Caller, body: unknown): Answer {
    const read = readBody(RegisterBody, body)
    if (!('value' in read)) {
      this.#told('mesh_register', caller, read, {})
      return read
    }
    const { service = null, healthy, status, ...rest } = read.value
    const { registry } = this.#options.mesh
    const address = rest.address === null ? null : canonicalAddress(rest.address)
    const { instance, epoch } = rest
    const result =
      address === null && rest.address !== null
        ? ({ kind: 'refused', reason: 'foreign_address' } as const)
        : registry.register(caller, { ...rest, address }, { healthy, status }, service)
    if (result.kind === 'refused') {
      const answer = refusal(result.reason)
      this.#told('mesh_register', caller, answer, { instance, epoch })
      return answer
    }
    const lease: Lease = {
      leaseId: result.leaseId,
      ttlMs: LEASE_TTL_MS,
      serverTimeMs: this.#options.clock.wallMs(),
    }
    const answer = { status: 200, body: lease }
    if (result.isNew) this.#told('mesh_register', caller, answer, { instance, epoch })
    return answer
  }

  #heartbeat(caller: Caller, body: unknown): Answer {
    const read = readBody(HeartbeatBody, body)
    if (!('value' in read)) return read
    const { leaseId, ...state } = read.value
    return answerOf(this.#options.mesh.registry.heartbeat(caller, leaseId, state))
  }

  /** Whose they are is what the lease says. Nothing is decided by them, and nobody's word counts but for itself. */
  #figures(caller: Caller, body: unknown): Answer {
    const read = readBody(FiguresBody, body)
    if (!('value' in read)) return read
    const { leaseId, ...figures } = read.value
    const { registry } = this.#options.mesh
    const instance = registry.instanceOf(caller, leaseId)
    if (instance === null) return refusal('unknown_lease')
    this.#options.onFigures({ service: caller.service, instance, ...figures })
    return { status: 200, body: { nextMs: registry.size * MS_EACH } }
  }

  #leave(kind: 'mesh_drain' | 'mesh_deregister', caller: Caller, body: unknown): Answer {
    const read = readBody(LeaseBody, body)
    if (!('value' in read)) return read
    const { registry } = this.#options.mesh
    const { leaseId } = read.value
    const answer = answerOf(
      kind === 'mesh_drain'
        ? registry.drain(caller, leaseId)
        : registry.deregister(caller, leaseId),
    )
    this.#told(kind, caller, answer, { serial: caller.serial })
    return answer
  }

  #told(
    kind: MeshAuditEvent['kind'],
    caller: Caller,
    answer: Answer,
    detail: MeshAuditEvent['detail'],
  ): void {
    this.#audit(kind, caller.id, caller.service, codeOf(answer), detail)
  }

  #audit(
    kind: MeshAuditEvent['kind'],
    actor: string,
    service: string | null,
    reason: string | null,
    detail: MeshAuditEvent['detail'],
  ): void {
    const { audit, clock } = this.#options
    audit({
      kind,
      atMs: clock.wallMs(),
      actor,
      service,
      result: reason === null ? 'ok' : 'refused',
      reason,
      alarm: reason === 'foreign_service' || reason === 'reserved_service',
      detail,
    })
  }
}

function answerOf(result: LeaseResult): Answer {
  return result.kind === 'done' ? DONE : refusal(result.reason)
}
