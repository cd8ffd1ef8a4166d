// Calls at a fixed rate, whether earlier ones were answered or not, and what became of each.

import { Agent } from 'node:http'
import { askPort, type Answer, type Ask } from '../mesh/client.ts'

export interface Outcome {
  readonly index: number
  /** Wall clock, when it was sent. */
  readonly atMs: number
  /** 0: the connection broke. */
  readonly status: number
  readonly body: string
}

export interface SteadyLoad {
  readonly outcomes: readonly Outcome[]
  /** Every call of which nothing good became, as text. */
  failures(): readonly string[]
  /** Sends no more, and waits for the last answers. */
  stop(): Promise<void>
}

const TICK_MS = 10
const MAX_RUNNING = 64

/** Over keep-alive connections to a port of loopback; `ask` says what the call of this number is. */
export function startSteadyLoad(
  port: number,
  perSecond: number,
  ask: (index: number) => Ask | string,
): SteadyLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_RUNNING, scheduling: 'fifo' })
  const outcomes: Outcome[] = []
  const running = new Set<Promise<void>>()
  const startedMs = performance.now()
  let sent = 0
  const call = async (index: number): Promise<void> => {
    const asked = ask(index)
    const atMs = Date.now()
    const whole = typeof asked === 'string' ? { url: asked } : asked
    const answer: Pick<Answer, 'status' | 'body'> = await askPort(port, { ...whole, agent }).catch(
      (error: unknown) => ({ status: 0, body: String(error) }),
    )
    outcomes.push({ index, atMs, status: answer.status, body: answer.body })
  }
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * perSecond
    while (sent < due && running.size < MAX_RUNNING) {
      const calling = call(sent++).finally(() => running.delete(calling))
      running.add(calling)
    }
  }, TICK_MS)
  return {
    outcomes,
    failures: () =>
      outcomes
        .filter(({ status }) => status !== 200)
        .map(({ index, status, body }) => `call ${index}: ${status} ${body}`),
    async stop() {
      clearInterval(timer)
      await Promise.all(running)
      agent.destroy()
    },
  }
}
