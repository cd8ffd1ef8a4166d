import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registration, type RegistryClient } from '../../sidecar/registration.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'
import { SallyportError } from '../../sidecar/runtime/errors.ts'
import { Counter } from '../../sidecar/telemetry/metrics.ts'

const INSTANCE = {
  instance: 'orders-1',
  epoch: 1,
  port: 15_443,
  protocol: 'http1',
  version: null,
  zone: null,
  weight: 100,
  address: null,
} as const

/** What control is told, and a clock whose only timer the test lets run. */
class Bench {
  readonly calls: string[] = []
  readonly delaysMs: number[] = []
  readonly registration: Registration
  healthy = true
  isAway = false
  #timer: (() => void) | null = null

  constructor() {
    const told = async (call: string): Promise<void> => {
      this.calls.push(call)
      if (this.isAway) throw new SallyportError('control_unreachable', 'nobody there')
      await Promise.resolve()
    }
    const client: RegistryClient = {
      register: async (_instance, state) => {
        await told(`register ${state?.status}`)
        return { leaseId: 'lease', ttlMs: 15_000, serverTimeMs: 0 }
      },
      heartbeat: ({ status }) => told(`beat ${status}`),
      drain: () => told('drain'),
      deregister: () => told('deregister'),
    }
    const clock: Clock = {
      wallMs: () => 0,
      monotonicMs: () => 0,
      after: (delayMs, task) => {
        this.delaysMs.push(delayMs)
        this.#timer = task
        return () => {
          this.#timer = null
        }
      },
    }
    this.registration = new Registration(INSTANCE, {
      client,
      clock,
      random: () => 0.5,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      failures: new Counter(['call']),
      healthy: () => this.healthy,
    })
  }

  get isArmed(): boolean {
    return this.#timer !== null
  }

  /** Lets the timer run, and everything that follows from it. */
  async tick(): Promise<void> {
    const timer = this.#timer
    this.#timer = null
    timer?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('an instance registers and then beats every five seconds, with the health of its app', async () => {
  const bench = new Bench()
  await bench.registration.start()
  await bench.tick()
  bench.healthy = false
  await bench.tick()
  assert.deepEqual(bench.calls, ['register up', 'beat up', 'beat down'])
  assert.deepEqual(bench.delaysMs, [5000, 5000, 5000])
})

test('a change of health is told at once', async () => {
  const bench = new Bench()
  await bench.registration.start()
  bench.healthy = false
  await bench.registration.report()
  assert.deepEqual(bench.calls, ['register up', 'beat down'])
})

test('while control is away it is tried again with growing pauses, and then registers', async () => {
  const bench = new Bench()
  bench.isAway = true
  await bench.registration.start()
  for (let i = 0; i < 6; i++) await bench.tick()
  assert.equal(bench.registration.registered, false)
  bench.isAway = false
  await bench.tick()
  assert.equal(bench.registration.registered, true)
  assert.deepEqual(bench.delaysMs, [250, 500, 1000, 2000, 4000, 5000, 5000, 5000])
})

test('an instance that leaves says so first, beats on, and ends with its goodbye', async () => {
  const bench = new Bench()
  await bench.registration.start()
  await bench.registration.drain()
  await bench.tick()
  await bench.registration.leave()
  assert.deepEqual(bench.calls, ['register up', 'drain', 'beat draining', 'deregister'])
  assert.equal(bench.isArmed, false)
})

test('leaving never fails, whatever control does', async () => {
  const bench = new Bench()
  await bench.registration.start()
  bench.isAway = true
  await bench.registration.drain()
  await bench.registration.leave()
  assert.deepEqual(bench.calls, ['register up', 'drain', 'deregister'])
})

test('who never registered says no goodbye', async () => {
  const bench = new Bench()
  bench.isAway = true
  await bench.registration.start()
  await bench.registration.drain()
  await bench.registration.leave()
  assert.deepEqual(bench.calls, ['register up'])
})
