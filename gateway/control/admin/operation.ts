// One thing the admin API can do: where, for whom, with what in and out. Checks, documentation and console come from it.

import type { TSchema } from 'typebox'

/** Each may do what the ones before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

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
  /** Of the token; else ''. */
  readonly token: string
}

export const ANYONE: Principal = { kind: 'anyone', name: '', role: null, token: '' }

export interface OperationRequest {
  readonly principal: Principal
  readonly requestId: string
  /** Percent-decoded path parameters by name. */
  readonly params: Readonly<Record<string, string>>
  /** Query fields as text; checked against the operation's schema. */
  readonly query: Readonly<Record<string, string>>
  /** Checked against the operation's schema; null where it has none. */
  readonly body: unknown
  /** Address of the client; '' over the control socket. */
  readonly address: string
  /** Id of the browser's session, or null. */
  readonly sessionId: string | null
  /** Sets a field of the answer. */
  readonly header: (name: string, value: string) => void
  /** Names what is changed, for the audit; called at most once, before anything is. */
  readonly change: (change: Change) => void
}

/** What an operation changes: never a secret. */
export interface Change {
  /** `route/orders`, `join-token/abc` … */
  readonly target: string
  readonly before?: unknown
  readonly after?: unknown
}

export interface Operation {
  /** Unique, camelCase; the OpenAPI operationId. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Fastify form: `/api/v1/instances/:id`. */
  readonly path: string
  /** The least role that may; `anyone`: before signing in. */
  readonly role: Role | 'anyone'
  /** One sentence for the API's documentation. */
  readonly summary: string
  readonly query?: TSchema
  readonly body?: TSchema
  readonly answer: TSchema
  /** Of a success; default 200. */
  readonly status?: number
  /** The answer; throws ApiError to refuse. */
  readonly run: (request: OperationRequest) => unknown
}
