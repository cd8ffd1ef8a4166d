// The mesh in the admin API: join tokens, instances, revocations.

import { Type } from 'typebox'
import { errorCode, errorMessage } from '../../../sidecar/runtime/errors.ts'
import { parseDurationMs } from '../../../sidecar/runtime/units.ts'
import { ApiError } from '../admin/api-error.ts'
import type { Operation } from '../admin/operation.ts'
import type { RevocationList } from '../ca/revocations.ts'
import { authorityOperations } from './authority-operations.ts'
import type { MeshControl } from './mesh-control.ts'

const CLOSED = { additionalProperties: false }
const Nothing = Type.Object({}, CLOSED)
const ServiceName = Type.String({ minLength: 1, maxLength: 127 })
const ListedToken = Type.Object({
  id: Type.String(),
  service: Type.String(),
  createdBy: Type.String(),
  createdAtMs: Type.Number(),
  expiresAtMs: Type.Number(),
  usedAtMs: Type.Union([Type.Number(), Type.Null()]),
})
const Instance = Type.Object({
  service: Type.String(),
  instance: Type.String(),
  address: Type.String(),
  port: Type.Integer(),
  status: Type.String(),
  healthy: Type.Boolean(),
  version: Type.Union([Type.String(), Type.Null()]),
  zone: Type.Union([Type.String(), Type.Null()]),
  weight: Type.Integer(),
})

/** `mesh` null: the configuration has none (now). */
export function meshOperations(mesh: () => MeshControl | null): readonly Operation[] {
  const existing = (): MeshControl => {
    const control = mesh()
    if (control !== null) return control
    throw new ApiError('not_available', 'there is no `mesh:` in the configuration')
  }
  return [
    ...authorityOperations(mesh),
    {
      id: 'createJoinToken',
      method: 'POST',
      path: '/api/v1/join-tokens',
      role: 'operator',
      summary:
        'Makes a one-time token by which a sidecar of one service joins; shown in this answer only.',
      body: Type.Object(
        {
          service: ServiceName,
          ttl: Type.Optional(Type.String({ description: '1s to 24h, default 10m.' })),
        },
        CLOSED,
      ),
      answer: Type.Object({ id: Type.String(), token: Type.String(), expiresAtMs: Type.Number() }),
      status: 201,
      async run({ body, principal, change }) {
        const { service, ttl } = body as { service: string; ttl?: string }
        change({ target: `join-token/${service}`, after: { ttl: ttl ?? '10m' } })
        const ttlMs = ttl === undefined ? null : parseDurationMs(ttl)
        if (ttl !== undefined && ttlMs === null)
          throw new ApiError('invalid', 'ttl: write 1s to 24h')
        const wanted = { service, createdBy: principal.name }
        return existing()
          .tokens.create(ttlMs === null ? wanted : { ...wanted, ttlMs })
          .catch(refused)
      },
    },
    {
      id: 'listJoinTokens',
      method: 'GET',
      path: '/api/v1/join-tokens',
      role: 'viewer',
      summary: 'Lists join tokens, without what is secret about them.',
      answer: Type.Object({ items: Type.Array(ListedToken) }),
      run: async () => ({ items: await existing().tokens.list().catch(refused) }),
    },
    {
      id: 'removeJoinToken',
      method: 'DELETE',
      path: '/api/v1/join-tokens/:id',
      role: 'operator',
      summary: 'Takes a join token back.',
      answer: Nothing,
      async run({ params: { id = '' }, principal, change }) {
        change({ target: `join-token/${id}` })
        if (await existing().tokens.remove(id, principal.name).catch(refused)) return {}
        throw new ApiError('not_found', `no join token ${id}`)
      },
    },
    {
      id: 'listInstances',
      method: 'GET',
      path: '/api/v1/instances',
      role: 'viewer',
      summary: 'Lists the instances of the mesh as the registry knows them.',
      answer: Type.Object({ items: Type.Array(Instance) }),
      run: () => ({ items: existing().mesh.instances() }),
    },
    {
      id: 'listRevocations',
      method: 'GET',
      path: '/api/v1/revocations',
      role: 'viewer',
      summary: 'Lists who is believed no longer.',
      answer: Type.Object({ serials: Type.Array(Type.String()), ids: Type.Array(Type.String()) }),
      run: () => existing().revocations.current,
    },
    {
      id: 'revoke',
      method: 'POST',
      path: '/api/v1/revocations',
      role: 'admin',
      summary:
        'Believes a SPIFFE id, or one certificate by its serial number, no longer: everywhere, at once.',
      body: Type.Object(
        {
          id: Type.Optional(Type.String({ maxLength: 2048 })),
          serial: Type.Optional(Type.String({ pattern: '^[0-9a-f]{1,42}$' })),
          reason: Type.String({ minLength: 1, maxLength: 200 }),
        },
        CLOSED,
      ),
      answer: Nothing,
      status: 201,
      async run({ body, principal, change }) {
        const { id, serial, reason } = body as { id?: string; serial?: string; reason: string }
        change({ target: `revocation/${id ?? serial ?? ''}`, after: { reason } })
        const of = revoked(id, serial)
        await existing().revocations.add(of, reason, principal.name).catch(refused)
        return {}
      },
    },
  ]
}

/** The longest life of a certificate: after it no list is needed. */
const LONGEST_LIFE_MS = 86_400_000

function revoked(
  id: string | undefined,
  serial: string | undefined,
): Parameters<RevocationList['add']>[0] {
  if (id !== undefined && serial === undefined) return { id }
  if (serial !== undefined && id === undefined) {
    return { serial, notAfterMs: Date.now() + LONGEST_LIFE_MS }
  }
  throw new ApiError('invalid', 'name either `id` or `serial`')
}

function refused(error: unknown): never {
  const isTheirs = ['too_many_tokens', 'too_many_revocations'].includes(errorCode(error))
  if (isTheirs || error instanceof TypeError || error instanceof RangeError) {
    throw new ApiError('invalid', errorMessage(error))
  }
  throw new ApiError('not_available', `it cannot be written down: ${errorMessage(error)}`)
}
