// Whether the app answers, as its sidecar sees it; others are told, so that they call it last while it does not.

import { request } from 'node:http'
import type { Clock } from './runtime/clock.ts'
import { appText, type AppAddress } from './app-address.ts'
import { connectApp } from './app-transport.ts'
import type { HealthProbe } from './options.ts'

const INTERVAL_MS = 5000
/** While it does not answer, so that its return is soon noticed. */
const EAGER_INTERVAL_MS = 1000
const TIMEOUT_MS = 2000
/** One lost probe says little about an app that has answered until now. */
const FAILURES = 2

export interface AppHealthDeps {
  readonly app: AppAddress
  readonly probe: HealthProbe
  readonly clock: Clock
  readonly onChange: (healthy: boolean) => void
}

/** Not healthy until the first good answer; healthy until two bad ones in a row. */
export class AppHealth {
  readonly #deps: AppHealthDeps
  #healthy = false
  #failures = 0
  #closed = false
  #cancel = (): void => {}

  constructor(deps: AppHealthDeps) {
    this.#deps = deps
  }

  get healthy(): boolean {
    return this.#healthy
  }

  /** Resolves after the first probe. */
  async start(): Promise<void> {
    await this.#probe()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  async #probe(): Promise<void> {
    const { app, probe, clock, onChange } = this.#deps
    const good = await (probe.kind === 'tcp'
      ? acceptsConnection(app, clock)
      : answersWell(app, probe.path, clock))
    if (this.#closed) return
    this.#failures = good ? 0 : this.#failures + 1
    const healthy = good || (this.#healthy && this.#failures < FAILURES)
    const changed = healthy !== this.#healthy
    this.#healthy = healthy
    this.#cancel = clock.after(good ? INTERVAL_MS : EAGER_INTERVAL_MS, () => void this.#probe())
    if (changed) onChange(healthy)
  }
}

function acceptsConnection(app: AppAddress, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectApp(app)
    const settle = (good: boolean): void => {
      cancel()
      socket.destroy()
      resolve(good)
    }
    const cancel = clock.after(TIMEOUT_MS, () => settle(false))
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}

/** Any status below 400; the body is not read. */
function answersWell(app: AppAddress, path: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { host: app.kind === 'unix' ? 'localhost' : appText(app) }
    const place =
      app.kind === 'unix' ? { socketPath: app.path } : { host: app.host, port: app.port }
    const asked = request({ ...place, path, headers, agent: false })
    const settle = (good: boolean): void => {
      cancel()
      asked.destroy()
      resolve(good)
    }
    const cancel = clock.after(TIMEOUT_MS, () => settle(false))
    asked.once('response', ({ statusCode = 0 }) => settle(statusCode < 400))
    asked.on('error', () => settle(false))
    asked.end()
  })
}
