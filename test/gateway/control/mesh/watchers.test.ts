import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { Watchers } from '../../../../gateway/control/mesh/watchers.ts'
import type { Snapshot } from '../../../../sidecar/snapshot/snapshot.ts'
import { ManualClock } from '../../auth/manual-clock.ts'

/** An answer whose reader takes things in, or does not. */
class Reader extends EventEmitter {
  readonly said: { kind: string; revision: string | null }[] = []
  isSlow = false
  destroyed = false
  isEnded = false

  write(line: string): boolean {
    assert.ok(line.endsWith('\n'))
    const { kind, revision, snapshot } = JSON.parse(line) as Record<string, unknown>
    const of = kind === 'snapshot' ? (snapshot as Snapshot).revision : revision
    this.said.push({ kind: String(kind), revision: of as string | null })
    return !this.isSlow
  }

  end(): void {
    this.isEnded = true
  }

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }

  take(): string[] {
    return this.said.splice(0).map(({ kind, revision }) => `${kind} ${revision}`)
  }
}

class World {
  readonly clock = new ManualClock()
  revision = 'b-1'
  warmingUpMs = 0
  isTrusted = true
  readonly watchers = new Watchers({
    clock: this.clock,
    snapshotFor: () => ({ revision: this.revision }) as Snapshot,
    warmingUpMs: () => this.warmingUpMs,
    bootId: 'b',
  })

  add(held: string | null = null, isSlow = false, lifeMs = 3_600_000): Reader {
    const reader = new Reader()
    reader.isSlow = isSlow
    const isAdded = this.watchers.add({
      id: 'spiffe://mesh.test/ns/default/svc/billing',
      response: reader as unknown as ServerResponse,
      held,
      notAfterMs: this.clock.wallMs() + lifeMs,
      isTrusted: () => this.isTrusted,
    })
    assert.ok(isAdded)
    return reader
  }

  become(revision: string): void {
    this.revision = revision
    this.watchers.changed()
  }
}

test('whoever comes hears everything, then what changes, and a beat every ten seconds', async () => {
  const world = new World()
  const reader = world.add()
  assert.deepEqual(reader.take(), ['snapshot b-1', 'beat b-1'])
  world.become('b-2')
  world.watchers.changed()
  assert.deepEqual(reader.take(), ['snapshot b-2'])
  await world.clock.advance(20_000)
  assert.deepEqual(reader.take(), ['beat b-2', 'beat b-2'])
})

test('every five minutes everything is said again', async () => {
  const world = new World()
  const reader = world.add()
  await world.clock.advance(299_000)
  assert.equal(reader.take().filter((said) => said.startsWith('snapshot')).length, 1)
  await world.clock.advance(2000)
  assert.ok(reader.take().includes('snapshot b-1'))
})

test('who knows this revision is not told it again, who knows another one is', () => {
  const world = new World()
  assert.deepEqual(world.add('b-1').take(), ['beat b-1'])
  assert.deepEqual(world.add('b-0').take(), ['snapshot b-1', 'beat b-1'])
})

test('who knows an earlier boot keeps it until all have registered again', async () => {
  const world = new World()
  world.warmingUpMs = 30_000
  const knowing = world.add('a-9')
  const fresh = world.add()
  world.become('b-2')
  assert.deepEqual(knowing.take(), ['beat null'])
  assert.deepEqual(fresh.take(), ['snapshot b-1', 'beat b-1', 'snapshot b-2'])
  await world.clock.advance(30_000)
  assert.deepEqual(knowing.take(), ['beat null', 'beat null', 'snapshot b-2', 'beat b-2'])
})

test('for a slow reader one thing waits at most, and then it hears the newest', async () => {
  const world = new World()
  const reader = world.add(null, true)
  for (let index = 2; index < 100; index++) world.become(`b-${index}`)
  await world.clock.advance(11_000)
  assert.deepEqual(reader.take(), ['snapshot b-1'])
  reader.isSlow = false
  reader.emit('drain')
  assert.deepEqual(reader.take(), ['snapshot b-99'])
  await world.clock.advance(30_000)
  assert.equal(reader.destroyed, false)
})

test('a reader that takes nothing in is cut off, the others do not notice', async () => {
  const world = new World()
  const slow = world.add(null, true)
  const quick = world.add()
  await world.clock.advance(19_000)
  assert.equal(slow.destroyed, false)
  await world.clock.advance(1000)
  assert.equal(slow.destroyed, true)
  assert.equal(world.watchers.size, 1)
  world.become('b-2')
  assert.equal(quick.take().at(-1), 'snapshot b-2')
})

test('no watch outlives the certificate it was opened with, nor the trust in it', async () => {
  const world = new World()
  const brief = world.add(null, false, 60_000)
  const long = world.add()
  await world.clock.advance(60_000)
  assert.deepEqual([brief.destroyed, long.destroyed], [true, false])
  world.isTrusted = false
  world.watchers.changed()
  assert.equal(long.destroyed, true)
  assert.equal(world.clock.pending, 0)
})

test('there are only so many watches of one member, and they are counted down again', () => {
  const world = new World()
  const readers = Array.from({ length: 2000 }, () => world.add())
  const reader = new Reader()
  const more = {
    id: 'spiffe://mesh.test/ns/default/svc/billing',
    response: reader as unknown as ServerResponse,
    held: null,
    notAfterMs: Number.MAX_SAFE_INTEGER,
    isTrusted: () => true,
  }
  assert.equal(world.watchers.add(more), false)
  readers[0]?.destroy()
  assert.equal(world.watchers.add(more), true)
  world.watchers.close()
  assert.ok(reader.isEnded)
})
