import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { test } from 'node:test'
import { InboundConnections, type InboundConnection } from '../../sidecar/inbound-connections.ts'
import type { Clock } from '../../sidecar/runtime/clock.ts'

const HOUR_MS = 3_600_000
const START_MS = 1_000_000_000_000

/** Time that the test moves on; timers run when theirs has come. */
class ManualClock implements Clock {
  #nowMs = 0
  #timers: { atMs: number; task: () => void }[] = []
  /** What the wall clock is ahead by. */
  jumpMs = 0

  wallMs(): number {
    return START_MS + this.#nowMs + this.jumpMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, task }
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer))
  }

  pass(durationMs: number): void {
    const endMs = this.#nowMs + durationMs
    for (;;) {
      const [next] = this.#timers.toSorted((a, b) => a.atMs - b.atMs)
      if (next === undefined || next.atMs > endMs) break
      this.#nowMs = next.atMs
      this.#timers = this.#timers.filter((other) => other !== next)
      next.task()
    }
    this.#nowMs = endMs
  }
}

function bench(random = 0.5) {
  const clock = new ManualClock()
  const expired: InboundConnection[] = []
  const connections = new InboundConnections({
    clock,
    random: () => random,
    onExpired: (connection) => {
      expired.push(connection)
      connection.socket.emit('close')
    },
  })
  const add = (lifeMs: number): InboundConnection => {
    const socket = new EventEmitter() as unknown as TLSSocket
    return connections.add(socket, { id: 'x', name: 'x', notAfterMs: clock.wallMs() + lifeMs })
  }
  return { clock, connections, expired, add }
}

test('a connection takes requests for an hour, give or take a tenth', () => {
  for (const [random, ageMs] of [
    [0, 0.9 * HOUR_MS],
    [0.5, HOUR_MS],
    [1, 1.1 * HOUR_MS],
  ] as const) {
    const { clock, connections, add } = bench(random)
    const connection = add(24 * HOUR_MS)
    clock.pass(ageMs - 1000)
    assert.equal(connections.isRetired(connection), false)
    clock.pass(2000)
    assert.equal(connections.isRetired(connection), true)
  }
})

test('with a short certificate it retires well before that expires, and ends just before', () => {
  for (const random of [0, 0.5, 1]) {
    const { clock, connections, expired, add } = bench(random)
    const connection = add(100_000)
    clock.pass(80_000)
    assert.equal(connections.isRetired(connection), false)
    clock.pass(10_000)
    assert.equal(connections.isRetired(connection), true)
    clock.pass(9500)
    assert.equal(expired.length, 0)
    clock.pass(499)
    assert.deepEqual(expired, [connection])
    assert.equal(connections.size, 0)
  }
})

test('a wall clock that jumps ends what has expired by it', () => {
  const { clock, expired, add } = bench()
  add(HOUR_MS)
  clock.pass(1000)
  clock.jumpMs = 2 * HOUR_MS
  clock.pass(500)
  assert.equal(expired.length, 1)
})

test('our own new certificate retires every connection there is, and none that comes', () => {
  const { connections, add } = bench()
  const before = add(HOUR_MS)
  connections.retireAll()
  const after = add(HOUR_MS)
  assert.deepEqual(
    [before, after].map((each) => connections.isRetired(each)),
    [true, false],
  )
})

test('a connection that closed is forgotten', () => {
  const { clock, connections, expired, add } = bench()
  const { socket } = add(1000)
  socket.emit('close')
  assert.equal(connections.get(socket), null)
  clock.pass(5000)
  assert.equal(expired.length, 0)
})
