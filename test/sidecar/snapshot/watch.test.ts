import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Watch, type WatchState } from '../../../sidecar/snapshot/watch.ts'
import { ManualClock, settled } from '../../gateway/auth/manual-clock.ts'
import { goodSnapshot } from './good-snapshot.ts'

const good = await goodSnapshot()

class World {
  readonly clock = new ManualClock()
  readonly opened: { held: string | null; answer: PassThrough }[] = []
  readonly heard: string[] = []
  readonly states: WatchState[] = []
  isAway = false
  readonly watch: Watch

  constructor(held: string | null = null) {
    const { clock } = this
    this.watch = new Watch(
      {
        clock,
        random: () => 0,
        open: (revision) => {
          const answer = new PassThrough()
          this.opened.push({ held: revision, answer })
          if (this.isAway) return Promise.reject(new Error('away'))
          return Promise.resolve(answer as unknown as IncomingMessage)
        },
        onSnapshot: ({ revision }) => this.heard.push(revision),
        onState: (state) => this.states.push(state),
      },
      held,
    )
  }

  async say(line: unknown, isRaw = false): Promise<void> {
    this.opened.at(-1)!.answer.write(isRaw ? line : `${JSON.stringify(line)}\n`)
    await settled()
  }

  get last(): WatchState | undefined {
    return this.states.at(-1)
  }
}

function snapshot(revision: string): unknown {
  return { kind: 'snapshot', snapshot: { ...good, revision } }
}

async function connected(held: string | null = null): Promise<World> {
  const world = new World(held)
  await settled()
  return world
}

test('snapshots are heard in order, however their bytes are cut', async () => {
  const world = await connected()
  const text = [snapshot('b-1'), { kind: 'beat', revision: 'b-1', atMs: 1 }, snapshot('b-2')]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')
  for (let at = 0; at < text.length; at += 701) await world.say(text.slice(at, at + 701), true)
  assert.deepEqual(world.heard, ['b-1', 'b-2'])
  assert.deepEqual(world.last, { kind: 'connected', revision: 'b-2' })
})

test('what is known is said when connecting, first from disk and then what was heard', async () => {
  const world = await connected('a-1')
  await world.say({ kind: 'beat', revision: null })
  assert.deepEqual(world.last, { kind: 'connected', revision: 'a-1' })
  await world.say(snapshot('b-1'))
  world.watch.reconnect()
  await settled()
  assert.deepEqual(
    world.opened.map(({ held }) => held),
    ['a-1', 'b-1'],
  )
})

test('a control that falls silent is left after 25 s', async () => {
  const world = await connected()
  await world.say(snapshot('b-1'))
  await world.clock.advance(24_000)
  assert.equal(world.last?.kind, 'connected')
  await world.clock.advance(1500)
  assert.equal(world.opened.length, 2)
  const stale = world.states.find((state) => state.kind === 'stale')
  assert.deepEqual(stale, {
    kind: 'stale',
    heardAtMs: 0,
    retryInMs: 500,
    reason: 'control fell silent',
  })
})

test('while control is away the pauses grow to 30 s, and shrink when it is back', async () => {
  const world = await connected()
  world.isAway = true
  world.opened.at(-1)!.answer.destroy()
  await world.clock.advance(200_000)
  const pauses = world.states.flatMap((state) => (state.kind === 'stale' ? [state.retryInMs] : []))
  assert.deepEqual(pauses.slice(0, 8), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  world.isAway = false
  await world.clock.advance(30_000)
  await world.say(snapshot('b-1'))
  world.opened.at(-1)!.answer.end()
  await settled()
  assert.ok(world.last?.kind === 'stale' && world.last.retryInMs === 500)
})

const nonsense: readonly (readonly [what: string, line: unknown, isRaw: boolean])[] = [
  ['no JSON', '{"kind":\n', true],
  ['another kind', { kind: 'hello' }, false],
  ['a list', [], false],
  ['a bad snapshot', { kind: 'snapshot', snapshot: { ...good, more: 1 } }, false],
  ['an endless line', Buffer.alloc(33 * 1024 * 1024, 0x20), true],
]

for (const [what, line, isRaw] of nonsense) {
  test(`${what} is not believed, and the connection is given up`, async () => {
    const world = await connected()
    await world.say(snapshot('b-1'))
    await world.say(line, isRaw)
    assert.deepEqual(world.heard, ['b-1'])
    assert.equal(world.last?.kind, 'stale')
    await world.clock.advance(500)
    assert.deepEqual(world.opened.at(-1)?.held, 'b-1')
  })
}

test('who missed a snapshot asks for all of it', async () => {
  const world = await connected()
  await world.say(snapshot('b-1'))
  await world.say({ kind: 'beat', revision: 'b-2' })
  assert.ok(world.last?.kind === 'stale')
  await world.clock.advance(500)
  assert.equal(world.opened.at(-1)?.held, null)
})

test('a snapshot that makes us connect anew ends what was open', async () => {
  const world = await connected()
  const before = world.opened[0]!.answer
  world.heard.push = (revision: string) => {
    if (revision === 'b-1') world.watch.reconnect()
    return 0
  }
  before.write(`${JSON.stringify(snapshot('b-1'))}\n${JSON.stringify({ kind: 'hello' })}\n`)
  await settled()
  assert.ok(before.destroyed)
  assert.equal(world.opened.length, 2)
  assert.deepEqual(world.last, { kind: 'connecting' })
})

test('a closed watch says nothing more and leaves no timer', async () => {
  const world = await connected()
  await world.say(snapshot('b-1'))
  const { length } = world.states
  world.watch.close()
  await world.clock.advance(100_000)
  assert.ok(world.opened[0]!.answer.destroyed)
  assert.equal(world.states.length, length)
  assert.equal(world.clock.pending, 0)
})
