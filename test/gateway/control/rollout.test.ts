import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rollout, type RolloutResult } from '../../../gateway/control/rollout.ts'
import { ManualClock, settled } from '../auth/manual-clock.ts'

interface Message {
  readonly revision: number
}

function setUp(workers: number[]) {
  const clock = new ManualClock()
  const told: number[] = []
  const live = [...workers]
  const rollout = new Rollout<Message>({
    clock,
    liveWorkers: () => live,
    tellAll: ({ revision }) => told.push(revision),
  })
  const start = async (revision: number) => {
    const results: RolloutResult[] = []
    void rollout.apply({ revision }).then((result) => results.push(result))
    await settled()
    return results
  }
  return { clock, told, live, rollout, start }
}

test('a revision is live when every worker confirmed it', async () => {
  const { rollout, told, start } = setUp([1, 2])
  const pending = await start(1)
  rollout.applied(1, 1, { public: 8443 })
  await settled()
  assert.equal(pending.length, 0)
  rollout.applied(2, 1, { public: 8443 })
  await settled()
  assert.deepEqual(pending[0], { kind: 'live', processes: 2, ports: { public: 8443 } })
  assert.equal(rollout.current?.revision, 1)
  assert.deepEqual(told, [1])
})

test('one refusal takes it back from all', async () => {
  const { rollout, told, start } = setUp([1, 2])
  await start(1)
  rollout.applied(1, 1, {})
  rollout.applied(2, 1, {})
  await settled()
  const pending = await start(2)
  rollout.applied(1, 2, {})
  rollout.rejected(2, 'EADDRINUSE')
  await settled()
  assert.deepEqual(pending[0], { kind: 'rejected', reason: 'EADDRINUSE' })
  assert.equal(rollout.current?.revision, 1)
  assert.deepEqual(told, [1, 2, 1])
})

test('silence is a refusal after a while', async () => {
  const { clock, rollout, start } = setUp([1, 2])
  const pending = await start(1)
  rollout.applied(1, 1, {})
  await clock.advance(15_000)
  assert.equal(pending[0]?.kind, 'rejected')
  assert.equal(clock.pending, 0)
})

test('answers about other revisions count for nothing', async () => {
  const { rollout, start } = setUp([1])
  const pending = await start(2)
  rollout.applied(1, 1, {})
  rollout.rejected(1, 'old')
  await settled()
  assert.equal(pending.length, 0)
  rollout.applied(1, 2, {})
  rollout.rejected(2, 'too late')
  await settled()
  assert.equal(pending[0]?.kind, 'live')
})

test('a worker that dies owes no answer', async () => {
  const { rollout, live, start } = setUp([1, 2])
  const pending = await start(1)
  rollout.applied(1, 1, {})
  live.pop()
  rollout.workerGone()
  await settled()
  assert.deepEqual(pending[0], { kind: 'live', processes: 1, ports: {} })
})

test('where all die, the first that comes back and confirms decides', async () => {
  const { rollout, live, start } = setUp([1])
  const pending = await start(1)
  live.pop()
  rollout.workerGone()
  await settled()
  assert.equal(pending.length, 0)
  assert.equal(rollout.current?.revision, 1)
  live.push(2)
  rollout.applied(2, 1, {})
  await settled()
  assert.equal(pending[0]?.kind, 'live')
})

test('revisions wait for one another', async () => {
  const { rollout, told, start } = setUp([1])
  const first = await start(1)
  const second = await start(2)
  assert.deepEqual(told, [1])
  rollout.applied(1, 1, {})
  await settled()
  assert.equal(first[0]?.kind, 'live')
  rollout.applied(1, 2, {})
  await settled()
  assert.equal(second[0]?.kind, 'live')
  assert.equal(rollout.current?.revision, 2)
})

test('a worker that joins during a trial is greeted with what is good', async () => {
  const { rollout, start } = setUp([1])
  await start(1)
  rollout.applied(1, 1, {})
  await settled()
  await start(2)
  assert.equal(rollout.current?.revision, 1)
})

test('one that joins while it is tried is told once it is good', async () => {
  const { rollout, told, live, start } = setUp([1])
  await start(1)
  live.push(2)
  rollout.applied(1, 1, {})
  await settled()
  assert.deepEqual(told, [1, 1])
})
