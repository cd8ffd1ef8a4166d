// One thing the admin API can do: where, for whom, with what in and out. Checks, documentation and console come from it.

import type { TSchema } from 'typebox'
import { ADMIN_ROLES, type AdminRole } from '../../config/admin-options.ts'

/** Each may do what the ones before it may. */
export const ROLES = ADMIN_ROLES
export type Role = AdminRole

/** `anyone` needs no role at all. */
export function mayAct(has: Role | null, needs: Role | 'anyone'): boolean {
  if (needs === 'anyone') return true
  return has !== null && ROLES.indexOf(has) >= ROLES.indexOf(needs)
}

/** Who is asking. */
export interface Principal {
  /** `local`: whoever may open the control socket, the file system decided; `anyone`: nobody we know. */
  readonly kind: 'local' | 'user' | 'token' | 'anyone'
  /** Of the user, or of a token's owner. */
  readonly name: string
  readonly role: Role | null
  /** Id of the token; else ''. */
  readonly token: string
  /** What the role is for: `route:orders`, `service:billing`, `namespace:shop`. Empty: everything. */
  readonly scope: readonly string[]
  /** An identity provider said who it is. */
  readonly isFederated: boolean
}

/** An administrator of everything, who sees what is everybody's own. */
export function isForAll({ role, scope }: Pick<Principal, 'role' | 'scope'>): boolean {
  return mayAct(role, 'admin') && scope.length === 0
}

export const ANYONE: Principal = {
  kind: 'anyone',
  name: '',
  role: null,
  token: '',
  scope: [],
  isFederated: false,
}

/** What a call brings with it, checked against the operation's schemas. */
export interface OperationInput {
  /** Percent-decoded path parameters by name. */
  readonly params: Readonly<Record<string, string>>
  /** Query fields as text. */
  readonly query: Readonly<Record<string, string>>
  /** null where the operation has none. */
  readonly body: unknown
  /** The one entity tag of If-Match without its quotes; null where there is none. */
  readonly ifMatch: string | null
}

export interface OperationRequest extends OperationInput {
  readonly principal: Principal
  readonly requestId: string
  /** Address of the client; '' over the control socket. */
  readonly address: string
  /** Name and port it was asked under. */
  readonly host: string
  /** Id of the browser's session, or null. */
  readonly sessionId: string | null
  /** Text of the request's cookies; '' where there are none. */
  readonly cookies: string
  /** What the client says it is; '' where it says nothing. */
  readonly userAgent: string
  /** Sets a field of the answer. */
  readonly header: (name: string, value: string | readonly string[]) => void
  /** Names what is changed, for the audit: before anything is. A GET that calls it is told like a change. */
  readonly change: (change: Change) => void
}

/** What an operation changes: never a secret. */
export interface Change {
  /** `route/orders`, `join-token/abc` … */
  readonly target: string
  readonly before?: unknown
  readonly after?: unknown
}

/** Whether what it does must be written down, and must not begin where that is not possible. */
export function isChanging({
  method,
  isReading,
}: Pick<Operation, 'method' | 'isReading'>): boolean {
  return method !== 'GET' && isReading !== true
}

export interface Operation {
  /** Unique, camelCase; the OpenAPI operationId. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Fastify form: `/api/v1/instances/:id`. */
  readonly path: string
  /** The least role that may; `anyone`: before signing in. */
  readonly role: Role | 'anyone'
  /**
   * For those whose role is scoped: the resources the call touches, all of which must be theirs; `any`: it touches
   * nothing but what is their own, or only reads what they must see to change it. Absent: it touches everything, so a
   * scoped role may not.
   */
  readonly scope?:
    | 'any'
    | ((input: OperationInput) => readonly string[] | Promise<readonly string[]>)
  /** Browsers go there themselves: a refusal leads them back to the console's door, which says why. */
  readonly isVisited?: true
  /** Also for who must set up a second factor before anything else. */
  readonly isForEnrolling?: true
  /**
   * What it does takes somebody at a console who showed a moment ago who they are, or it is refused with
   * `reauthentication_needed`; API tokens and the control socket are no people.
   */
  readonly isGuarded?: true | ((input: OperationInput) => boolean | Promise<boolean>)
  /** Of a POST that changes nothing and only needs a body: it is not told to the audit where it is allowed. */
  readonly isReading?: true
  /** One sentence for the API's documentation. */
  readonly summary: string
  readonly query?: TSchema
  readonly body?: TSchema
  readonly answer: TSchema
  /** Of a success; default 200. */
  readonly status?: number
  /** Largest body; default 1 MiB. */
  readonly maxBodyBytes?: number
  /** The answer; throws ApiError to refuse. */
  readonly run: (request: OperationRequest) => unknown
}
