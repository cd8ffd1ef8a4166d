import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Workers, type WorkerHandle } from '../../../gateway/control/workers.ts'
import type { Log } from '../../../sidecar/telemetry/log.ts'
import { ManualClock } from '../auth/manual-clock.ts'

const PING = 'are you there'

class FakeWorker implements WorkerHandle {
  readonly id: number
  readonly sent: unknown[] = []
  readonly kills: unknown[] = []
  readonly process = { pid: 1, kill: (signal?: unknown) => this.kills.push(signal) > 0 }
  #connected = true
  #onMessage: (message: unknown) => void = () => {}
  #onExit: (code: number | null, signal: string | null) => void = () => {}

  constructor(id: number) {
    this.id = id
  }

  hangs = false

  send(message: unknown): void {
    if (message !== PING) this.sent.push(message)
    else if (!this.hangs) this.say('here')
  }

  isConnected(): boolean {
    return this.#connected
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener
  }

  onExit(listener: (code: number | null, signal: string | null) => void): void {
    this.#onExit = listener
  }

  say(message: unknown): void {
    this.#onMessage(message)
  }

  disconnect(): void {
    this.#connected = false
  }

  die(): void {
    this.#connected = false
    this.#onExit(null, 'SIGKILL')
  }
}

function setUp(count: number) {
  const clock = new ManualClock()
  const spawned: FakeWorker[] = []
  const heard: unknown[] = []
  const logged: string[] = []
  let gone = 0
  const log: Log = {
    info: () => {},
    warn: () => {},
    error: (message, fields) => logged.push(`${message} ${String(fields?.['inMs'])}`),
  }
  const workers = new Workers<string>({
    what: 'a worker',
    count,
    clock,
    log,
    spawn() {
      const worker = new FakeWorker(spawned.length + 1)
      spawned.push(worker)
      return worker
    },
    greeting: () => ['hello'],
    ping: PING,
    onMessage: (worker, message) => heard.push([worker, message]),
    onGone: () => (gone += 1),
  })
  return { clock, spawned, heard, logged, workers, gone: () => gone }
}

test('as many workers as asked for are started, greeted and heard', () => {
  const { spawned, workers, heard } = setUp(3)
  assert.deepEqual(workers.live(), [1, 2, 3])
  workers.tellAll('news')
  for (const { sent } of spawned) assert.deepEqual(sent, ['hello', 'news'])
  spawned[1]!.say('done')
  assert.deepEqual(heard, [[2, 'done']])
})

test('a dead worker is replaced soon, and the others are left alone', async () => {
  const { spawned, workers, clock, gone } = setUp(2)
  spawned[0]!.die()
  assert.deepEqual(workers.live(), [2])
  assert.equal(gone(), 1)
  await clock.advance(2000)
  assert.deepEqual(workers.live(), [3, 2])
  assert.deepEqual(spawned[2]!.sent, ['hello'])
})

test('one that keeps dying is started ever more rarely, and at last every half minute', async () => {
  const { spawned, clock } = setUp(1)
  const gaps: number[] = []
  for (let death = 0; death < 12; death++) {
    spawned.at(-1)!.die()
    const count = spawned.length
    const diedMs = clock.monotonicMs()
    while (spawned.length === count) await clock.advance(100)
    gaps.push(clock.monotonicMs() - diedMs)
  }
  assert.ok(gaps[0]! <= 500, String(gaps))
  for (let i = 1; i < gaps.length; i++) assert.ok(gaps[i]! >= gaps[i - 1]!, String(gaps))
  assert.equal(gaps.at(-1), 30_000)
})

test('one that lived long is forgiven', async () => {
  const { spawned, clock } = setUp(1)
  for (let death = 0; death < 8; death++) {
    spawned.at(-1)!.die()
    await clock.advance(30_000)
  }
  await clock.advance(60_000)
  const count = spawned.length
  spawned.at(-1)!.die()
  await clock.advance(500)
  assert.equal(spawned.length, count + 1)
})

test('at the end all are told, none comes back, and it is over when the last is gone', async () => {
  const { spawned, workers, clock } = setUp(2)
  const ended = workers.end('drain', 30_000).then(() => 'over')
  for (const { sent } of spawned) assert.equal(sent.at(-1), 'drain')
  spawned[0]!.die()
  await clock.advance(1000)
  assert.equal(spawned.length, 2)
  assert.equal(await Promise.race([ended, Promise.resolve('not yet')]), 'not yet')
  spawned[1]!.die()
  await ended
  assert.equal(clock.pending, 0)
})

test('who does not end in time is killed', async () => {
  const { spawned, workers, clock } = setUp(2)
  const ended = workers.end('drain', 30_000)
  spawned[0]!.die()
  await clock.advance(34_000)
  assert.deepEqual(spawned[1]!.kills, [])
  await clock.advance(1000)
  assert.deepEqual(spawned[1]!.kills, ['SIGKILL'])
  assert.deepEqual(spawned[0]!.kills, [])
  spawned[1]!.die()
  await ended
})

test('a worker that waits to be started again does not hold up the end', async () => {
  const { spawned, workers, clock } = setUp(1)
  spawned[0]!.die()
  await workers.end('drain', 30_000)
  await clock.advance(60_000)
  assert.equal(spawned.length, 1)
})

test('nothing is sent to a worker whose channel is closed', () => {
  const { spawned, workers } = setUp(1)
  spawned[0]!.disconnect()
  workers.tellAll('news')
  assert.deepEqual(spawned[0]!.sent, ['hello'])
  assert.deepEqual(workers.live(), [])
})

test('a worker that ends by itself is replaced at once, and its own end starts no third', async () => {
  const { spawned, workers, clock } = setUp(1)
  workers.replace(1)
  workers.replace(1)
  await clock.advance(2000)
  assert.deepEqual(workers.live(), [2])
  spawned[0]!.die()
  await clock.advance(60_000)
  assert.equal(spawned.length, 2)
})

test('the end waits for those that are leaving, and kills them too', async () => {
  const { spawned, workers, clock } = setUp(1)
  workers.replace(1)
  const ended = workers.end('drain', 30_000)
  await clock.advance(35_000)
  assert.deepEqual(spawned[0]!.kills, ['SIGKILL'])
  spawned[0]!.die()
  await ended
})

test('a worker that hangs is killed, so that another takes its place', async () => {
  const { spawned, clock } = setUp(2)
  await clock.advance(60_000)
  spawned[0]!.hangs = true
  await clock.advance(10_000)
  assert.deepEqual(spawned[0]!.kills, [])
  await clock.advance(2000)
  assert.deepEqual(spawned[0]!.kills, ['SIGKILL'])
  assert.deepEqual(spawned[1]!.kills, [])
})

test('one that still reads its program has more time', async () => {
  const { spawned, clock } = setUp(1)
  spawned[0]!.hangs = true
  await clock.advance(30_000)
  assert.deepEqual(spawned[0]!.kills, [])
  await clock.advance(2000)
  assert.deepEqual(spawned[0]!.kills, ['SIGKILL'])
})

test('whatever a worker says shows that it lives', async () => {
  const { spawned, clock } = setUp(1)
  spawned[0]!.hangs = true
  for (let second = 0; second < 60; second += 6) {
    spawned[0]!.say('done')
    await clock.advance(6000)
  }
  assert.deepEqual(spawned[0]!.kills, [])
})
