// Follows `admin:` through revisions: opens, moves and closes the network side of the admin API, and tells how to begin.

import type { AdminPlan } from '../../config/admin.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'
import { errorMessage } from '../../../sidecar/runtime/errors.ts'
import type { SetupToken } from '../access/setup-token.ts'
import { consoleCertificate, type ConsoleCertificate } from './console-certificate.ts'
import {
  startAdminServer,
  type AdminServer,
  type AdminServerOptions,
  type OnPlan,
} from './server.ts'

/** How often it is looked whether a certificate of our own runs out. */
const LOOK_MS = 86_400_000
/** How often it is looked whether accounts can be read (again). */
const SETUP_LOOK_MS = 5000

export interface AdminNetworkOptions extends AdminServerOptions {
  readonly dataDir: string
  readonly clock: Clock
  /** A line for whoever started the gateway; not for logs, for it may hold the setup token. */
  readonly show: (line: string) => void
}

interface Running {
  readonly plan: OnPlan
  readonly folder: string
  readonly server: AdminServer
}

export class AdminNetwork {
  readonly #options: AdminNetworkOptions
  #running: Running | null = null
  #isSetupTold = false
  #cancelLook = (): void => {}
  #cancelSetup = (): void => {}

  constructor(options: AdminNetworkOptions) {
    this.#options = options
  }

  /** Bound port of the console, by name. */
  ports(): Record<string, number> {
    return this.#running === null ? {} : { admin: this.#running.server.port }
  }

  /** `folder`: where relative paths of the configuration begin. Rejects where it cannot be served so: then what was served before goes on. */
  async apply(plan: AdminPlan, folder: string): Promise<void> {
    this.#options.access.adopt(plan)
    if (plan.kind === 'off') {
      this.#cancelLook()
      this.#cancelSetup()
      this.#running?.server.leave()
      this.#running = null
      return
    }
    const { dataDir, clock } = this.#options
    const certificate = await consoleCertificate(plan, folder, dataDir, clock)
    const before = this.#running
    if (before !== null && isSamePlace(before.plan, plan)) {
      before.server.update(plan, certificate)
      this.#running = { plan, folder, server: before.server }
      return
    }
    this.#running = { plan, folder, server: await this.#move(before, plan, certificate) }
    this.#watchAge()
    await this.#tell(plan, this.#running.server.port, certificate)
  }

  async close(): Promise<void> {
    this.#cancelLook()
    this.#cancelSetup()
    const { server } = this.#running ?? {}
    this.#running = null
    await server?.close()
  }

  /** The new place is taken before the old one is left, but for one port that both would need. */
  async #move(
    before: Running | null,
    plan: OnPlan,
    certificate: ConsoleCertificate,
  ): Promise<AdminServer> {
    const isInTheWay = before !== null && plan.port !== 0 && before.server.port === plan.port
    if (isInTheWay) before.server.leave()
    try {
      const server = await startAdminServer(plan, certificate, this.#options)
      if (!isInTheWay) before?.server.leave()
      return server
    } catch (error) {
      if (isInTheWay) {
        const server = await startAdminServer(before.plan, certificate, this.#options)
        this.#running = { ...before, server }
      }
      throw error
    }
  }

  async #tell(plan: OnPlan, port: number, { fingerprint, caFile }: ConsoleCertificate) {
    const { show } = this.#options
    const host = plan.host.includes(':') ? `[${plan.host}]` : plan.host
    const origin = `https://${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${port}`
    const trust = caFile === null ? '' : `; its CA: ${caFile}`
    show(`sallyport: the console is at ${origin}/ (certificate SHA-256 ${fingerprint}${trust})`)
    await this.#tellSetup(plan, origin)
  }

  /** Whether there is an administrator is not known while the accounts cannot be read: it is looked again. */
  async #tellSetup(plan: OnPlan, origin: string): Promise<void> {
    this.#cancelSetup()
    const { show, access, clock, log } = this.#options
    let token: SetupToken | null
    try {
      token = await access.setupToken()
    } catch (error) {
      log.warn('it is not known whether there is an administrator', { error: errorMessage(error) })
      this.#cancelSetup = clock.after(SETUP_LOOK_MS, () => void this.#tellSetup(plan, origin))
      return
    }
    if (token === null || this.#isSetupTold) return
    this.#isSetupTold = true
    // Behind `#` it is in no request, so in no log and no Referer.
    if (plan.setup === 'printed') {
      show(`sallyport: to make the first administrator, open ${origin}/setup#token=${token.text}`)
    } else {
      show(`sallyport: to make the first administrator, open ${origin}/setup; token: ${token.file}`)
    }
  }

  #watchAge(): void {
    this.#cancelLook()
    const { clock, dataDir, log } = this.#options
    this.#cancelLook = clock.after(LOOK_MS, () => {
      const running = this.#running
      if (running === null) return
      const { plan, folder, server } = running
      consoleCertificate(plan, folder, dataDir, clock)
        .then((certificate) => server.update(plan, certificate))
        .catch((error: unknown) => {
          log.error('the console’s certificate cannot be renewed', { error: errorMessage(error) })
        })
        .finally(() => this.#watchAge())
    })
  }
}

function isSamePlace(a: OnPlan, b: OnPlan): boolean {
  return a.host === b.host && a.port === b.port
}
