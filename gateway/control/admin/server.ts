// The admin API on the network: TLS always, known names only, and the same operations as over the control socket.

import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:tls'
import type { AdminPlan } from '../../config/admin.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { Access } from '../access/access.ts'
import { createAdminApp, type AdminAppOptions } from './app.ts'
import type { ConsoleCertificate } from './console-certificate.ts'

const MAX_CONNECTIONS = 1000
const HANDSHAKE_MS = 10_000
const HEADERS_MS = 10_000

export type OnPlan = Extract<AdminPlan, { kind: 'on' }>

export interface AdminServerOptions extends Omit<
  AdminAppOptions,
  'authenticate' | 'guard' | 'tls'
> {
  readonly access: Access
}

export interface AdminServer {
  readonly port: number
  /** Another certificate and other names, for the same address. */
  update(plan: OnPlan, certificate: ConsoleCertificate): void
  /** The address is free when this returns; calls under way are answered. One of them may be what asked for this. */
  leave(): void
  close(): Promise<void>
}

/** Rejects where the address cannot be listened on. */
export async function startAdminServer(
  plan: OnPlan,
  certificate: ConsoleCertificate,
  { access, ...options }: AdminServerOptions,
): Promise<AdminServer> {
  let { hosts } = plan
  const app = await createAdminApp({
    ...options,
    tls: {
      ...pair(certificate),
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_MS,
      headersTimeout: HEADERS_MS,
    },
    guard: (request) => access.guard(request, hosts),
    authenticate: (request, isOpen) => access.authenticate(request, isOpen),
  })
  app.server.maxConnections = MAX_CONNECTIONS
  try {
    await app.listen({ host: plan.host, port: plan.port })
  } catch (error) {
    await app.close()
    throw error
  }
  return {
    port: portOf(app),
    update(next, latest) {
      ;({ hosts } = next)
      ;(app.server as unknown as Server).setSecureContext({
        ...pair(latest),
        minVersion: 'TLSv1.2',
      })
    },
    leave() {
      app.server.close()
      app.close().catch((error: unknown) => {
        options.log.warn('the console was left untidily', { error: errorMessage(error) })
      })
    },
    close: () => app.close(),
  }
}

function pair({ cert, key }: ConsoleCertificate): { cert: string; key: string } {
  return { cert, key }
}

function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port
}
