// One call of one operation: who may, what is checked, what is done, and that the audit hears of it exactly once.

import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { check } from '../../../sidecar/runtime/check.ts'
import type { Problem } from '../../../sidecar/runtime/problem.ts'
import { ApiError, fieldProblem } from './api-error.ts'
import type { IdempotencyKeys, KeptAnswer } from './idempotency.ts'
import {
  ANYONE,
  isChanging,
  mayAct,
  type Change,
  type Operation,
  type OperationInput,
  type Principal,
} from './operation.ts'
import { isInScope } from './scope.ts'

/** What one call came to, for the audit: changes and refusals; reads that were allowed are not told. */
export interface ApiEvent {
  readonly operation: string
  readonly principal: Principal
  /** Of the client; '' over the control socket. */
  readonly address: string
  readonly requestId: string
  /** null where it was refused before that was known. */
  readonly change: Change | null
  /** `ok`, or the code of the refusal. */
  readonly result: string
}

export interface Caller {
  readonly principal: Principal
  /** Of the browser's session, or null. */
  readonly sessionId: string | null
  /** It is too long ago that they showed who they are. Absent: nobody who could, or just now. */
  readonly isStale?: boolean
  /** They must set up a second factor before anything else. */
  readonly mustEnrol?: boolean
}

export interface CallDeps {
  /** Before anything is changed. Throws where that could not be written down. */
  readonly beforeChange: () => void
  readonly onEvent: (event: ApiEvent) => void
  readonly idempotency?: IdempotencyKeys
}

const KEY = /^[\x21-\x7e]{1,255}$/

export class Call {
  readonly #operation: Operation
  readonly #request: FastifyRequest
  readonly #deps: CallDeps
  #caller: Caller = { principal: ANYONE, sessionId: null }
  #change: Change | null = null
  #isTold = false

  constructor(operation: Operation, request: FastifyRequest, deps: CallDeps) {
    this.#operation = operation
    this.#request = request
    this.#deps = deps
  }

  /** Before the body is read. Throws ApiError. */
  admit(caller: Caller): void {
    this.#caller = caller
    const { principal } = caller
    const { role, isForEnrolling } = this.#operation
    if (caller.mustEnrol === true && role !== 'anyone' && isForEnrolling !== true) {
      throw new ApiError('second_factor_required', 'set up a second factor first')
    }
    if (mayAct(principal.role, role)) return
    if (principal.role === null) {
      throw new ApiError('not_signed_in', 'sign in, or send an API token')
    }
    const message = `this takes the role ${role}; ${principal.name} is ${principal.role}`
    throw new ApiError('not_permitted', message)
  }

  /** Throws ApiError, and whatever the operation throws. */
  async run(reply: FastifyReply): Promise<unknown> {
    const input = this.#input()
    await this.#checkScope(input)
    await this.#checkFresh(input)
    const begun = this.#begin(input)
    if (begun?.kind === 'replay') return replay(begun.answer, reply)
    try {
      if (isChanging(this.#operation)) this.#deps.beforeChange()
      const headers = new Map<string, string | readonly string[]>()
      const answer = await this.#do(input, headers)
      if (isChanging(this.#operation) || this.#change !== null) this.tell('ok')
      if (this.#isKnown(headers.get('etag'))) return notModified(reply, headers)
      const status = this.#operation.status ?? 200
      begun?.done({ status, headers, body: JSON.stringify(answer) })
      send(reply, status, headers)
      return answer
    } catch (error) {
      begun?.failed()
      throw error
    }
  }

  /** The first word counts: a call is told once. */
  tell(result: string): void {
    if (this.#isTold || this.#isIdle(result)) return
    this.#isTold = true
    this.#deps.onEvent({
      operation: this.#operation.id,
      principal: this.#caller.principal,
      address: this.#request.socket.remoteAddress ?? '',
      requestId: this.#request.id,
      change: this.#change,
      result,
    })
  }

  /** A page that looks whether somebody is signed in: nobody tried anything, and a flood of it would hide who does. */
  #isIdle(result: string): boolean {
    const isAnonymous = this.#request.headers.authorization === undefined
    const isRead = this.#change === null && !isChanging(this.#operation)
    return result === 'not_signed_in' && isAnonymous && isRead
  }

  #input(): OperationInput {
    const { query, body } = this.#operation
    const { params, headers } = this.#request
    return {
      params: params as Record<string, string>,
      query: checked(query, this.#request.query, 'query') as Record<string, string>,
      body: body === undefined ? null : checked(body, this.#request.body, 'body'),
      ifMatch: /^"([^"]*)"$/.exec(headers['if-match'] ?? '')?.[1] ?? null,
    }
  }

  /** Of reads only: `tag` is what the caller has already (RFC 9110 section 13.1.2). */
  #isKnown(tag: string | readonly string[] | undefined): boolean {
    const { method, headers } = this.#request
    const known = headers['if-none-match']
    if (method !== 'GET' || typeof tag !== 'string' || known === undefined) return false
    return known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
  }

  async #checkScope(input: OperationInput): Promise<void> {
    const { scope, name, role } = this.#caller.principal
    const { scope: touched, role: needed } = this.#operation
    if (scope.length === 0 || touched === 'any' || needed === 'anyone') return
    if (touched === undefined) {
      throw new ApiError('not_permitted', `this is not for a role of ${scope.join(', ')} alone`)
    }
    const outside = (await touched(input)).find((resource) => !isInScope(scope, resource))
    if (outside === undefined) return
    throw new ApiError('not_permitted', `${name} is ${role} of ${scope.join(', ')}, not ${outside}`)
  }

  async #checkFresh(input: OperationInput): Promise<void> {
    const { isGuarded = false } = this.#operation
    if (this.#caller.isStale !== true) return
    if (!(typeof isGuarded === 'function' ? await isGuarded(input) : isGuarded)) return
    const message = 'it is some time ago that you signed in: show again that it is you'
    throw new ApiError('reauthentication_needed', message)
  }

  /** null where no key was sent. Signing in is never repeated: a session is for whoever asked. */
  #begin({ query, body }: OperationInput): ReturnType<IdempotencyKeys['begin']> | null {
    const { method, url, headers } = this.#request
    const { idempotency } = this.#deps
    const key = headers['idempotency-key']
    if (key === undefined || idempotency === undefined) return null
    if (method !== 'POST' || this.#operation.role === 'anyone') return null
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw new ApiError('bad_request', 'idempotency-key: send 1 to 255 printable characters')
    }
    const { kind, name, token } = this.#caller.principal
    const asked = JSON.stringify([url, query, body, headers['if-match'] ?? null])
    const fingerprint = createHash('sha256').update(asked).digest('hex')
    return idempotency.begin(JSON.stringify([kind, name, token, key]), fingerprint)
  }

  async #do(
    input: OperationInput,
    headers: Map<string, string | readonly string[]>,
  ): Promise<unknown> {
    const { headers: sent, id, socket } = this.#request
    return this.#operation.run({
      ...input,
      ...this.#caller,
      requestId: id,
      address: socket.remoteAddress ?? '',
      host: sent.host ?? '',
      cookies: sent.cookie ?? '',
      userAgent: sent['user-agent'] ?? '',
      header: (name, value) => void headers.set(name, value),
      change: (told) => {
        if (!isChanging(this.#operation)) this.#deps.beforeChange()
        this.#change = told
      },
    })
  }
}

function send(
  reply: FastifyReply,
  status: number,
  headers: ReadonlyMap<string, string | readonly string[]>,
): void {
  reply.code(status)
  for (const [name, value] of headers) reply.header(name, value)
}

function notModified(
  reply: FastifyReply,
  headers: ReadonlyMap<string, string | readonly string[]>,
): FastifyReply {
  send(reply, 304, headers)
  return reply.send()
}

function replay({ status, headers, body }: KeptAnswer, reply: FastifyReply): unknown {
  send(reply, status, headers)
  reply.header('idempotency-replayed', 'true')
  return JSON.parse(body) as unknown
}

function checked(schema: TSchema | undefined, value: unknown, where: 'query' | 'body'): unknown {
  const given = value ?? {}
  if (schema === undefined) {
    const [extra] = Object.keys(given)
    if (extra === undefined) return given
    throw new ApiError('invalid', `unknown ${where} field \`${extra}\``)
  }
  const problems: Problem[] = []
  if (check(schema, given, (problem) => problems.push(problem))) return given
  const errors = problems.map(fieldProblem)
  throw new ApiError('invalid', `${where}: ${problems[0]!.message}`, errors)
}
