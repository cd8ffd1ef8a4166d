// How operators are served: the same operations on the control socket and on the network, each call checked and audited.

import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { AdminPlan } from '../config/admin.ts'
import { disk } from '../config/disk.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../sidecar/runtime/errors.ts'
import type { Log } from '../../sidecar/telemetry/log.ts'
import { Access } from './access/access.ts'
import { createAdminApp } from './admin/app.ts'
import { IdempotencyKeys } from './admin/idempotency.ts'
import { listenLocally, LOCAL_PRINCIPAL } from './admin/local-socket.ts'
import { AdminNetwork } from './admin/network.ts'
import type { Operation } from './admin/operation.ts'
import { systemOperations } from './admin/system-operations.ts'
import { auditOfCall } from './audit/api-event.ts'
import { AuditLog } from './audit/audit-log.ts'
import type { AuditEvent } from './audit/entry.ts'
import { auditOperations } from './audit/operations.ts'
import { mountConsole, readConsole } from './console/static-files.ts'
import { makeFirstAdmin, readInitialAdmin } from './setup/initial-admin.ts'
import type { Documents } from './documents/documents.ts'
import { AdminRate } from './limits/admin-rate.ts'

export interface OperatorsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly dataDir: string
  /** Where accounts and sessions are. */
  readonly documents: Documents
  readonly version: string
  /** A line for whoever started the gateway; not a log, for it may hold the setup token. */
  readonly show: (line: string) => void
  /** Where the built console is. */
  readonly consoleFolder: string
  /** May name the first administrator. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What can be done besides signing in, the audit and the system's own. */
  readonly operations: readonly Operation[]
}

export class Operators {
  readonly #log: Log
  readonly #audit: AuditLog
  readonly #access: Access
  readonly #local: FastifyInstance
  readonly #network: AdminNetwork
  readonly #rate: AdminRate

  /** Listens on the control socket; rejects where that is not possible. */
  static async open(options: OperatorsOptions): Promise<Operators> {
    const { clock, log, dataDir, documents, version } = options
    const audit = new AuditLog({ folder: resolve(dataDir, 'audit'), clock })
    const initial = readInitialAdmin({ env: options.env, readFile: disk.readFile })
    const access = new Access({
      documents,
      dataDir,
      clock,
      log,
      makeFirst: (add) =>
        makeFirstAdmin({ initial, log, record: (event) => record(audit, log, event), add }),
    })
    const operations: Operation[] = [
      ...options.operations,
      ...access.operations,
      ...auditOperations(audit),
      ...systemOperations(version, () => operations),
    ]
    const common = {
      operations,
      idempotency: new IdempotencyKeys(clock),
      newId: randomUUID,
      beforeChange: () => audit.reserve(),
      onEvent: (event: Parameters<typeof auditOfCall>[0]) => record(audit, log, auditOfCall(event)),
      log,
    }
    const local = await createAdminApp({
      ...common,
      authenticate: () => ({ principal: LOCAL_PRINCIPAL, sessionId: null }),
    })
    await listenLocally(local, dataDir)
    const { show, consoleFolder } = options
    const pages = pagesOf(consoleFolder, access, log)
    const rate = new AdminRate(clock, Math.random)
    const network = new AdminNetwork({
      ...common,
      ...pages,
      rate: (app) => rate.on(app),
      access,
      dataDir,
      clock,
      show,
    })
    return new Operators(log, audit, access, local, network, rate)
  }

  private constructor(
    log: Log,
    audit: AuditLog,
    access: Access,
    local: FastifyInstance,
    network: AdminNetwork,
    rate: AdminRate,
  ) {
    this.#log = log
    this.#audit = audit
    this.#access = access
    this.#local = local
    this.#network = network
    this.#rate = rate
  }

  /** Opens, moves or closes the door on the network. */
  apply(plan: AdminPlan, folder: string): Promise<void> {
    return this.#network.apply(plan, folder)
  }

  /** Writes down what nobody asked for by the API. */
  record(event: AuditEvent): void {
    record(this.#audit, this.#log, event)
  }

  async close(): Promise<void> {
    await this.#network.close()
    await this.#local.close()
    this.#access.close()
    this.#rate.close()
    this.#audit.close()
  }
}

/** Without a built console there still is the API. */
function pagesOf(
  folder: string,
  access: Access,
  log: Log,
): { readonly pages?: (app: FastifyInstance) => void } {
  try {
    const files = readConsole(folder)
    // While that is not known the page says so itself.
    const isSetUp = (): Promise<boolean> => access.isSetUp().catch(() => false)
    return { pages: (app) => mountConsole(app, files, isSetUp) }
  } catch (error) {
    log.warn('the console is not served', { error: errorMessage(error) })
    return {}
  }
}

function record(audit: AuditLog, log: Log, event: AuditEvent): void {
  try {
    audit.append(event)
  } catch (error) {
    const { action } = event
    log.error('the audit could not be written', { action, error: errorMessage(error) })
  }
}
