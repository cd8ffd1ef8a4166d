// What the workers serve: a plan counts once every process has said so, and whoever waits for one is told.

import type { Plan } from '../../config/plan.ts'
import type { Clock } from '../../../sidecar/runtime/clock.ts'

export class PlanInForce {
  readonly #clock: Pick<Clock, 'after'>
  #tried: Plan | null = null
  #plan: Plan | null = null
  #ports: Readonly<Record<string, number>> = {}
  readonly #waiting = new Set<() => void>()

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  /** null before the first. */
  get plan(): Plan | null {
    return this.#plan
  }

  /** This plan is tried; it may yet be refused by somebody. */
  use(plan: Plan): void {
    this.#tried = plan
  }

  /** Everybody has taken over the plan that was tried last, and listens here. */
  confirm(ports: Readonly<Record<string, number>>): void {
    // A control that begins anew is told of no ports yet.
    if (Object.keys(ports).length === 0 || this.#tried === null) return
    this.#plan = this.#tried
    this.#ports = ports
    for (const look of this.#waiting) look()
  }

  /** Bound port of a listener; null while that is not known. */
  portOf(listener: string): number | null {
    return this.#ports[listener] ?? null
  }

  /** Resolves with whether `isSo` held within `timeoutMs`. */
  until(isSo: (plan: Plan) => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (result: boolean): void => {
        this.#waiting.delete(look)
        cancel()
        resolve(result)
      }
      const look = (): void => {
        if (this.#plan !== null && isSo(this.#plan)) settle(true)
      }
      const cancel = this.#clock.after(timeoutMs, () => settle(false))
      this.#waiting.add(look)
      look()
    })
  }
}
