// Latency at a fixed rate: requests leave by the clock, whether earlier ones were answered or not, and are counted from then.

import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { answerLength } from './generator.ts'

export interface LatencyOptions {
  /** Cleartext HTTP, on loopback. */
  readonly port: number
  /** One whole request. */
  readonly request: string
  readonly perSecond: number
  readonly seconds: number
}

export interface LatencyResult {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly answered: number
  readonly errors: number
}

const MAX_CONNECTIONS = 128
const LAST_ANSWER_MS = 5000

interface Lane {
  readonly socket: Socket
  /** When the request under way was to leave; null: idle. */
  sentMs: number | null
}

export async function measureLatency(options: LatencyOptions): Promise<LatencyResult> {
  const run = new Run(options)
  const startedMs = performance.now()
  const total = options.perSecond * options.seconds
  let sent = 0
  while (sent < total) {
    const nowMs = performance.now()
    const due = Math.min(total, ((nowMs - startedMs) / 1000) * options.perSecond)
    for (; sent < due; sent++) run.send(nowMs)
    // Looking at the clock all the time would take from the upstream, which shares this CPU.
    await pause(1)
  }
  return run.finish()
}

class Run {
  readonly #port: number
  readonly #request: Buffer
  readonly #idle: Lane[] = []
  readonly #lanes = new Set<Lane>()
  readonly #waiting: number[] = []
  readonly #latenciesMs: number[] = []
  #errors = 0
  #onQuiet = (): void => {}

  constructor({ port, request }: LatencyOptions) {
    this.#port = port
    this.#request = Buffer.from(request)
  }

  send(sentMs: number): void {
    const lane = this.#idle.pop()
    if (lane !== undefined) this.#start(lane, sentMs)
    else if (this.#lanes.size < MAX_CONNECTIONS) this.#start(this.#open(), sentMs)
    else this.#waiting.push(sentMs)
  }

  async finish(): Promise<LatencyResult> {
    if (this.#idle.length < this.#lanes.size) {
      const quiet = new Promise<void>((resolve) => {
        this.#onQuiet = resolve
      })
      await Promise.race([quiet, pause(LAST_ANSWER_MS)])
    }
    for (const { socket } of this.#lanes) socket.destroy()
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN
    const unanswered = this.#lanes.size - this.#idle.length + this.#waiting.length
    return {
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      answered: sorted.length,
      errors: this.#errors + unanswered,
    }
  }

  #open(): Lane {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    const lane: Lane = { socket, sentMs: null }
    this.#lanes.add(lane)
    let pending: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const length = answerLength(pending)
      if (length === 'incomplete' || (length !== 'bad' && pending.length < length)) return
      if (length === 'bad') socket.destroy()
      else {
        pending = Buffer.alloc(0)
        this.#answered(lane)
      }
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#lost(lane))
    return lane
  }

  #start(lane: Lane, sentMs: number): void {
    lane.sentMs = sentMs
    lane.socket.write(this.#request)
  }

  #answered(lane: Lane): void {
    this.#latenciesMs.push(performance.now() - lane.sentMs!)
    lane.sentMs = null
    const next = this.#waiting.shift()
    if (next !== undefined) this.#start(lane, next)
    else {
      this.#idle.push(lane)
      if (this.#idle.length === this.#lanes.size) this.#onQuiet()
    }
  }

  #lost(lane: Lane): void {
    if (lane.sentMs !== null) this.#errors += 1
    this.#lanes.delete(lane)
    const at = this.#idle.indexOf(lane)
    if (at !== -1) this.#idle.splice(at, 1)
  }
}
