// A small load generator: keep-alive connections that together ask at a fixed rate, and count what fails.

import { Agent } from 'node:https'
import type { TestGateway } from '../../support/gateway.ts'
import { call } from './client.ts'

export interface LoadOptions {
  readonly path: string
  readonly perSecond: number
  /** Default 20. */
  readonly connections?: number
}

export interface LoadResult {
  readonly sent: number
  /** Answers other than 200, and broken connections, as text; empty where nothing failed. */
  readonly failures: readonly string[]
}

export interface Load {
  readonly sent: () => number
  /** Ends it and waits for the answers still under way. */
  stop(): Promise<LoadResult>
}

const TICK_MS = 10

export function startLoad(gateway: TestGateway, options: LoadOptions): Load {
  const { path, perSecond, connections = 20 } = options
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })
  const failures: string[] = []
  const running = new Set<Promise<void>>()
  const startedMs = performance.now()
  let sent = 0
  const one = async (): Promise<void> => {
    try {
      const { status, body } = await call(gateway, { path, agent })
      if (status !== 200) failures.push(`${status} ${body}`)
    } catch (error) {
      failures.push(String(error))
    }
  }
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * perSecond
    // A slow machine must not turn a fixed rate into a flood later on.
    while (sent < due && running.size < connections) {
      sent += 1
      const asked = one().finally(() => running.delete(asked))
      running.add(asked)
    }
  }, TICK_MS)
  return {
    sent: () => sent,
    async stop() {
      clearInterval(timer)
      await Promise.all(running)
      agent.destroy()
      return { sent, failures }
    },
  }
}
